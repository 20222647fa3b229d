// Reading a transaction's bytes as a node tells them: those of the id that was meant, or a code that says what else.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { openGenesisFile, readTransaction } from "@witan/client";

const example = (name: string) => readFile(new URL(`../../docs/examples/${name}`, import.meta.url), "utf8");

describe("a transaction's bytes", () => {
  it("are read if they are those of the id that was meant, and no others", async () => {
    const chain = openGenesisFile(await example("genesis.json"));
    assert.ok(chain.ok);
    const hex = (await example("payment.hex")).trim();
    const read = readTransaction(chain.value, hex);
    assert.ok(read.ok && read.value.body.kind === "transfer");
    assert.deepEqual(readTransaction(chain.value, hex, read.value.id), read);
    const cases = [
      [hex, "00".repeat(32), "transaction-other"],
      [hex.slice(0, -2), undefined, "encoding"],
      [hex.toUpperCase(), undefined, "hex"],
      [hex.slice(1), undefined, "hex"],
      ["00".repeat(100_000), undefined, "transaction-too-large"],
    ] as const;
    for (const [bytes, id, code] of cases) {
      const wrong = readTransaction(chain.value, bytes, id);
      assert.equal(wrong.ok ? "ok" : wrong.code, code);
    }
  });
});
