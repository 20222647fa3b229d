// How transactions reach everybody: over one link only if need be, whatever copies with broken witnesses go about, and
// blaming only peers that send what is wrong for everyone.
import assert from "node:assert/strict";
import { bytesToHex, type PeerId } from "@witan/primitives";
import { HELD_MAX, HOLD_MS } from "../../packages/node/src/pool/gossip.ts";
import { transactionsMessageCodec } from "../../packages/node/src/wire.ts";
import { withBrokenWitness } from "./broken-witness.ts";
import { Cluster } from "./cluster.ts";
import { Purse } from "./purse.ts";
import { type Seat, VIEW_MS } from "./seat.ts";

function pushOf(...transactions: readonly Uint8Array[]): Uint8Array {
  return transactionsMessageCodec.encode({ kind: "push", transactions });
}

/** The node that proposes first, and the others. */
async function proposing(cluster: Cluster): Promise<readonly [Seat, Seat, Seat, Seat]> {
  const status = await cluster.seat("a").call("consensus_status", {});
  const first = cluster.seats.find(({ name }) => status.mode === "pbft" && name === status.primary);
  const [second, third, fourth] = cluster.seats.filter((seat) => seat !== first);
  assert.ok(first && second && third && fourth);
  return [first, second, third, fourth];
}

/** Who sends whom transactions from now on. */
function notingPushes(cluster: Cluster): readonly string[] {
  const pushed: string[] = [];
  for (const seat of cluster.seats)
    seat.taps.send = (to, channel, bytes) => {
      const peer = cluster.seats.find(({ peerId }) => peerId === to)?.name;
      if (channel === "transactions") pushed.push(`${seat.name} to ${peer}`);
      return bytes;
    };
  return pushed;
}

