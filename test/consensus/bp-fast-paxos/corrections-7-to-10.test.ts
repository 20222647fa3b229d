// What the printed algorithms need (protocols/bp-fast-paxos.md), corrections 7 to 10: each test is named after its item.
import assert from "node:assert/strict";
import { CORRECTED } from "@witan/consensus";
import type { Height } from "@witan/primitives";
import {
  AA,
  accept,
  BB,
  CC,
  DD,
  decided,
  learn,
  membership,
  only,
  P,
  Probe,
  proof,
  Q,
  said,
  status,
  trustChange,
  voted,
  X,
  Y,
} from "./probe.ts";
import { World } from "./world.ts";

const MOVED = ["persist progress", "promise to 1"];

describe("BP Fast Paxos, correction 7: durability", () => {
  it("the round is kept before PROMISE leaves, the vote before LEARN, the proof before a vote", () => {
    const probe = new Probe(AA);
    assert.deepEqual(said(probe.hear(BB, trustChange(1, "evidence"))), MOVED);
    const effects = [...probe.hear(Q, accept(X, 1, 1, proof(1))), ...probe.judged()];
    assert.deepEqual(said(effects), [
      ...["persist proof", "judgeProposal", "persist progress", "status to proposers", "learn to acceptors"],
    ]);
  });

  it("an acceptor that restarts is where it was: it votes for nothing else, and says its vote again", () => {
    const again = voted().restarted();
    assert.deepEqual(said(again.hear(P, accept(X))), []);
    assert.deepEqual(said(again.hear(P, accept(Y))), [
      "evidence twoBlocks",
      "trustChange to acceptors",
      ...MOVED,
    ]);
    const after = voted();
    after.hear(BB, trustChange(1, "evidence"));
    const later = after.restarted();
    assert.equal(later.round, 1);
    assert.deepEqual(said(later.hear(P, accept(Y))), [], "of a round that it has left");
    const effects = new Probe(AA, { records: [...after.records.values()], resendTicks: 1 }).ticks(1);
    assert.deepEqual(said(effects), ["promise to 1", "status to everyone"]);
    assert.deepEqual(only(effects, "sendPromise").content.vote, [{ round: 0, blockHash: X }]);
  });

  it("the proof of the round is there after a restart: a later height needs none", () => {
    const probe = new Probe(AA);
    probe.hear(Q, accept(X, 1, 1, proof(1)));
    probe.judged();
    const again = probe.restarted();
    again.follow();
    assert.deepEqual(said(again.hear(Q, accept(Y, 1, 2))), ["judgeProposal"]);
  });

  it("records of a decided height and of other members mean nothing", () => {
    const { records } = voted();
    const later = new Probe(AA, { records: [...records.values()], height: 1 });
    assert.deepEqual(said(later.hear(P, accept(Y, 0, 2))), ["judgeProposal"]);
    const moved = new Probe(AA);
    moved.hear(BB, trustChange(4, "evidence"));
    const others = { ...membership, from: 2 as Height };
    const fresh = new Probe(AA, { records: [...moved.records.values()], height: 1, membership: others });
    assert.equal(fresh.round, 0);
  });

  it("as printed, one that forgets votes twice in a round", () => {
    const again = voted({ corrections: { ...CORRECTED, keeps: () => false } }).restarted();
    again.hear(P, accept(Y));
    assert.deepEqual(said(again.judged(Y)), ["status to proposers", "learn to acceptors"]);
  });
});

describe("BP Fast Paxos, correction 8: invalid blocks", () => {
  it("one of the trusted proposer changes trust", () => {
    const probe = new Probe(AA);
    probe.hear(P, accept());
    const effects = probe.judged(X, "invalid");
    assert.deepEqual(said(effects), ["evidence invalidBlock", "trustChange to acceptors", ...MOVED]);
    assert.deepEqual(only(effects, "broadcast").message, trustChange(1, "evidence"));
  });

  it("a block that is wrong by one acceptor's clock alone is no evidence: the acceptor suspects, and others decide", () => {
    const probe = new Probe(AA);
    probe.hear(P, accept());
    const effects = probe.judged(X, "untimely");
    assert.deepEqual(said(effects), ["trustChange to acceptors"]);
    assert.deepEqual(only(effects, "broadcast").message, trustChange(1));
    assert.equal(probe.round, 0);
    for (const from of [BB, CC]) probe.hear(from, learn());
    assert.deepEqual(said(probe.hear(DD, learn())), ["finalize"]);
  });

  for (const [judgement, rounds] of [
    ["untimely", 0],
    ["invalid", 10],
  ] as const)
    it(`one bad clock, called ${judgement}: ${rounds === 0 ? "nobody is replaced" : "proposers are replaced for ever"}`, () => {
      const world = new World();
      world.judged = ({ name }, forced) => (name === "a3" && !forced ? judgement : "valid");
      world.work(true);
      if (judgement === "invalid") world.evidence = () => undefined;
      world.play(120);
      const { round } = world.at("a0").engine.status();
      assert.ok(rounds === 0 ? round === 0 : round > rounds, `round ${round}`);
      assert.ok(world.heights[0] > 10);
    });
});

