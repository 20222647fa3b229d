// `expired` shown to a client that believes no node: by the later block, empty or not, and by all blocks since the transaction
// was made. Whatever a node makes up, the answer is no.
import assert from "node:assert/strict";
import { type RpcCaller, TrustedState, type VerifiedExpiry, verifyBlock, verifyExpiry } from "@witan/client";
import { type SealedTransaction, transactionsRoot } from "@witan/ledger";
import { bytesToHex, type ConsensusMode, type Timestamp } from "@witan/primitives";
import type { MethodName, ResultOf } from "@witan/rpc";
import { Cluster, genesisOf } from "./cluster.ts";
import { Miners } from "./pow/miners.ts";
import { Purse } from "./purse.ts";
import type { Seat } from "./seat.ts";

/** What a lying node tells in place of an answer. */
type Lies = { readonly [M in MethodName]?: (told: ResultOf<M>) => ResultOf<M> };

function callerOf(seat: Seat, lies: Lies = {}): RpcCaller & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    url: `http://${seat.name}`,
    call: async (method, params) => {
      asked.push(method);
      const told = (await seat.call(method as never, params as never)) as ResultOf<typeof method>;
      const lie = lies[method] as ((of: typeof told) => typeof told) | undefined;
      return lie === undefined ? told : lie(told);
    },
  };
}

/** A transfer that a node takes, and that no block holds: it was away from the others until it was too late. */
async function expiredAt(cluster: Cluster, purse: Purse, transaction: SealedTransaction): Promise<number> {
  const names = cluster.seats.map(({ name }) => name);
  const [away = "", ...others] = names.toReversed();
  cluster.cut(away, ...others);
  const fate = cluster.submit(away, transaction);
  await cluster.world.pass(1_000);
  await cluster.pay(names[0] ?? "", purse.pay());
  cluster.heal(away, ...others);
  const outcome = await fate;
  assert.ok(outcome.status === "expired", JSON.stringify(outcome));
  return outcome.height;
}

async function soon(cluster: Cluster, name: string): Promise<Timestamp> {
  return ((await cluster.seat(name).call("node_status", {})).startedAt + 500) as Timestamp;
}

