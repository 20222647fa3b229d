// BP Fast Paxos, the normal case: a proposal, one round of votes, a decision; rule by rule, on the engine of one process.
// And the common case of a whole network, counted.
import assert from "node:assert/strict";
import type { Height, View } from "@witan/primitives";
import {
  AA,
  accept,
  BB,
  broadcasts,
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
  status,
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

  it("an acceptor looks at the block, keeps its vote durably, and only then tells: proposers by STATUS, acceptors by LEARN", () => {
    const probe = new Probe(AA);
    const effects = probe.hear(P, accept());
    const { height, round, hash, forced, holders } = only(effects, "judgeProposal");
    assert.deepEqual([height, round, hash, forced, holders], [1, 0, X, false, [P]]);
    const votes = probe.judged();
    assert.deepEqual(said(votes), ["persist progress", "status to proposers", "learn to acceptors"]);
    assert.deepEqual(broadcasts(votes), [status(0, 0, { vote: [X] }), learn()]);
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
    assert.deepEqual(said(probe.judged()), ["persist progress", "status to proposers", "learn to acceptors"]);
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

  it("proposers and observers decide by votes of n_a - t_a acceptors in one round, told with where they stand", () => {
    const vote = status(0, 0, { vote: [X] });
    for (const who of [P, Q, NOBODY]) {
      const probe = new Probe(who);
      for (const other of [BB, BB, Q, NOBODY]) assert.deepEqual(said(probe.hear(other, vote)), []);
      assert.deepEqual(said(probe.hear(AA, status(0, 0, { vote: [Y] }))), []);
      assert.deepEqual(said(probe.hear(CC, vote)), []);
      const { height, hash, holders } = only(probe.hear(DD, vote), "finalize");
      assert.deepEqual([height, hash, holders], [1, X, [BB, CC, DD]]);
    }
    const acceptor = new Probe(AA);
    for (const from of [BB, CC, DD]) assert.deepEqual(said(acceptor.hear(from, vote)), []);
  });

  it("votes of different rounds, or of a round that was left, never count together", () => {
    const probe = new Probe(P);
    for (const [from, round] of [
      [AA, 0],
      [BB, 0],
      [CC, 2],
      [DD, 2],
    ] as const)
      assert.deepEqual(said(probe.hear(from, status(round, 0, { vote: [X] }))), []);
    assert.deepEqual(said(probe.hear(BB, status(2, 0))), [], "it stands in round 2, and has not voted there");
    assert.deepEqual(said(probe.hear(AA, status(2, 0, { vote: [X] }))), ["finalize"]);
  });

  it("votes for the next height count as soon as this one is applied", () => {
    const probe = new Probe(Q);
    for (const from of [BB, CC, DD]) probe.hear(from, status(0, 0, { vote: [X] }));
    for (const from of [BB, CC, DD])
      assert.deepEqual(said(probe.hear(from, status(0, 1, { vote: [Y] }))), []);
    const { height, hash } = only(probe.applied(), "finalize");
    assert.deepEqual([height, hash], [2, Y]);
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
    assert.deepEqual(said(probe.judged(Y)), [
      "persist progress",
      "status to proposers",
      "learn to acceptors",
    ]);
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
      // The other proposer, which is not sent the body here, has to ask for it.
      const isApplied = () => world.processes.every(({ name, height }) => height === 1 || name === "p1");
      assert.ok(world.playUntil(isApplied, 10));
      assert.equal(world.now, 3, "sent at tick 0, LEARN and STATUS at 1, decided at 2");
      world.play(100);
      assert.deepEqual(Object.fromEntries(world.sent), {
        ...{ accept: acceptors, learn: acceptors * (acceptors - 1) },
        // To the two proposers.
        status: acceptors * 2,
        // Off the critical path: to everyone, two proposers among them.
        decided: acceptors * (acceptors + 1),
      });
      assert.deepEqual(asked, []);
    });
});
