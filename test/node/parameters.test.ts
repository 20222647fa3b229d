// Parameters and rules that a governance transaction changes while the network runs: they hold from the next height on, at
// every node, and a node that does not know the new rules stops before their first block and says so.
import assert from "node:assert/strict";
import type { Change, SealedTransaction } from "@witan/ledger";
import { type Amount, type AssetId, bytesToHex } from "@witan/primitives";
import { keyOfName, outputTo } from "../ledger/build.ts";
import { Cluster } from "./cluster.ts";
import { FEE, Purse } from "./purse.ts";

const OPERATORS = ["a", "b", "c"];
const COINS = 100;

/** Four nodes, and enough coins for many transfers at once. */
async function rich() {
  const alice = keyOfName("alice").policyHash;
  const allocations = Array.from({ length: COINS }, () => ({
    ...{ asset: 0 as AssetId, amount: 1_000_000n as Amount, policyHash: alice },
  }));
  const cluster = await Cluster.start({ genesis: { allocations } });
  return { cluster, purse: new Purse(cluster) };
}

/** Makes a change, and waits until everybody has it. */
async function change(cluster: Cluster, purse: Purse, what: Change, sequence: number): Promise<void> {
  await cluster.pay("c", purse.ledger.governance(what, OPERATORS, sequence));
  await cluster.agreed();
}

/** Hands in transfers all at once, and waits until they are final. @returns how many the greatest block took */
async function greatestOf(cluster: Cluster, transfers: readonly SealedTransaction[]): Promise<number> {
  const seat = cluster.seat("b");
  const before = seat.blocks.length;
  const calls = transfers.map(({ bytes }) => {
    const params = { transaction: bytesToHex(bytes), waitFor: "final", timeoutMs: 20_000 } as const;
    return seat.call("transaction_submit", params);
  });
  for (const outcome of await cluster.world.settled("all have a fate", Promise.all(calls))) {
    assert.equal(outcome.status, "final");
    cluster.note(outcome);
  }
  return Math.max(...seat.blocks.slice(before).map((block) => block.transfers));
}

describe("a change of parameters", () => {
  it("bounds the transactions of the blocks behind it, and frees them again", async () => {
    const { cluster, purse } = await rich();
    const some = () => Array.from({ length: 25 }, () => purse.pay());
    const parameter = "blockTransactionsMax";
    assert.equal(await greatestOf(cluster, some()), 25);
    await change(cluster, purse, { kind: "changeParameter", parameter, value: 16 }, 0);
    // Beside the reward.
    assert.equal(await greatestOf(cluster, some()), 15);
    await change(cluster, purse, { kind: "changeParameter", parameter, value: 8_192 }, 1);
    assert.equal(await greatestOf(cluster, some()), 25);
    const { parameters } = await cluster.seat("d").call("governance_state", {});
    assert.equal(parameters.blockTransactionsMax, 8_192);
    assert.ok(
      cluster.seats.every(({ node }) => node.readings().view === 0),
      "nobody refused a block",
    );
    assert.deepEqual(cluster.world.faults, []);
    await cluster.finish();
  });

  it("bounds the bytes of the blocks behind it", async () => {
    const { cluster, purse } = await rich();
    const outputs = Array.from({ length: 200 }, () => outputTo(keyOfName("bob"), 1n));
    const change200 = outputTo(keyOfName("alice"), 1_000_000n - 200n - FEE);
    const some = () =>
      Array.from({ length: 25 }, () => purse.pay(200n, { outputs: [...outputs, change200] }));
    const [large] = some();
    const limit = 131_072;
    const fit = Math.floor(limit / (large?.bytes.length ?? 1));
    assert.ok((await greatestOf(cluster, some())) > fit);
    await change(cluster, purse, { kind: "changeParameter", parameter: "blockBytesMax", value: limit }, 0);
    const greatest = await greatestOf(cluster, some());
    assert.ok(greatest <= fit && greatest > fit / 2, `${greatest} transfers, ${fit} fit`);
    assert.ok(
      cluster.seats.every(({ node }) => node.readings().view === 0),
      "nobody refused a block",
    );
    await cluster.finish();
  });
});

describe("a change of rules that this program does not know", () => {
  it("stops whoever has it before the first block under them, and says so, now and at each start", async () => {
    const { cluster, purse } = await rich();
    await cluster.pay("a", purse.pay());
    await cluster.agreed(1);
    for (const seat of cluster.seats) seat.mayFail = true;
    const rules = purse.ledger.governance({ kind: "changeRules", rulesVersion: 2 }, OPERATORS, 0);
    const seat = cluster.seat("b");
    await cluster.world.settled(
      "it is taken",
      seat.call("transaction_submit", { transaction: bytesToHex(rules.bytes) }),
    );
    await cluster.world.until("it has stopped", () => seat.failures.length > 0);
    await cluster.world.pass(2_000);
    for (const { failures, node, blocks } of cluster.seats) {
      // Who had not got the block when the others stopped waits for it, with them.
      const has = node.tip.height === 2;
      assert.ok(has || node.tip.height === 1, "nobody has a block under rules that it does not know");
      assert.deepEqual([failures.length, blocks.length], has ? [1, 2] : [0, 1]);
      if (!has) continue;
      const failure = failures[0] as Error & { readonly code?: string };
      assert.equal(failure.code, "rules-unknown");
      assert.match(failure.message, /block 3 .* have rules 2, this program knows 1/);
    }
    for (const one of cluster.seats) one.crash();
    await assert.rejects(seat.start(), { code: "rules-unknown" });
    assert.deepEqual(cluster.world.forks, []);
    assert.deepEqual(cluster.world.votes.contradictions, []);
  });
});