describe("an expired transaction", () => {
  for (const mode of ["pbft", "bp-fast-paxos"] as const satisfies readonly ConsensusMode[])
    it(`is shown to be so, from the genesis or from its coin on (${mode})`, async () => {
      const cluster = await Cluster.start({ mode });
      const first = cluster.seats[0]?.name ?? "";
      const purse = new Purse(cluster);
      const paid = purse.pay();
      await cluster.pay(first, paid);
      await cluster.pay(first, purse.pay());
      const validUntil = await soon(cluster, first);
      const gone = purse.spend(purse.changeOf(paid), 10n, { validUntil });
      const height = await expiredAt(cluster, purse, gone);
      const rpc = callerOf(cluster.seat(first));
      const trusted = TrustedState.ofGenesis(cluster.chain);
      const shown = await verifyExpiry(rpc, { trusted, transaction: gone, height });
      assert.ok(shown.verified, JSON.stringify(shown));
      assert.deepEqual([shown.transaction, shown.height, shown.since], [gone.id, height, 1]);
      assert.ok(shown.timestamp > validUntil && shown.signers.length >= 3);
      const later = await verifyExpiry(rpc, { trusted, transaction: gone, height, since: height });
      assert.equal((later as VerifiedExpiry).since, height);
      assert.equal(rpc.asked.filter((method) => method === "chain_block").length, height + 1);
      await cluster.finish();
    });

  it("is shown by an empty block, too", async () => {
    const { parameters } = genesisOf({}, "pbft");
    const cluster = await Cluster.start({
      genesis: { parameters: { ...parameters, emptyBlockIntervalMs: 1_000 } },
    });
    const gone = new Purse(cluster).pay(10n, { validUntil: await soon(cluster, "a") });
    await cluster.world.until("there are empty blocks", () => cluster.seat("a").height >= 2);
    const { transactions } = await cluster.seat("a").call("chain_block", { height: 2 });
    assert.deepEqual(transactions, []);
    const trusted = TrustedState.ofGenesis(cluster.chain);
    const shown = await verifyExpiry(callerOf(cluster.seat("a")), { trusted, transaction: gone, height: 2 });
    assert.ok(shown.verified, JSON.stringify(shown));
    await cluster.finish();
  });

  it("is not shown by a node that lies", async () => {
    const cluster = await Cluster.start();
    const purse = new Purse(cluster);
    const held = purse.pay(10n, { validUntil: await soon(cluster, "a") });
    await cluster.pay("a", held);
    await cluster.world.pass(1_000);
    await cluster.pay("a", purse.pay());
    await cluster.agreed(2);
    const codeOf = async (lies: Lies, height = 2, transaction = held): Promise<string> => {
      const trusted = TrustedState.ofGenesis(cluster.chain);
      const shown = await verifyExpiry(callerOf(cluster.seat("b"), lies), { trusted, transaction, height });
      assert.ok(!shown.verified && shown.message.endsWith("."));
      return shown.code;
    };
    assert.equal(await codeOf({}), "is-included");
    const without: Lies = {
      chain_block: (told) => ({
        ...told,
        transactions: told.transactions.filter(({ transaction }) => transaction !== held.id),
      }),
    };
    assert.equal(await codeOf(without), "blocks-other");
    // A header that fits the list, and is of another hash.
    const root = transactionsRoot([]);
    const other: Lies = {
      chain_block: (told) =>
        told.height === 1
          ? { ...told, transactions: [], header: { ...told.header, transactionsRoot: root } }
          : told,
    };
    assert.equal(await codeOf(other), "blocks-other");
    // What has the form that the contract asks for, and is in no block.
    const odd: readonly ((told: ResultOf<"chain_block">) => ResultOf<"chain_block">)[] = [
      (told) => ({ ...told, header: { ...told.header, nonce: `${2n ** 80n}` } }),
      (told) => ({ ...told, header: { ...told.header, nonce: "-1" } }),
      (told) => ({ ...told, header: { ...told.header, target: 2 ** 40 } }),
      (told) => ({ ...told, header: { ...told.header, proposer: 2 ** 40 } }),
      (told) => ({ ...told, header: { ...told.header, version: 2 ** 40 } }),
      (told) => ({ ...told, header: { ...told.header, height: 2 ** 52 } }),
      (told) => ({
        ...told,
        transactions: Array.from({ length: 20_000 }, () => told.transactions[0] as never),
      }),
    ];
    for (const lie of odd) assert.equal(await codeOf({ chain_block: lie }), "blocks-other");
    assert.equal(await codeOf({}, 1), "not-expired");
    const { proof } = await cluster.seat("a").call("chain_proof", { height: 2 });
    assert.equal(await codeOf({ chain_proof: (told) => ({ ...told, proof }) }, 1), "height-other");
    assert.equal(await codeOf({ chain_proof: (told) => ({ ...told, proof: `${proof}00` }) }), "encoding");
    const broken = `${proof.slice(0, -2)}${proof.endsWith("00") ? "01" : "00"}`;
    assert.equal((await verifyBlock({ genesis: cluster.chain, proof: broken })).verified, false);
    const shown = await verifyBlock({ genesis: cluster.chain, proof });
    assert.ok(shown.verified && shown.height === 2);
    await assert.rejects(cluster.seat("a").call("chain_proof", { height: 0 }), { reason: "proof-needless" });
    await assert.rejects(cluster.seat("a").call("chain_proof", { height: 9 }), { reason: "block-unknown" });
    await cluster.finish();
  });

  it("is shown under proof of work for the branch there is, with its depth", async () => {
    const miners = await Miners.start(["m1"]);
    const { cluster } = miners;
    const gone = new Purse(cluster).pay(10n, { validUntil: await soon(cluster, "m1") });
    await cluster.world.pass(1_000);
    await miners.mine("m1", 3);
    const trusted = TrustedState.ofGenesis(cluster.chain);
    const shown = await verifyExpiry(callerOf(miners.seat("m1")), { trusted, transaction: gone, height: 2 });
    assert.ok(shown.verified, JSON.stringify(shown));
    assert.equal(shown.confirmations, 2);
    const bytes = bytesToHex(gone.bytes);
    const told = await miners.seat("m1").call("transaction_submit", { transaction: bytes });
    assert.equal(told.status === "final", false);
    await miners.finish();
  });
});
