// What acceptors say of a block once they have decided it: at once to those who hear no votes, and signed for others a
// moment later, as cheaply as it can be.
import assert from "node:assert/strict";
import { bpfpMessageCodec, type RoundStatus } from "@witan/consensus";
import type { BlockHash, Height, Signature } from "@witan/primitives";
import { decisionTimes } from "../../../packages/node/src/consensus/bp-fast-paxos/decision-signer.ts";
import { Purse } from "../purse.ts";
import { VIEW_MS } from "../seat.ts";
import { ACCEPTORS, certified, fastPaxos, notingMessages, PROPOSERS, type Sent } from "./fast-paxos.ts";

/** Votes are sent again four times in a view. */
const { togetherMs, reserveMs } = decisionTimes(VIEW_MS / 4);

function decidedBy(sent: readonly Sent[], name: string): readonly Sent[] {
  return sent.filter(({ from, message }) => from === name && message.kind === "decided");
}

describe("what is decided", () => {
  it("is signed for several heights together, and a proof is there a moment after the last of them", async () => {
    const cluster = await fastPaxos();
    const sent = notingMessages(cluster);
    const stream = cluster.stream("p", new Purse(cluster).chain());
    await cluster.world.until("blocks", () => stream.count >= 30);
    await stream.stop();
    const { clock } = cluster.world;
    const before = clock.passedMs;
    await certified(cluster);
    assert.ok(clock.passedMs - before <= 2 * togetherMs, `${clock.passedMs - before} ms`);
    for (const name of ["a", "b", "c"]) {
      const said = decidedBy(sent, name);
      const moments = new Set(said.map(({ atMs }) => atMs)).size;
      const heights = new Set(said.map(({ message }) => message.kind === "decided" && message.height)).size;
      assert.ok(heights >= 30, `${name} signed ${heights}`);
      assert.ok(moments <= heights / 2, `${name} spoke ${moments} times of ${heights} heights`);
    }
    assert.deepEqual(decidedBy(sent, "d"), [], "the acceptor in reserve");
    await cluster.finish();
  });

  it("is signed by acceptors in reserve, too, where one that should have is gone", async () => {
    const cluster = await fastPaxos();
    const purse = new Purse(cluster);
    cluster.seat("b").crash();
    const sent = notingMessages(cluster);
    await cluster.pay("p", purse.pay());
    const { clock } = cluster.world;
    const before = clock.passedMs;
    await certified(cluster);
    assert.ok(clock.passedMs - before <= reserveMs + 2 * togetherMs, `${clock.passedMs - before} ms`);
    assert.equal(decidedBy(sent, "d").length, cluster.running.length - 1);
    // In the order of heights, whoever signs when.
    await cluster.seat("b").start();
    await cluster.connected();
    const stream = cluster.stream("q", purse.chain());
    await cluster.world.until("blocks with it", () => stream.count >= 10);
    cluster.seat("a").crash();
    const then = stream.count;
    await cluster.world.until("blocks without another", () => stream.count >= then + 10);
    await stream.stop();
    await certified(cluster);
    await cluster.startAll();
    await cluster.finish();
  });

  it("is certified though everybody stops in order before it was signed", async () => {
    const cluster = await fastPaxos();
    const sent = notingMessages(cluster);
    await cluster.pay("p", new Purse(cluster).pay());
    await cluster.agreed(1);
    assert.ok(
      ACCEPTORS.every((name) => decidedBy(sent, name).length === 0),
      "nothing was signed yet",
    );
    for (const seat of cluster.seats) await seat.stop();
    await cluster.startAll();
    await certified(cluster);
    await cluster.finish();
  });

  it("is counted by proposers from votes that each acceptor tells once, and told to observers at once by all", async () => {
    const cluster = await fastPaxos();
    const purse = new Purse(cluster);
    const sent = notingMessages(cluster);
    const { clock } = cluster.world;
    for (let height = 1; height <= 4; height++) {
      await cluster.pay("p", purse.pay());
      await cluster.agreed(height);
      // (Where somebody stands is said again and again, of what is applied.)
      const told = sent.filter(
        ({ message, height: applied }) => message.kind === "status" && applied < height,
      );
      const tellers = (to: string, isMeant: (status: RoundStatus) => boolean): readonly string[] =>
        told
          .filter((one) => one.to === to && one.message.kind === "status" && isMeant(one.message))
          .map(({ from }) => from)
          .sort();
      for (const name of PROPOSERS) {
        const voters = tellers(name, (status) => status.height === height - 1 && status.vote.length === 1);
        assert.deepEqual(voters, ACCEPTORS, `${name} hears of votes at height ${height} from ${voters}`);
      }
      const words = tellers("o", (status) => status.height === height);
      assert.deepEqual(words, ACCEPTORS, `the observer hears of height ${height} from ${words}`);
    }
    // With any one acceptor gone, nobody waits for what is signed.
    cluster.seat("c").crash();
    for (let height = 5; height <= 8; height++) {
      const before = clock.passedMs;
      await cluster.pay("q", purse.pay());
      assert.ok(clock.passedMs - before < togetherMs, `${clock.passedMs - before} ms`);
    }
    await cluster.startAll();
    await cluster.finish();
  });

  it("is not looked at any more once it has its certificate, whatever somebody says of it", async () => {
    const cluster = await fastPaxos();
    await cluster.pay("p", new Purse(cluster).pay());
    await certified(cluster);
    const [saying, hearing] = [cluster.seat("d"), cluster.seat("b")];
    const before = { ...hearing.counts };
    const statement = { membership: 1 as Height, height: 1 as Height };
    const [blockHash, signature] = ["11".repeat(32) as BlockHash, "22".repeat(64) as Signature];
    const message = { kind: "decided", ...statement, blockHash, signature } as const;
    saying.network.send(hearing.peerId, "consensus", bpfpMessageCodec.encode(message));
    await cluster.world.pass(100);
    assert.deepEqual(hearing.counts, before);
    assert.deepEqual(cluster.world.faults, []);
    await cluster.finish();
  });
});
