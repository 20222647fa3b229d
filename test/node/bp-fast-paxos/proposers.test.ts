// Proposers are trusted by nobody: mute, dead, cut off, lying ones are replaced, and liars are named.
import assert from "node:assert/strict";
import { type Accept, bpfpMessageCodec } from "@witan/consensus";
import { bytesToHex, type Height, present } from "@witan/primitives";
import { bulkMessageCodec, rangeCodec, requestCodec } from "../../../packages/node/src/wire.ts";
import { membersOf } from "../../ledger/build.ts";
import { withBrokenWitness } from "../broken-witness.ts";
import { Cluster } from "../cluster.ts";
import type { DataCopy } from "../power-disk.ts";
import { Purse } from "../purse.ts";
import { type Seat, VIEW_MS } from "../seat.ts";
import { ACCEPTORS, certified, evidenceAt, fastPaxos, notingMessages } from "./fast-paxos.ts";

/** Everybody is in a round of this proposer. */
async function trusted(cluster: Cluster, at: string): Promise<string> {
  const status = await cluster.seat(at).call("consensus_status", {});
  assert.ok(status.mode === "bp-fast-paxos");
  return status.proposer;
}

/** Proposes what no acceptor hears, and comes back with these data, which know nothing of it. Gives what it proposed. */
async function forgetsProposal(cluster: Cluster, proposer: Seat, purse: Purse, data: DataCopy) {
  const noted = proposer.counts.noted;
  proposer.taps.send = (_to, channel, bytes) => (channel === "consensus" ? undefined : bytes);
  const transaction = purse.pay();
  cluster.submit(proposer.name, transaction).catch(() => {});
  await cluster.world.until("the guard knows of the proposal", () => proposer.counts.noted > noted);
  await cluster.world.pass(20);
  proposer.crash();
  await proposer.disk.putBack(data);
  Object.assign(proposer.taps, { send: undefined });
  await proposer.start();
  return transaction;
}

