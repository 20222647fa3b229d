// Processes that are killed and come back while transfers go on, lines that are cut, and what is gathered afterwards.
import assert from "node:assert/strict";
import { bpfpMessageCodec } from "@witan/consensus";
import type { Cluster } from "../cluster.ts";
import { Purse } from "../purse.ts";
import { ACCEPTORS, certificateAt, certified, fastPaxos, MEMBERS } from "./fast-paxos.ts";

/** Nobody hears what is signed under decisions. */
function withoutDecided(cluster: Cluster): void {
  for (const { taps } of cluster.seats)
    taps.receive = (_from, channel, bytes) => {
      const decoded = channel === "consensus" ? bpfpMessageCodec.decode(bytes) : undefined;
      return !(decoded?.ok && decoded.value.kind === "decided");
    };
}

function answeringNothingAboutCertificates(cluster: Cluster): void {
  for (const { taps } of cluster.seats)
    taps.answer = async (_from, bytes, honest) => (bytes[0] === 2 ? undefined : honest());
}

describe("with BP Fast Paxos, while transfers go on,", () => {
  const victims = [
    ["the trusted proposer", ["p"]],
    ["an acceptor", ["b"]],
    ["the trusted proposer and an acceptor", ["p", "b"]],
    ["all proposers", ["p", "q"]],
    ["the observer", ["o"]],
  ] as const;
  for (const [who, names] of victims)
    it(`${who} can be killed and come back, again and again`, async function () {
      this.timeout(20_000);
      const cluster = await fastPaxos();
      const purse = new Purse(cluster);
      const stream = cluster.stream("d", purse.chain());
      for (let time = 0; time < 4; time++) {
        const before = stream.count;
        await cluster.world.until("blocks", () => stream.count >= before + 3, 60_000);
        for (const name of names) cluster.seat(name).crash();
        await cluster.world.pass(100 * time);
        for (const name of names) await cluster.seat(name).start();
      }
      await stream.stop();
      await cluster.agreed();
      await certified(cluster);
      await cluster.finish();
    });

  it("every process can be killed, one after the other", async function () {
    this.timeout(20_000);
    const cluster = await fastPaxos();
    const streams = ["o", "q"].map(
      (name) => [name, cluster.stream("a", new Purse(cluster, "alice").chain())] as const,
    );
    await streams[1]?.[1].stop().catch(() => {});
    const [, stream] = streams[0] ?? assert.fail();
    for (const name of MEMBERS.filter((one) => one !== "a")) {
      const before = stream.count;
      cluster.seat(name).crash();
      await cluster.world.until("blocks without it", () => stream.count >= before + 2, 60_000);
      await cluster.seat(name).start();
      await cluster.world.until(
        "it is back",
        () => cluster.seat(name).height >= cluster.seat("a").height - 1,
      );
    }
    await stream.stop();
    await certified(cluster);
    await cluster.finish();
  });

  it("nobody goes on without a quorum of acceptors, and all do with it", async () => {
    const cluster = await fastPaxos();
    const purse = new Purse(cluster);
    await cluster.pay("p", purse.pay());
    for (const name of ["c", "d"]) cluster.seat(name).crash();
    const fate = cluster.submit("p", purse.pay());
    await cluster.world.pass(5_000);
    assert.ok(cluster.running.every(({ height }) => height === 1));
    await cluster.seat("c").start();
    assert.equal((await fate).status, "final");
    await cluster.startAll();
    await cluster.finish();
  });
});

describe("certificates", () => {
  it("are pending until enough signatures are there: the block is final all the same, and its proof is not available yet", async () => {
    const cluster = await fastPaxos();
    const purse = new Purse(cluster);
    withoutDecided(cluster);
    answeringNothingAboutCertificates(cluster);
    const transfer = purse.pay();
    await cluster.pay("a", transfer);
    await cluster.agreed(1);
    assert.equal(await certificateAt(cluster.seat("a"), 1), null);
    await assert.rejects(cluster.seat("a").call("chain_proof", { transaction: transfer.id }), /certificate/);
    const status = await cluster.seat("a").call("consensus_status", {});
    assert.ok(status.mode === "bp-fast-paxos" && status.uncertified === 1);
    for (const { taps } of cluster.seats) Object.assign(taps, { receive: undefined, answer: undefined });
    await certified(cluster);
    await cluster.seat("a").call("chain_proof", { transaction: transfer.id });
    await cluster.finish();
  });

  it("that are missing are gathered after a restart of everybody", async () => {
    const cluster = await fastPaxos();
    const purse = new Purse(cluster);
    withoutDecided(cluster);
    answeringNothingAboutCertificates(cluster);
    for (const name of ["a", "b", "c"]) await cluster.pay(name, purse.pay());
    await cluster.agreed(3);
    await cluster.powerCut();
    for (const { taps } of cluster.seats) Object.assign(taps, { receive: undefined, answer: undefined });
    await cluster.startAll();
    await certified(cluster);
    for (const name of ACCEPTORS) assert.ok((await certificateAt(cluster.seat(name), 1)) !== null);
    await cluster.finish();
  });

  it("that everybody lacks are gathered though many blocks have come since, across a restart too", async function () {
    this.timeout(20_000);
    const cluster = await fastPaxos();
    const purse = new Purse(cluster);
    withoutDecided(cluster);
    answeringNothingAboutCertificates(cluster);
    const stream = cluster.stream("p", purse.chain());
    await cluster.world.until("more blocks than the engine follows", () => stream.count >= 80);
    await stream.stop();
    await cluster.agreed();
    for (const { taps } of cluster.seats) Object.assign(taps, { receive: undefined, answer: undefined });
    cluster.seat("a").crash();
    await cluster.seat("a").start();
    await certified(cluster);
    await cluster.finish();
  });

  it("come to an observer that was away with the blocks, or behind them", async () => {
    const cluster = await fastPaxos();
    const purse = new Purse(cluster);
    cluster.seat("o").crash();
    const stream = cluster.stream("p", purse.chain());
    await cluster.world.until("blocks", () => stream.count >= 100);
    await cluster.seat("o").start();
    const before = stream.count;
    await cluster.world.until("it has what it missed", () => cluster.seat("o").height >= before);
    await stream.stop();
    await certified(cluster);
    assert.deepEqual(cluster.world.faults, []);
    await cluster.finish();
  });

  it("let an observer follow that is connected to proposers only, and one that is connected to it only", async () => {
    const cluster = await fastPaxos({
      seats: [
        ...MEMBERS.map((name) => ({ name })),
        { name: "o", votingKeys: [] },
        { name: "r", votingKeys: [] },
      ],
    });
    const purse = new Purse(cluster);
    cluster.cut("o", ...ACCEPTORS);
    cluster.cut("r", ...MEMBERS);
    const { clock } = cluster.world;
    const isEverywhere = () => cluster.seats.every(({ height }) => height === cluster.seat("p").height);
    for (let count = 0; count < 6; count++) {
      await cluster.pay("p", purse.pay());
      const before = clock.passedMs;
      await cluster.world.until("both have it", isEverywhere);
      // Whoever is told of a block before it can be shown asks in vain, and waits for a second or longer.
      assert.ok(clock.passedMs - before <= 600, `${clock.passedMs - before} ms`);
    }
    await cluster.pay("r", purse.pay());
    assert.deepEqual(cluster.world.faults, []);
    await certified(cluster);
    await cluster.finish();
  });
});