describe("gossip", () => {
  it("sends a lone transaction to who proposes only: the others have it with its block", async () => {
    const cluster = await Cluster.start();
    const purse = new Purse(cluster);
    const [primary, other] = await proposing(cluster);
    const pushed = notingPushes(cluster);
    await cluster.pay(other.name, purse.pay());
    await cluster.agreed(1);
    await cluster.world.pass(2 * HOLD_MS);
    assert.deepEqual(pushed, [`${other.name} to ${primary.name}`]);
    await cluster.pay(primary.name, purse.pay());
    await cluster.agreed(2);
    await cluster.world.pass(2 * HOLD_MS);
    assert.equal(pushed.length, 1, `${pushed}`);
    // Each for its own time: while one is held, another's time is not over.
    const chain = purse.chain();
    for (let many = 0; many < 10; many++) await cluster.pay(primary.name, chain.next().value);
    assert.equal(pushed.length, 1, `${pushed}`);
    await cluster.finish();
  });

  it("sends everybody what still waits a moment later, and at once where more waits than a few", async () => {
    const cluster = await Cluster.start();
    const chain = new Purse(cluster).chain();
    const [primary, from, ...others] = await proposing(cluster);
    primary.taps.send = (_to, channel, bytes) => (channel === "transactions" ? bytes : undefined);
    const { clock } = cluster.world;
    const spread = async (count: number): Promise<number> => {
      const transactions = Array.from({ length: count }, () => chain.next().value);
      const before = clock.passedMs;
      const submitted = transactions.map(({ bytes }) =>
        from.call("transaction_submit", { transaction: bytesToHex(bytes) }),
      );
      await cluster.world.settled("they are admitted", Promise.all(submitted));
      const pending = from.node.readings().pending;
      await cluster.world.until("they are everywhere", () =>
        others.every(({ node }) => node.readings().pending === pending),
      );
      return clock.passedMs - before;
    };
    const lone = await spread(1);
    assert.ok(lone >= HOLD_MS && lone < VIEW_MS, `${lone} ms`);
    const many = await spread(HELD_MAX);
    assert.ok(many < HOLD_MS, `${many} ms`);
    primary.taps.send = undefined;
    await cluster.finish();
  });

  it("reaches all over a ring of links, and what all have is final all the same", async () => {
    const cluster = await Cluster.start();
    const purse = new Purse(cluster);
    cluster.cut("a", "c");
    cluster.cut("b", "d");
    // Votes go to neighbours only, so nothing is final: what is pending everywhere came by gossip.
    await cluster.world.settled(
      "it is admitted",
      cluster.seat("b").call("transaction_submit", { transaction: bytesToHex(purse.pay().bytes) }),
    );
    await cluster.world.until(
      "it is everywhere",
      () => cluster.seats.every(({ node, height }) => node.readings().pending === 1 || height === 1),
      5_000,
    );
    cluster.heal("a", "c");
    cluster.heal("b", "d");
    await cluster.agreed(1);
    await cluster.finish();
  });

  it("brings what is pending to a node that connects later", async () => {
    const cluster = await Cluster.start();
    const purse = new Purse(cluster);
    for (const name of ["b", "c", "d"]) cluster.seat(name).crash();
    const transaction = purse.pay();
    await cluster.world.settled(
      "it is admitted",
      cluster.seat("a").call("transaction_submit", { transaction: bytesToHex(transaction.bytes) }),
    );
    await cluster.world.pass(5_000);
    await cluster.startAll();
    await cluster.agreed(1);
    assert.equal(
      (await cluster.seat("d").call("chain_transaction", { transaction: transaction.id })).status,
      "final",
    );
    await cluster.finish();
  });

  it("is not stopped by a copy with a broken witness that came to everybody before", async () => {
    const cluster = await Cluster.start();
    const transaction = new Purse(cluster).pay();
    const broken = withBrokenWitness(cluster, transaction);
    const liar = cluster.seat("a");
    for (const { peerId } of cluster.seats.slice(1))
      liar.network.send(peerId, "transactions", pushOf(broken.bytes));
    await cluster.world.until("it is blamed by all", () => cluster.world.faults.length === 3);
    assert.deepEqual(
      cluster.world.faults.map(({ of, code }) => [of, code]),
      cluster.seats.slice(1).map(() => [liar.peerId, "transaction-signature-invalid"]),
    );
    await cluster.pay("c", transaction);
    await cluster.finish();
  });

  it("asks for what is announced, though a copy with a broken witness was refused before", async () => {
    const cluster = await Cluster.start();
    const transaction = new Purse(cluster).pay();
    const [a, d] = [cluster.seat("a"), cluster.seat("d")];
    for (const name of ["b", "c", "d"]) cluster.cut("a", name);
    const broken = withBrokenWitness(cluster, transaction);
    const refused = await cluster.world.settled(
      "it is refused",
      d.call("transaction_submit", { transaction: bytesToHex(broken.bytes) }),
    );
    assert.equal(refused.status, "rejected");
    await cluster.world.settled(
      "it is admitted",
      a.call("transaction_submit", { transaction: bytesToHex(transaction.bytes) }),
    );
    await cluster.world.pass(5_000);
    cluster.heal("a", "d");
    await cluster.world.until("it is there", () => d.node.readings().pending === 1, 20_000);
    await cluster.finish();
  });

  it("is not stopped by a primary whose block holds a copy with a broken witness", async () => {
    const cluster = await Cluster.start();
    const purse = new Purse(cluster);
    const transaction = purse.pay();
    const broken = withBrokenWitness(cluster, transaction);
    // Its verifier says that everything holds, so it makes a block of the broken copy.
    const liar = cluster.seat("a");
    liar.crash();
    liar.honest = false;
    liar.believesAll = true;
    await liar.start();
    await cluster.connected();
    liar.taps.receive = (_from, channel) => channel !== "transactions";
    liar.taps.send = (_to, channel, bytes) => (channel === "transactions" ? undefined : bytes);
    const params = { transaction: bytesToHex(broken.bytes) };
    await cluster.world.settled("the liar takes it", liar.call("transaction_submit", params));
    await cluster.pay("c", transaction);
    const { height } = await cluster.seat("c").call("chain_head", {});
    const block = await cluster.seat("c").call("chain_block", { height });
    assert.ok(block.transactions.some(({ witnessHash }) => witnessHash === transaction.witnessHash));
    const refused = cluster.seat("b").logged.filter(({ message }) => message === "proposal refused");
    assert.equal(refused.length, 1);
    assert.match(JSON.stringify(refused[0]?.fields), /signature/);
    Object.assign(liar.taps, { receive: undefined, send: undefined });
    liar.believesAll = false;
    await cluster.finish();
  });

  it("blames who sends what is wrong for everyone, and nobody for what this node may lack", async () => {
    const cluster = await Cluster.start();
    const purse = new Purse(cluster);
    const coin = purse.take();
    const [spent, rival] = [purse.spend(coin), purse.spend(coin, 20n)];
    await cluster.pay("b", spent);
    await cluster.agreed(1);
    const orphan = purse.spend(purse.changeOf(purse.pay()));
    const expired = purse.pay(10n, { validUntil: 1 as never });
    const from = cluster.seat("a");
    const to: PeerId = cluster.seat("c").peerId;
    for (const { bytes } of [spent, rival, orphan, expired])
      from.network.send(to, "transactions", pushOf(bytes));
    await cluster.world.pass(500);
    assert.equal(cluster.world.faults.length, 0);
    from.network.send(to, "transactions", pushOf(new Uint8Array(100)));
    const { faults } = cluster.world;
    await cluster.world.until("it is blamed", () => faults.length > 0);
    assert.deepEqual(faults, [{ by: "c", of: from.peerId, code: "transaction-encoding" }]);
    await cluster.finish();
  });
});