describe("BP Fast Paxos, correction 9: one bad link does not turn the wheel", () => {
  it("one acceptor that suspects says so, goes on voting, and moves nobody", () => {
    const probe = new Probe(AA);
    probe.work(true);
    const effects = probe.ticks(10);
    assert.deepEqual(said(effects), ["trustChange to acceptors"]);
    assert.deepEqual(only(effects, "broadcast").message, trustChange(1));
    assert.deepEqual(said(probe.hear(AA, trustChange(1))), []);
    assert.deepEqual(said(probe.hear(AA, trustChange(1))), []);
    assert.deepEqual(said(probe.ticks(50)), []);
    assert.deepEqual(said(probe.hear(P, accept())), ["judgeProposal"]);
    assert.deepEqual(said(probe.judged()), ["persist progress", "status to proposers", "learn to acceptors"]);
  });

  it("t_a + 1 that suspect move all, to the highest round that so many ask for", () => {
    const probe = new Probe(AA);
    assert.deepEqual(said(probe.hear(BB, trustChange(3))), []);
    assert.deepEqual(said(probe.hear(BB, trustChange(3))), []);
    assert.deepEqual(said(probe.hear(CC, trustChange(1))), MOVED);
    assert.deepEqual(said(probe.hear(CC, trustChange(5))), ["persist progress", "promise to 1"]);
    assert.equal(probe.round, 3);
  });

  it("on evidence one is enough", () => {
    assert.deepEqual(said(new Probe(AA).hear(BB, trustChange(1, "evidence"))), MOVED);
  });

  it("a suspicion that is not said again counts no more", () => {
    const probe = new Probe(AA, { resendTicks: 5 });
    probe.hear(BB, trustChange(1));
    probe.ticks(25);
    assert.deepEqual(said(probe.hear(CC, trustChange(1))), []);
    assert.deepEqual(said(probe.hear(BB, trustChange(1))), MOVED);
  });

  it("who sees a decision suspects no more", () => {
    const probe = new Probe(AA, { resendTicks: 5 });
    probe.work(true);
    probe.ticks(10);
    probe.follow();
    probe.work(false);
    assert.deepEqual(
      said(probe.ticks(5)).filter((one) => one.startsWith("trustChange")),
      [],
    );
  });
});

describe("BP Fast Paxos, correction 10: lost TRUSTCHANGEs", () => {
  it("a suspicion is said again, and the promise until the round begins", () => {
    const probe = new Probe(AA, { resendTicks: 4 });
    probe.work(true);
    const kinds = said(probe.ticks(20)).filter((one) => one.startsWith("trustChange"));
    assert.equal(kinds.length, 4, "at ticks 10, 12, 16 and 20");
    probe.hear(BB, trustChange(1, "evidence"));
    assert.ok(said(probe.ticks(4)).includes("promise to 1"));
    probe.hear(Q, accept(X, 1, 1, proof(1)));
    assert.ok(!said(probe.ticks(4)).includes("promise to 1"));
  });

  it("a LEARN, a STATUS or a proof of a higher round moves an acceptor there", () => {
    assert.deepEqual(said(new Probe(AA).hear(BB, learn(X, 1))), MOVED);
    assert.deepEqual(said(new Probe(AA).hear(BB, learn(X, 1, 2))), MOVED, "of a later height, too");
    assert.deepEqual(said(new Probe(AA).hear(BB, status(1))), MOVED);
    const probe = new Probe(AA);
    probe.hear(Q, accept(X, 1, 1, proof(1)));
    assert.equal(probe.round, 1);
  });

  it("the word of a proposer moves nobody", () => {
    assert.deepEqual(said(new Probe(AA).hear(Q, status(1))), []);
  });

  it("a proposer that hears of a higher round proposes no more", () => {
    const probe = new Probe(P);
    probe.hear(BB, status(1));
    assert.deepEqual(said(probe.work(true)), []);
    probe.hear(BB, decided());
    assert.deepEqual(said(probe.applied()), []);
  });
});
