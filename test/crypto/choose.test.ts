import assert from "node:assert/strict";
import { type BytesScheme, createNobleScheme } from "@witan/crypto";
import { type BackendLoaders, chooseScheme, loadNativeScheme } from "@witan/crypto/node";

const noble = createNobleScheme();

function loaders(changed: Partial<BackendLoaders>): BackendLoaders {
  const none = async () => "not for this test";
  return { native: none, wasm: none, noble: none, ...changed };
}

function lying(name: string, answer: boolean): BytesScheme {
  return { name, verify: () => answer, verifyBytes: () => answer };
}

describe("crypto: choosing a backend", () => {
  it("loads each by name, and native for auto", async () => {
    for (const name of ["native", "wasm", "noble"] as const) {
      const chosen = await chooseScheme(name);
      assert.ok(chosen.ok && chosen.value.name === name && chosen.value.scheme.name === name);
    }
    const chosen = await chooseScheme("auto");
    assert.ok(chosen.ok && chosen.value.name === "native" && chosen.value.nativeRefusal === undefined);
  });

  it("goes on with wasm for auto, and says why", async () => {
    const chosen = await chooseScheme(
      "auto",
      loaders({ native: async () => "no binary", wasm: async () => noble }),
    );
    assert.ok(chosen.ok && chosen.value.name === "wasm");
    assert.equal(chosen.value.nativeRefusal, "no binary");
  });

  it("refuses what was asked for by name and did not load, and auto when nothing loads", async () => {
    for (const name of ["native", "wasm", "noble", "auto"] as const) {
      const chosen = await chooseScheme(name, loaders({}));
      assert.ok(!chosen.ok && chosen.code === "unavailable");
    }
    const chosen = await chooseScheme("auto", loaders({ noble: async () => noble }));
    assert.ok(!chosen.ok, "noble is not chosen unasked");
  });

  it("trusts no backend that says yes to all, or no to all", async () => {
    for (const answer of [true, false]) {
      const chosen = await chooseScheme("native", loaders({ native: async () => lying("native", answer) }));
      assert.ok(!chosen.ok && chosen.code === "self-test");
      const auto = await chooseScheme(
        "auto",
        loaders({ native: async () => lying("native", answer), wasm: async () => noble }),
      );
      assert.ok(auto.ok && auto.value.name === "wasm" && auto.value.nativeRefusal?.includes("native"));
    }
  });

  it("has native from libsecp256k1 itself, not from its fallback in JavaScript", () => {
    const native = loadNativeScheme();
    assert.ok(native.ok);
    const report = process.report.getReport() as unknown as { sharedObjects: string[] };
    assert.ok(report.sharedObjects.some((path) => /secp256k1.*\.node$/.test(path)));
  });
});
