// `witan transaction get`: what became of a transaction, in words and for programs, with an exit code for each.
import assert from "node:assert/strict";
import type { TransactionOutcome } from "@witan/rpc";
import { SAMPLES } from "../rpc/samples.ts";
import { FakeNode } from "./fake-node.ts";
import { lastJson, type Ran, witan } from "./run.ts";

const ID = "ab".repeat(32);
const HASH = "cd".repeat(32);

let node: FakeNode;
beforeEach(async () => {
  node = await FakeNode.start();
});
afterEach(() => FakeNode.stopAll());

function get(...more: readonly string[]): Promise<Ran> {
  return witan("transaction", "get", ID, "--rpc", node.url, ...more);
}

function becomes(outcome: TransactionOutcome): void {
  node.instead.transaction_wait = async () => outcome;
}

describe("witan transaction get", () => {
  it("says that it is final, in which block and when", async () => {
    becomes({ transaction: ID, status: "final", height: 7, hash: HASH, index: 3 });
    node.instead.chain_block = async ({ hash }) => {
      assert.equal(hash, HASH);
      return SAMPLES.chain_block.result;
    };
    const { timestamp } = SAMPLES.chain_block.result.header;
    const ran = await get("--json");
    const found = { transaction: ID, status: "final", height: 7, hash: HASH, index: 3, timestamp };
    assert.deepEqual([ran.code, lastJson(ran)], [0, found]);
    const told = await get();
    assert.match(told.out, /status +final: in block 7\n/);
    assert.ok(told.out.includes(`${HASH} of ${new Date(timestamp).toISOString()}`));
  });

  it("is also what witan transaction means with an id behind it; other words are no commands", async () => {
    becomes({ transaction: ID, status: "final", height: 7, hash: HASH, index: 3 });
    node.instead.chain_block = async () => SAMPLES.chain_block.result;
    const ran = await witan("transaction", ID, "--wait", "--json", "--rpc", node.url);
    assert.deepEqual([ran.code, lastJson(ran)["status"]], [0, "final"]);
    assert.match((await witan("transaction", "--help")).out, /transaction ID is short for/);
    const slip = await witan("transaction", "gte", ID);
    assert.deepEqual([slip.code, /unknown command 'gte'/.test(slip.err)], [2, true]);
    for (const almost of [ID.slice(1), `${ID}0`, ID.toUpperCase(), `0x${ID}`]) {
      const wrong = await witan("transaction", almost, "--rpc", node.url);
      assert.equal(wrong.code, 2, almost);
      assert.match(wrong.err, /expected a transaction's id .*32 bytes in lower-case hex/, almost);
    }
  });

  const others: readonly (readonly [TransactionOutcome, number, RegExp])[] = [
    [{ transaction: ID, status: "pending" }, 0, /pending: admitted, not final yet/],
    [{ transaction: ID, status: "waiting" }, 1, /waiting for inputs/],
    [{ transaction: ID, status: "unknown" }, 1, /unknown: this node has not heard of it.*harmless/],
    [
      { transaction: ID, status: "rejected", code: "conflict", message: "spent" },
      1,
      /rejected, conflict: spent/,
    ],
    [{ transaction: ID, status: "expired", height: 9 }, 1, /expired: block 9 is later/],
    [
      { transaction: ID, status: "evicted", code: "mempool-full", message: "full", possibleUntil: 1 },
      1,
      /dropped by this node, mempool-full: full/,
    ],
  ];
  for (const [outcome, code, message] of others)
    it(`says that it is ${outcome.status}: exit code ${code}, and 1 where final was waited for`, async () => {
      becomes(outcome);
      const ran = await get();
      assert.equal(ran.code, code, ran.err);
      assert.match(ran.out, message);
      const json = lastJson(await get("--wait", "--timeout", "0", "--json"));
      assert.deepEqual([json["transaction"], json["status"], json["height"]], [ID, outcome.status, null]);
      assert.equal((await get("--wait", "--timeout", "0")).code, 1);
    });

  it("asks for what is known now, unless it is to wait", async () => {
    const waits: (number | undefined)[] = [];
    node.instead.transaction_wait = async ({ timeoutMs }) => {
      waits.push(timeoutMs);
      const status = waits.length === 2 ? "pending" : "unknown";
      return waits.length < 3
        ? { transaction: ID, status }
        : { transaction: ID, status: "final", height: 7, hash: HASH, index: 0 };
    };
    assert.equal((await get()).code, 1);
    assert.deepEqual(waits, [0]);
    const ran = await get("--wait", "--timeout", "20");
    assert.equal(ran.code, 0);
    assert.equal(ran.err, "waiting until it is final\n");
    assert.equal(waits.length, 3);
    assert.ok(
      waits.slice(1).every((ms) => ms === 10_000),
      `${waits}`,
    );
  });

  it("tells what the node said before it fell silent", async () => {
    node.instead.transaction_wait = async () => {
      void FakeNode.stopAll();
      return { transaction: ID, status: "pending" };
    };
    const ran = await get("--wait", "--timeout", "1", "--json");
    assert.deepEqual([ran.code, lastJson(ran)["status"]], [1, "pending"]);
  });

  it("fails with exit code 3 where nobody answers, 2 where the id is none", async () => {
    await FakeNode.stopAll();
    assert.equal((await get()).code, 3);
    const ran = await witan("transaction", "get", "5f", "--json");
    const { reason, message } = lastJson(ran)["error"] as { reason: string; message: string };
    assert.deepEqual([ran.code, reason], [2, "transaction"]);
    assert.match(message, /^5f: expected a transaction's id/);
  });
});
