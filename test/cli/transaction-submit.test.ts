// `witan transaction submit` and `check`: a transaction that is signed already, brought in, or only asked about.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { RpcError, type TransactionVerdict } from "@witan/rpc";
import { ALICE, FakeNode } from "./fake-node.ts";
import { inFolder, lastJson, type Ran, witan, witanProcess } from "./run.ts";

let node: FakeNode;
beforeEach(async () => {
  node = await FakeNode.start();
});
afterEach(() => FakeNode.stopAll());

function errorOf(ran: Ran): { readonly reason: string; readonly message: string } {
  return lastJson(ran)["error"] as { reason: string; message: string };
}

/** A signed payment that nobody has seen. */
async function signed(): Promise<{ readonly id: string; readonly hex: string }> {
  const ran = await witan(
    ...["send", "--rpc", node.url, "--secret-key", ALICE.secretKey, "--to", node.addressOf("carol")],
    ...["--amount", "7", "--sign-only", "--json"],
  );
  const { transaction, bytes } = lastJson(ran);
  return { id: `${transaction}`, hex: `${bytes}` };
}

describe("witan transaction submit", () => {
  it("brings in what send --sign-only printed, by argument, file or standard input", () =>
    inFolder(async (folder) => {
      const { id, hex } = await signed();
      const submit = (...more: readonly string[]) =>
        witan("transaction", "submit", "--rpc", node.url, "--wait", "--json", ...more);
      const ran = await submit(hex);
      assert.deepEqual([ran.code, lastJson(ran)], [0, { transaction: id, status: "final", height: 1 }]);
      assert.equal(node.submitted.length, 1);
      node.instead.transaction_submit = async ({ transaction, waitFor }) => {
        assert.deepEqual([transaction, waitFor], [hex, "admitted"]);
        return { transaction: id, status: "pending" };
      };
      const file = join(folder, "payment.hex");
      await writeFile(file, `${hex}\n`);
      const ofFile = await witan("transaction", "submit", "--rpc", node.url, "--file", file);
      assert.equal(ofFile.code, 0, ofFile.err);
      assert.match(ofFile.out, /status +pending: admitted/);
      const argv = ["transaction", "submit", "--rpc", node.url, "--file", "-"];
      assert.equal((await witanProcess(argv, { input: hex })).code, 0);
    }));

  it("has exit code 1 where it is refused", async () => {
    const { id, hex } = await signed();
    node.instead.transaction_submit = async () => ({
      ...{ transaction: id, status: "rejected", code: "conflict", message: "spent" },
    });
    const ran = await witan("transaction", "submit", hex, "--rpc", node.url);
    assert.equal(ran.code, 1);
    assert.match(ran.out, /status +rejected, conflict: spent\n/);
  });

  it("refuses what is no transaction before it is sent: exit code 2", async () => {
    const submit = (...more: readonly string[]) =>
      witan("transaction", "submit", "--rpc", node.url, "--json", ...more);
    const wrong: readonly (readonly [readonly string[], string])[] = [
      [[], "arguments"],
      [["00", "--file", "x"], "arguments"],
      [["0g"], "hex"],
      [["00ff"], "transaction-encoding"],
    ];
    for (const [argv, reason] of wrong) {
      const ran = await submit(...argv);
      assert.deepEqual([ran.code, errorOf(ran).reason], [2, reason], argv.join(" "));
    }
    assert.equal(node.submitted.length, 0);
  });
});

describe("witan transaction check", () => {
  const ID = "ab".repeat(32);
  const verdicts: readonly (readonly [TransactionVerdict, number, RegExp])[] = [
    [
      { transaction: ID, status: "valid", fee: "150000000", bytes: 300, feeRate: "1000" },
      0,
      /valid: it would be taken in\nfee +1\.5 WITAN\nfee rate +1000 base units for 1,000 of weight\nsize +300 bytes\n/,
    ],
    [
      { transaction: ID, status: "rejected", code: "conflict", message: "spent" },
      1,
      /it would be rejected, conflict: spent\n/,
    ],
    [{ transaction: ID, status: "waiting" }, 1, /it would wait for inputs that the node does not know\n/],
    [{ transaction: ID, status: "pending" }, 0, /it is pending already\n/],
    [{ transaction: ID, status: "final", height: 7, hash: ID, index: 0 }, 0, /final: in block 7\n/],
    [{ transaction: ID, status: "expired", height: 9 }, 1, /expired: block 9 is later/],
  ];
  for (const [verdict, code, message] of verdicts)
    it(`tells that it would be ${verdict.status}: exit code ${code}, and submits nothing`, async () => {
      node.instead.transaction_check = async ({ transaction }) => {
        assert.equal(transaction, "00ff");
        return verdict;
      };
      const ran = await witan("transaction", "check", "00ff", "--rpc", node.url);
      assert.equal(ran.code, code, ran.err);
      assert.match(ran.out, message);
      const json = await witan("transaction", "check", "00ff", "--rpc", node.url, "--json");
      assert.deepEqual([json.code, lastJson(json)], [code, verdict]);
      assert.equal(node.submitted.length, 0);
    });

  it("has exit code 2 where it is no transaction, 3 where the node can't tell now", async () => {
    const check = async (reason: "transaction-encoding" | "busy") => {
      node.instead.transaction_check = async () => {
        throw new RpcError(reason);
      };
      return witan("transaction", "check", "00ff", "--rpc", node.url, "--json");
    };
    assert.equal((await check("transaction-encoding")).code, 2);
    const busy = await check("busy");
    assert.deepEqual([busy.code, errorOf(busy).reason], [3, "busy"]);
  });
});
