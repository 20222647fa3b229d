// Smoke tests of the naive validator's small parts: known answers.
import assert from "node:assert/strict";
import { bech32m, wordsOf } from "./address.ts";
import { H, hex, sha, unhex, ZERO32 } from "./bytes.ts";
import { hashOf, key, keyPolicy } from "./fixture.ts";
import { Policy } from "./formats.ts";
import { naiveAddress, naivePolicy } from "./index.ts";
import { decodeTarget, encodeTarget } from "./pow.ts";
import { boolean, container, decode, list, text, uint, union, vector } from "./ssz.ts";

describe("naive validator: SSZ", () => {
  const chunk = (text: string): string => text.padEnd(64, "0");

  it("has the roots that the definition gives", () => {
    assert.equal(hex(uint(8).root(5n)), chunk("05"));
    assert.equal(
      hex(container({ a: uint(1), b: uint(2) }).root({ a: 1n, b: 513n })),
      sha(chunk("01") + chunk("0102")),
    );
    const x = "ab".repeat(32);
    const three = list(vector(32), 4);
    const z1 = sha(ZERO32 + ZERO32);
    assert.equal(hex(three.root([])), sha(sha(z1 + z1) + ZERO32));
    assert.equal(hex(three.root([x])), sha(sha(sha(x + ZERO32) + z1) + chunk("01")));
    assert.equal(hex(three.root([x, x, x])), sha(sha(sha(x + x) + sha(x + ZERO32)) + chunk("03")));
    assert.equal(hex(vector(33).root("02".repeat(33))), sha("02".repeat(32) + chunk("02")));
    assert.equal(hex(text(64).root("abc")), sha(sha(chunk("616263") + ZERO32) + chunk("03")));
  });

  it("encodes by hand and refuses other encodings", () => {
    const type = container({ a: uint(2), b: list(uint(1), 3), c: boolean() });
    assert.equal(hex(type.encode({ a: 258n, b: [7n, 8n], c: true })), "0201" + "07000000" + "01" + "0708");
    const value = (bytes: string): unknown => decode(type, unhex(bytes));
    assert.deepEqual(value("0201" + "07000000" + "01" + "0708"), { a: 258n, b: [7n, 8n], c: true });
    for (const wrong of [
      "0201" + "08000000" + "01" + "000708",
      "0201" + "07000000" + "02" + "0708",
      "0201" + "07000000" + "01" + "07080909",
      "020107000000",
      "",
    ])
      assert.equal(value(wrong), undefined);
    assert.equal(decode(uint(8, 2n ** 53n - 1n), unhex("0000000000002000")), undefined);
    assert.equal(decode(text(4), unhex("7f")), undefined);
    const either = union({ a: uint(1), b: list(text(4), 2) });
    assert.deepEqual(decode(either, unhex("01" + "08000000" + "09000000" + "41" + "4243")), {
      kind: "b",
      value: ["A", "BC"],
    });
    for (const wrong of ["", "02", "0000ff", "01" + "00000000", "01" + "08000000" + "07000000" + "41"])
      assert.equal(decode(either, unhex(wrong)), undefined);
  });
});

describe("naive validator: small parts", () => {
  it("encodes bech32m as BIP-350 has it", () => {
    const x = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
    const address = "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0";
    assert.equal(bech32m("bc", [1, ...wordsOf(x)]), address);
    assert.match(naiveAddress("wit", x), /^wit1q.{58}$/);
  });

  it("reads compact targets", () => {
    assert.equal(decodeTarget(0x1d00ffffn), 0xffffn << 208n);
    assert.equal(encodeTarget(2n ** 256n - 1n), 0x2100ffffn);
    assert.equal(decodeTarget(0x01010000n), 1n);
    for (const wrong of [0n, 0x01000001n, 0x2200ffffn, 0x1d800000n, 0x1d0000ffn, 0x010101ffn])
      assert.equal(decodeTarget(wrong), undefined);
  });

  it("judges policies", () => {
    const a = keyPolicy("alice")[0]!;
    const threshold = (required: bigint, children: bigint): Policy[number] => ({
      kind: "threshold",
      value: { required, children },
    });
    const hidden = (policy: Policy): Policy[number] => ({ kind: "hidden", value: { hash: hashOf(policy) } });
    const code = (policy: Policy): string => {
      const result = naivePolicy(Policy.encode(policy));
      return result.ok ? "ok" : result.code;
    };
    assert.equal(
      hashOf([threshold(1n, 2n), a, hidden(keyPolicy("bob"))]),
      hashOf([threshold(1n, 2n), hidden([a]), keyPolicy("bob")[0]!]),
    );
    assert.equal(hashOf([a]), H("witan/policy/1", ZERO32, unhex(`01${key("alice")}`)));
    assert.equal(code([threshold(2n, 1n), a]), "policy-threshold");
    assert.equal(code([]), "policy-tree");
    assert.equal(code([a, a]), "policy-tree");
    assert.equal(code([threshold(1n, 2n), a]), "policy-tree");
    const deep = [threshold(1n, 1n), threshold(1n, 1n), threshold(1n, 1n), a];
    assert.equal(code(deep), "ok");
    assert.equal(code([threshold(1n, 1n), ...deep]), "policy-depth");
    assert.equal(code([hidden([a])]), "policy-root-hidden");
    assert.equal(code([threshold(1n, 2n), a, a]), "policy-shown");
    assert.equal(code([{ kind: "key", value: { publicKey: "05".repeat(33) } }]), "policy-key");
  });
});
