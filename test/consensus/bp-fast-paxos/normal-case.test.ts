// BP Fast Paxos, the normal case: a proposal, one round of votes, a decision; rule by rule, on the engine of one process.
// And the common case of a whole network, counted.
import assert from "node:assert/strict";
import type { Height, View } from "@witan/primitives";
import {
  AA,
  accept,
  BB,
  CC,
  DD,
  decided,
  learn,
  NOBODY,
  only,
  P,
  Probe,
  Q,
  said,
  voted,
  X,
  Y,
} from "./probe.ts";
import { World } from "./world.ts";

describe("BP Fast Paxos, the normal case", () => {
  it("the proposer of round 0 proposes when there is work, once, to the acceptors alone", () => {
    const probe = new Probe(P);
    assert.deepEqual(said(probe.ticks(3)), []);
    assert.deepEqual(said(probe.work(true)), ["buildProposal"]);
    assert.deepEqual(said(probe.work(true)), []);
    const effects = probe.built();
    assert.deepEqual(said(effects), ["persist proposed", "accept to acceptors"]);
    assert.deepEqual(only(effects, "sendAccept").message, accept());
    assert.equal(only(effects, "sendAccept").sign, false);
    assert.deepEqual(said(probe.built(Y)), []);
    assert.deepEqual(said(probe.work(true)), []);
  });

  it("another proposer, an acceptor and an observer propose nothing", () => {
    for (const who of [Q, AA, NOBODY]) assert.deepEqual(said(new Probe(who).work(true)), []);
  });

  it("an acceptor looks at the block, keeps its vote durably, and only then says LEARN, to acceptors alone", () => {
    const probe = new Probe(AA);
    const effects = probe.hear(P, accept());
    const { height, round, hash, forced, holders } = only(effects, "judgeProposal");
    assert.deepEqual([height, round, hash, forced, holders], [1, 0, X, false, [P]]);
    const votes = probe.judged();
    assert.deepEqual(said(votes), ["persist progress", "learn to acceptors"]);
    assert.deepEqual(only(votes, "broadcast").message, learn());
    assert.deepEqual(only(votes, "persist").record, {
      ...{ kind: "progress", membership: 1, round: 0 },
      vote: { height: 1, round: 0, blockHash: X, signature: [] },
    });
  });

  it("an acceptor takes ACCEPT from the proposer of the round alone, and a stale judgement changes nothing", () => {
    const probe = new Probe(AA);
    for (const other of [Q, BB]) assert.deepEqual(said(probe.hear(other, accept())), []);
    probe.hear(P, accept());
    assert.deepEqual(said(probe.judged(Y)), []);
    const stale = { kind: "proposalJudged", round: 0 as View, hash: X, judgement: "valid" } as const;
    assert.deepEqual(said(probe.feed({ ...stale, height: 2 as Height })), []);
    assert.deepEqual(said(probe.feed({ ...stale, height: 1 as Height, round: 2 as View })), []);
    assert.deepEqual(said(probe.judged()), ["persist progress", "learn to acceptors"]);
    assert.deepEqual(said(probe.judged()), []);
  });

  it("n_a - t_a equal LEARNs of distinct acceptors decide, one's own among them when it is handed back", () => {
    const probe = voted();
    for (let copy = 0; copy < 4; copy++) assert.deepEqual(said(probe.hear(BB, learn())), []);
    assert.deepEqual(said(probe.hear(CC, learn())), []);
    const effects = probe.hear(AA, learn());
    const { height, hash, holders, certificate } = only(effects, "finalize");
    assert.deepEqual([height, hash, holders, certificate], [1, X, [BB, CC], undefined]);
  });

  it("an acceptor that has not voted decides by the LEARNs of others", () => {
    const probe = new Probe(AA);
    for (const from of [BB, CC]) probe.hear(from, learn());
    assert.deepEqual(said(probe.hear(DD, learn())), ["finalize"]);
  });

  it("proposers and observers decide by one acceptor's word; an acceptor by that alone does not", () => {
    for (const who of [P, Q, NOBODY]) {
      const effects = new Probe(who).hear(BB, decided());
      assert.deepEqual(only(effects, "finalize").holders, [BB]);
      assert.deepEqual(said(new Probe(who).hear(BB, learn())), [], "LEARNs are not for them");
    }
    assert.deepEqual(said(new Probe(AA).hear(BB, decided())), []);
  });

  it("what was decided is signed when it is durable, by acceptors alone", () => {
    const probe = new Probe(AA);
    probe.feed({ kind: "synced", height: 1 as Height, hash: X, certificate: undefined });
    const { statement } = only(probe.applied(), "sayDecided");
    assert.deepEqual(statement, { membership: 1, height: 1, blockHash: X });
    for (const who of [P, NOBODY]) assert.deepEqual(said(new Probe(who).follow()), []);
  });

  it("the proposer goes on at the next height when it hears of a decision", () => {
    const probe = new Probe(P);
    probe.work(true);
    probe.built();
    probe.hear(BB, decided());
    assert.deepEqual(said(probe.applied()), ["buildProposal"]);
    assert.deepEqual(only(probe.built(Y), "sendAccept").message, accept(Y, 0, 2));
  });

  it("what comes for the next height before this one is applied is kept, and taken then", () => {
    const probe = voted();
    assert.deepEqual(said(probe.hear(P, accept(Y, 0, 2))), []);
    for (const from of [BB, CC]) probe.hear(from, learn(Y, 0, 2));
    for (const from of [BB, CC, DD]) probe.hear(from, learn());
    assert.deepEqual(said(probe.applied()), ["sayDecided", "judgeProposal"]);
    assert.deepEqual(said(probe.judged(Y)), ["persist progress", "learn to acceptors"]);
    assert.deepEqual(said(probe.hear(DD, learn(Y, 0, 2))), ["finalize"]);
  });

  for (const acceptors of [4, 5, 7])
    it(`a block costs ${acceptors} ACCEPTs and ${acceptors} * ${acceptors - 1} LEARNs, two delays, and no check`, () => {
      const world = new World({ acceptors, config: { resendTicks: 10_000, roundTicks: 10_000 } });
      const asked: string[] = [];
      world.checked = (kind, checks) => {
        if (kind !== "decided") asked.push(...checks.map((check) => `${kind} ${check.kind}`));
      };
      world.work(true, [world.at("p0")]);
      world.work(false, [world.at("p0")]);
      const isApplied = () =>
        world.processes.every(({ name, height }) => height === 1 || name.startsWith("p"));
      assert.ok(world.playUntil(isApplied, 10));
      assert.equal(world.now, 3, "sent at tick 0, LEARN at 1, decided at 2");
      world.play(100);
      assert.deepEqual(Object.fromEntries(world.sent), {
        ...{ accept: acceptors, learn: acceptors * (acceptors - 1) },
        // Off the critical path: to everyone, two proposers among them.
        decided: acceptors * (acceptors + 1),
      });
      assert.deepEqual(asked, []);
    });
});
