// What becomes of transactions at the node that they were handed to: exactly one outcome each, and the same when asked
// again.
import assert from "node:assert/strict";
import type { SealedTransaction } from "@witan/ledger";
import { bytesToHex, type Timestamp } from "@witan/primitives";
import type { ResultOf, TransactionOutcome } from "@witan/rpc";
import { keyOfName } from "../ledger/build.ts";
import { withBrokenWitness } from "./broken-witness.ts";
import { Cluster, membersOnly } from "./cluster.ts";
import { Purse } from "./purse.ts";

function admit(cluster: Cluster, at: string, transaction: SealedTransaction): Promise<TransactionOutcome> {
  const params = { transaction: bytesToHex(transaction.bytes) };
  return cluster.world.settled("a verdict", cluster.seat(at).call("transaction_submit", params));
}

function wait(cluster: Cluster, at: string, id: string, timeoutMs: number): Promise<TransactionOutcome> {
  return cluster.seat(at).call("transaction_wait", { transaction: id, timeoutMs });
}

describe("a transaction", () => {
  it("that is final is final when it is submitted again, at any node, and a copy with a broken witness too", async () => {
    const cluster = await Cluster.start();
    const transaction = new Purse(cluster).pay();
    await cluster.pay("a", transaction);
    await cluster.agreed(1);
    for (const { name } of cluster.seats) {
      assert.equal((await admit(cluster, name, transaction)).status, "final");
      assert.equal((await admit(cluster, name, withBrokenWitness(cluster, transaction))).status, "final");
    }
    assert.equal(cluster.seat("a").height, 1);
    await cluster.finish();
  });

  it("that comes with a broken witness first is not shut out by it", async () => {
    const cluster = await Cluster.start();
    const transaction = new Purse(cluster).pay();
    const broken = withBrokenWitness(cluster, transaction);
    assert.equal(broken.id, transaction.id);
    for (const { name } of cluster.seats) {
      const outcome = await admit(cluster, name, broken);
      assert.deepEqual(
        [outcome.status, "code" in outcome && outcome.code],
        ["rejected", "signature-invalid"],
      );
    }
    // Whoever waits for the good one is not told that it was refused, wherever a broken copy was.
    const waiting = wait(cluster, "c", transaction.id, 10_000);
    assert.equal((await stateOf(cluster, "d", transaction)).status, "unknown");
    const params = { transaction: transaction.id };
    await assert.rejects(cluster.seat("d").call("chain_proof", params), { reason: "transaction-unknown" });
    await cluster.pay("b", transaction);
    assert.equal((await cluster.world.settled("the wait", waiting)).status, "final");
    await cluster.finish();
  });

  it("that comes with a broken witness beside is final, in the same turn and in either order", async () => {
    const cluster = await Cluster.start();
    const purse = new Purse(cluster);
    for (const isFirst of [true, false]) {
      const transaction = purse.pay();
      const broken = withBrokenWitness(cluster, transaction);
      const both = isFirst ? [broken, transaction] : [transaction, broken];
      const fates = both.map((one) => cluster.submit("c", one));
      const [one, other] = await Promise.all(fates);
      const good = isFirst ? other : one;
      assert.equal(good?.status, "final", JSON.stringify([one, other]));
    }
    await cluster.finish();
  });

  it("that contradicts another: exactly one is final, and the other's client hears of the conflict", async () => {
    const cluster = await Cluster.start();
    const purse = new Purse(cluster);
    const coin = purse.take();
    const rivals = [purse.spend(coin, 10n), purse.spend(coin, 20n)] as const;
    const outcomes = await Promise.all([cluster.submit("b", rivals[0]), cluster.submit("d", rivals[1])]);
    const [loser, ...others] = outcomes.filter(({ status }) => status !== "final");
    assert.ok(loser && others.length === 0, JSON.stringify(outcomes));
    assert.equal(loser.status, "rejected");
    assert.ok("code" in loser && ["conflict", "input-missing"].includes(loser.code), JSON.stringify(loser));
    for (const { name } of cluster.seats) {
      const again = await admit(cluster, name, rivals[outcomes.indexOf(loser)] as SealedTransaction);
      assert.equal(again.status, "rejected");
      assert.ok("code" in again && ["conflict", "input-missing"].includes(again.code), JSON.stringify(again));
      const state = await stateOf(cluster, name, rivals[outcomes.indexOf(loser)] as SealedTransaction);
      assert.equal(state.status, "rejected", JSON.stringify(state));
    }
    await cluster.finish();
  });

  it("that spends what the transaction before it makes may come first, and waits for it", async () => {
    const cluster = await Cluster.start();
    const purse = new Purse(cluster);
    const parent = purse.pay();
    const child = purse.spend(purse.changeOf(parent));
    const fate = cluster.submit("c", child);
    await cluster.world.pass(100);
    assert.equal((await cluster.seat("c").call("mempool_status", {})).waiting, 1);
    assert.equal((await stateOf(cluster, "c", child)).status, "waiting");
    await cluster.pay("c", parent);
    assert.equal((await fate).status, "final");
    await cluster.finish();
  });

  it("that waits for what never comes is rejected for that", async () => {
    const cluster = await Cluster.start();
    const purse = new Purse(cluster);
    const outcome = await cluster.submit("c", purse.spend(purse.changeOf(purse.pay())));
    assert.deepEqual([outcome.status, "code" in outcome && outcome.code], ["rejected", "input-missing"]);
    await cluster.finish();
  });

  it("that is too old has expired as soon as a later block shows it", async () => {
    const cluster = await Cluster.start();
    const purse = new Purse(cluster);
    const now = (await cluster.seat("a").call("node_status", {})).startedAt;
    const transaction = purse.pay(10n, { validUntil: (now + 500) as Timestamp });
    cluster.cut("c", "a", "b", "d");
    const fate = cluster.submit("c", transaction);
    await cluster.world.pass(1_000);
    await cluster.pay("a", purse.pay());
    cluster.heal("c", "a", "b", "d");
    const outcome = await fate;
    assert.equal(outcome.status, "expired", JSON.stringify(outcome));
    assert.equal((await admit(cluster, "b", transaction)).status, "expired");
    const state = await stateOf(cluster, "c", transaction);
    assert.ok(state.status === "expired", JSON.stringify(state));
    // What a client can look at: the block named is later, and shown final.
    const { header, certificate } = await cluster.seat("c").call("chain_block", { height: state.height });
    assert.ok(header.timestamp > now + 500 && certificate !== null);
    await cluster.finish();
  });

  it("whose wait times out is pending, which is no error; one that nobody knows is unknown", async () => {
    const cluster = await Cluster.start();
    const purse = new Purse(cluster);
    const transaction = purse.pay();
    cluster.cut("c", "a", "b", "d");
    const before = cluster.world.clock.passedMs;
    assert.equal((await cluster.submit("c", transaction, 700)).status, "pending");
    assert.ok(cluster.world.clock.passedMs - before >= 700);
    const unknown = wait(cluster, "c", purse.pay().id, 500);
    assert.equal((await cluster.world.settled("a timeout", unknown)).status, "unknown");
    const controller = new AbortController();
    const params = { transaction: transaction.id, timeoutMs: 60_000 };
    const given = cluster.seat("c").call("transaction_wait", params, { signal: controller.signal });
    await cluster.world.pass(50);
    controller.abort();
    assert.equal((await given).status, "pending");
    const patient = wait(cluster, "c", transaction.id, 60_000);
    cluster.heal("c", "a", "b", "d");
    const outcome = await cluster.world.settled("it is final", patient);
    assert.equal(outcome.status, "final");
    cluster.note(outcome);
    await cluster.finish();
  });

  it("is refused, or takes another's place, when the mempool is full", async () => {
    const limits = { mempoolLimits: { transactions: 2 } };
    const cluster = await Cluster.start({ seats: membersOnly(limits) });
    const purse = new Purse(cluster);
    // Nothing becomes final meanwhile.
    cluster.cut("c", "a", "b", "d");
    const [first, second, poor] = [purse.pay(), purse.pay(), purse.pay()];
    for (const one of [first, second]) assert.equal((await admit(cluster, "c", one)).status, "pending");
    const refused = await admit(cluster, "c", poor);
    assert.deepEqual([refused.status, "code" in refused && refused.code], ["rejected", "mempool-full"]);
    // A larger witness pays less for its size, and anyone can make one: nothing for who knows the id only.
    assert.equal((await stateOf(cluster, "c", poor)).status, "unknown");
    const fates = [first, second].map((one) => wait(cluster, "c", one.id, 5_000));
    assert.equal((await admit(cluster, "c", richOf(purse))).status, "pending");
    const [one, other] = await cluster.world.settled("their fates", Promise.all(fates));
    const evicted = [one, other].find((outcome) => outcome?.status === "evicted");
    assert.ok(evicted?.status === "evicted" && evicted.possibleUntil > 0, JSON.stringify([one, other]));
    assert.equal(evicted.code, "evicted");
    const kept = evicted.transaction === first.id ? second : first;
    const lost = evicted.transaction === first.id ? first : second;
    assert.deepEqual(await stateOf(cluster, "c", lost), evicted);
    assert.equal((await stateOf(cluster, "c", kept)).status, "pending");
    // A copy with a broken witness, refused after that, changes nothing.
    assert.equal((await admit(cluster, "c", withBrokenWitness(cluster, lost))).status, "rejected");
    assert.deepEqual(await stateOf(cluster, "c", lost), evicted);
    cluster.heal("c", "a", "b", "d");
    await cluster.world.until("room", () => cluster.seat("c").node.readings().pending === 0);
    await cluster.pay("a", lost);
    await cluster.finish();
  });
});

/** What `chain_transaction` tells: what `transaction_wait` tells at once, with the bytes where there are any. */
async function stateOf(
  cluster: Cluster,
  name: string,
  { id: transaction, bytes }: SealedTransaction,
): Promise<ResultOf<"chain_transaction">> {
  const state = await cluster.seat(name).call("chain_transaction", { transaction });
  const outcome = await wait(cluster, name, transaction, 0);
  const hasBytes = outcome.status === "pending" || outcome.status === "final";
  assert.deepEqual(state, hasBytes ? { ...outcome, bytes: bytesToHex(bytes) } : outcome);
  return state;
}

/** A transfer that pays more for its place. */
function richOf(purse: Purse): SealedTransaction {
  const coin = purse.take();
  const [own, fee] = [keyOfName("alice"), 1_000n];
  const body = purse.ledger.transfer(
    [coin],
    [{ ...coin, amount: (coin.amount - fee) as typeof coin.amount }],
    {
      fee: fee as never,
    },
  );
  const { asset, amount, policyHash } = { ...coin, amount: (coin.amount - fee) as typeof coin.amount };
  return purse.ledger.seal({ ...body, outputs: [{ asset, amount, policyHash }] }, [own]);
}