describe("a proposer that", () => {
  it("is mute is seen by acceptors, and replaced; two delays are enough again then", async () => {
    const cluster = await fastPaxos();
    const purse = new Purse(cluster);
    cluster.seat("p").taps.send = (_to, channel, bytes) => (channel === "consensus" ? undefined : bytes);
    const before = cluster.world.clock.passedMs;
    // What is submitted at one proposer gets to the acceptors, and to the other.
    await cluster.pay("p", purse.pay());
    assert.ok(cluster.world.clock.passedMs - before < 10 * VIEW_MS);
    assert.equal(await trusted(cluster, "a"), "q");
    await cluster.agreed(1);
    await cluster.world.pass(100);
    const sent = notingMessages(cluster);
    await cluster.pay("q", purse.pay());
    await cluster.agreed(2);
    // What is in doubt for a moment is sent again.
    const accepts = sent.filter(({ message }) => message.kind === "accept");
    assert.equal(new Set(accepts.map(({ to }) => to)).size, 4);
    assert.ok(accepts.every(({ message }) => message.kind === "accept" && message.proof.length === 0));
    assert.equal(sent.filter(({ message }) => message.kind === "promise").length, 0);
    await certified(cluster);
    await cluster.finish();
  });

  it("is dead is replaced, and comes back as one of them", async () => {
    const cluster = await fastPaxos();
    const purse = new Purse(cluster);
    await cluster.pay("p", purse.pay());
    cluster.seat("p").crash();
    await cluster.pay("q", purse.pay());
    await cluster.seat("p").start();
    await cluster.pay("p", purse.pay());
    cluster.seat("q").crash();
    await cluster.pay("p", purse.pay());
    await cluster.seat("q").start();
    await cluster.agreed(4);
    await certified(cluster);
    await cluster.finish();
  });

  it("has lost with the power what its guard knows that it proposed, proposes nothing else in that round", async () => {
    const cluster = await fastPaxos();
    const purse = new Purse(cluster);
    await cluster.pay("p", purse.pay());
    await cluster.agreed(1);
    const proposer = cluster.seat("p");
    const transaction = await forgetsProposal(cluster, proposer, purse, proposer.disk.copy());
    const said = proposer.logged.find(({ message }) =>
      message.startsWith("the signer guard knows of a proposal"),
    );
    assert.deepEqual(said?.fields, { height: 2, round: 0 });
    await cluster.pay("p", transaction);
    assert.equal(await trusted(cluster, "a"), "q");
    await cluster.agreed(2);
    await certified(cluster);
    // Nobody was silent, and no guard had to refuse.
    await cluster.finish();
  });

  for (const [what, isOlder] of [
    ["that it proposed", false],
    ["of the last two blocks", true],
  ] as const)
    it(`is the only one and no longer knows ${what}, goes on in the next round`, async () => {
      const members = membersOf("bp-fast-paxos").filter(({ name }) => name !== "q");
      const cluster = await Cluster.start({ mode: "bp-fast-paxos", genesis: { members } });
      const purse = new Purse(cluster);
      const proposer = cluster.seat("p");
      const copies = [proposer.disk.copy()];
      for (const height of [1, 2]) {
        await cluster.pay("p", purse.pay());
        await cluster.agreed(height);
        copies.push(proposer.disk.copy());
      }
      proposer.losesData = isOlder;
      const data = present(copies[isOlder ? 0 : 2], "a copy");
      const transaction = await forgetsProposal(cluster, proposer, purse, data);
      await cluster.pay("p", transaction);
      assert.ok(proposer.node.readings().view > 0, "it proposed again in round 0");
      await cluster.agreed(3);
      await certified(cluster);
      await cluster.finish();
    });

  it("is heard by one acceptor less than a quorum is replaced; by a quorum, it stays", async () => {
    const cluster = await fastPaxos();
    const purse = new Purse(cluster);
    cluster.cut("p", "a");
    await cluster.pay("p", purse.pay());
    await cluster.world.pass(20 * VIEW_MS);
    assert.equal(await trusted(cluster, "d"), "p");
    cluster.cut("p", "b");
    await cluster.pay("p", purse.pay());
    assert.equal(await trusted(cluster, "d"), "q");
    cluster.heal("p", "a", "b");
    await cluster.finish();
  });

  it("proposes two blocks is named and replaced, and no two learners differ", async () => {
    const cluster = await fastPaxos();
    const purse = new Purse(cluster);
    const liar = cluster.seat("p");
    liar.honest = false;
    const [coin, other] = [purse.take(), purse.take()];
    // The block of height 1 that others would make: taken from a world in which that is what was paid.
    const twin = await fastPaxos();
    await twin.pay("p", purse.spend(other));
    const rival = present(
      (await twin.seat("a").call("chain_block", { height: 1, transactions: "ids" })).hash,
      "a hash",
    );
    const body = present(await blockOf(twin), "the body");
    await twin.finish();
    const toOthers = ["c", "d"].map((name) => cluster.seat(name).peerId);
    liar.taps.send = (to, channel, bytes) => {
      if (!toOthers.includes(to)) return bytes;
      if (channel === "bulk") return bulkMessageCodec.encode({ kind: "proposal", block: body });
      const decoded = channel === "consensus" ? bpfpMessageCodec.decode(bytes) : undefined;
      if (!decoded?.ok || decoded.value.kind !== "accept") return bytes;
      return bpfpMessageCodec.encode({ ...decoded.value, blockHash: rival as Accept["blockHash"] });
    };
    await cluster.pay("q", purse.spend(coin));
    for (const name of ACCEPTORS)
      assert.deepEqual(await evidenceAt(cluster, name), ["p: two-blocks"], `at ${name}`);
    assert.equal(await trusted(cluster, "b"), "q");
    assert.deepEqual(
      cluster.seat("a").logged.filter(({ message }) => message.startsWith("p proposed two blocks")).length,
      1,
    );
    const given = cluster
      .seat("a")
      .logged.filter(({ message }) => message.startsWith("a round was given up"));
    assert.match(given[0]?.message ?? "", /its proposer misbehaved/);
    Object.assign(liar.taps, { send: undefined });
    await cluster.pay("q", purse.pay());
    await certified(cluster);
    // It is kept: after a restart it is still there.
    await cluster.seat("a").stop();
    await cluster.seat("a").start();
    assert.deepEqual(await evidenceAt(cluster, "a"), ["p: two-blocks"]);
    await cluster.finish();
  });

  it("proposes what breaks a rule is named and replaced", async () => {
    const cluster = await fastPaxos();
    const purse = new Purse(cluster);
    const liar = cluster.seat("p");
    liar.honest = false;
    liar.believesAll = true;
    // Only it believes the signature that is none.
    const good = purse.pay();
    const bad = withBrokenWitness(cluster, good);
    liar.taps.send = (_to, channel, bytes) => (channel === "transactions" ? undefined : bytes);
    await cluster.world.settled(
      "it takes it",
      liar.call("transaction_submit", { transaction: bytesToHex(bad.bytes) }),
    );
    assert.deepEqual(await evidenceAt(cluster, "a"), ["p: invalid-block"]);
    await cluster.world.until("q is trusted", () => cluster.seat("a").node.readings().view > 0);
    await cluster.pay("q", purse.pay());
    liar.crash();
    await cluster.finish();
  });
});

async function blockOf(cluster: Cluster): Promise<Uint8Array | undefined> {
  const request = requestCodec.encode({ kind: "blocks", from: 1 as Height, count: 1 });
  const asked = cluster.seat("o").network.request(cluster.seat("a").peerId, request, { timeoutMs: 1_000 });
  const answer = await cluster.world.settled("a block", asked);
  const range = answer.ok ? rangeCodec.decode(answer.value) : undefined;
  return range?.ok ? range.value[0]?.block : undefined;
}
