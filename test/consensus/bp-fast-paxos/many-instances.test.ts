// BP Fast Paxos, one block after another (protocols/bp-fast-paxos.md, "Many instances", and what promises force), rule by
// rule, on the engine of one process.
import assert from "node:assert/strict";
import { roundStart, supports } from "@witan/consensus";
import type { Height, View } from "@witan/primitives";
import {
  AA,
  accept,
  BB,
  CC,
  DD,
  decided,
  learn,
  only,
  P,
  Probe,
  promise,
  proof,
  Q,
  said,
  status,
  trustChange,
  voted,
  X,
  Y,
  Z,
} from "./probe.ts";

const height = (value: number) => value as Height;

describe("BP Fast Paxos, what promises force", () => {
  const start = (...args: Parameters<typeof proof>) => roundStart(proof(...args), 4);

  it("a value with n_a - 2 t_a votes of the highest round, whatever lower rounds say", () => {
    assert.deepEqual(
      start(2, [
        [1, X],
        [1, X],
        [0, Y],
      ]).allowed,
      [X],
    );
    assert.deepEqual(
      start(2, [
        [0, X],
        [0, X],
        [1, Y],
      ]).allowed,
      [Y],
    );
    const seven = [
      ...proof(3, [
        [1, X],
        [1, X],
        [1, X],
      ]),
      promise(5, 3, [1, Y]),
      promise(6, 3, [1, Y]),
    ];
    assert.deepEqual(roundStart(seven, 7).allowed, [X]);
  });

  it("any of those of the highest round if none has so many; none at all if nobody voted", () => {
    assert.deepEqual(
      start(2, [
        [1, Y],
        [1, X],
        [0, Z],
      ]).allowed,
      [X, Y],
    );
    assert.deepEqual(start(2).allowed, []);
    const five = [
      ...proof(1, [
        [0, Z],
        [0, Y],
        [0, X],
      ]),
      promise(5, 1, [0, Y]),
      promise(6, 1, [0, X]),
    ];
    assert.deepEqual(
      roundStart(five, 7).allowed,
      [X, Y, Z],
      "most votes first, and else in the order of hashes",
    );
  });

  it("votes at the height after D count, of promises with D; others don't", () => {
    const found = start(
      1,
      [
        [0, X],
        [0, X],
        [0, Y],
      ],
      [3, 3, 4],
    );
    assert.deepEqual(found, { base: 4, allowed: [Y] });
    assert.deepEqual(start(1, [[0, X], [0, X], undefined], [3, 3, 4]), { base: 4, allowed: [] });
  });

  it("binds the height after D alone, and no height up to D may be proposed", () => {
    const bound = { base: height(4), allowed: [X] };
    const hashes = [X, Y];
    assert.deepEqual(
      [4, 5, 6].map((at) => hashes.map((hash) => supports(bound, height(at), hash))),
      [
        [false, false],
        [true, false],
        [true, true],
      ],
    );
  });
});

describe("BP Fast Paxos, many instances: proposers", () => {
  it("a proposer takes what is forced, without asking its host, and needs no work for it", () => {
    const probe = new Probe(Q);
    for (const from of [AA, BB]) probe.hear(from, promise(from, 1, [0, Y]));
    const effects = probe.hear(CC, promise(CC, 1));
    assert.equal(only(effects, "sendAccept").message.blockHash, Y);
  });

  it("one that is behind D catches up first, by asking those who have it", () => {
    const probe = new Probe(Q);
    probe.work(true);
    for (const from of [AA, BB]) probe.hear(from, promise(from, 1));
    const effects = probe.hear(CC, promise(CC, 1, [0, Y], 1));
    assert.deepEqual(said(effects), ["requestSync", "persist proof"]);
    assert.deepEqual(only(effects, "requestSync").from, [CC]);
    assert.deepEqual(said(probe.hear(CC, status(1, 1))), ["finalize"], "or by one acceptor's word");
    const later = probe.applied();
    assert.equal(only(later, "sendAccept").message.height, 2);
    assert.equal(only(later, "sendAccept").message.blockHash, Y);
  });

  it("the first proposal of a round carries its proof, later ones don't; who lacks it is shown it", () => {
    const probe = new Probe(Q);
    probe.work(true);
    for (const from of [AA, BB, CC]) probe.hear(from, promise(from, 1));
    assert.equal(only(probe.built(), "sendAccept").message.proof.length, 3);
    probe.hear(AA, decided());
    probe.applied();
    assert.equal(only(probe.built(Y), "sendAccept").message.proof.length, 0);
    for (const lacking of [status(0, 1), status(1, 1, { proven: "no" })]) {
      const { to, message } = only(probe.hear(DD, lacking), "sendAccept");
      assert.deepEqual([to, message.height, message.proof.length], [DD, 2, 3]);
    }
    assert.deepEqual(said(probe.hear(DD, status(1, 1))), []);
  });

  it("a round goes on at the next height: the proposer that is trusted stays", () => {
    const probe = new Probe(Q);
    probe.work(true);
    for (const from of [AA, BB, CC]) probe.hear(from, promise(from, 1));
    probe.built();
    probe.hear(AA, decided());
    assert.deepEqual(said(probe.applied()), ["buildProposal"]);
    assert.equal(probe.round, 1);
  });
});

describe("BP Fast Paxos, many instances: acceptors", () => {
  it("a later height of a round needs no proof from who has it, and none is bound", () => {
    const probe = new Probe(AA);
    probe.hear(
      Q,
      accept(
        X,
        1,
        1,
        proof(1, [
          [0, X],
          [0, X],
        ]),
      ),
    );
    probe.judged();
    probe.follow();
    assert.deepEqual(said(probe.hear(Q, accept(Y, 1, 2))), ["judgeProposal"]);
  });

  it("who has no proof of its round asks for it, and votes for nothing there", () => {
    const probe = new Probe(AA);
    probe.hear(BB, trustChange(1, "evidence"));
    const effects = probe.hear(Q, accept(X, 1));
    assert.deepEqual(said(effects), ["status to 1"]);
    const { message } = only(effects, "send");
    assert.equal(message.kind === "status" && message.proven, "no");
    assert.equal(probe.engine.status().phase, "changingTrust");
  });

  it("without the proof in the ACCEPT, what the proof forces is held against it all the same", () => {
    const probe = new Probe(AA);
    probe.hear(
      Q,
      accept(
        X,
        1,
        1,
        proof(1, [
          [0, X],
          [0, X],
        ]),
      ),
    );
    const again = probe.restarted();
    assert.deepEqual(said(again.hear(Q, accept(Y, 1))), [
      ...["evidence badAccept", "trustChange to acceptors", "persist progress", "promise to 0"],
    ]);
    const { forced, holders } = only(probe.restarted().hear(Q, accept(X, 1)), "judgeProposal");
    assert.deepEqual([forced, holders], [true, [Q, BB]]);
  });

  it("one behind D first catches up to D, and then votes above it only", () => {
    const probe = new Probe(AA);
    const effects = probe.hear(Q, accept(Y, 1, 3, proof(1, [], [0, 2, 2])));
    assert.deepEqual(said(effects), ["persist proof", "persist progress", "requestSync"]);
    assert.deepEqual(only(effects, "requestSync").from, [BB, CC]);
    assert.deepEqual(said(probe.hear(Q, accept(Y, 1, 1))), [], "no vote at a height up to D");
    probe.follow();
    assert.deepEqual(said(probe.hear(Q, accept(Y, 1, 2))), []);
    assert.ok(said(probe.follow()).includes("judgeProposal"), "what was proposed above D is taken then");
  });

  it("a promise tells the last decided block and the vote for the height after it", () => {
    const probe = new Probe(AA);
    probe.follow();
    probe.hear(P, accept(Y, 0, 2));
    probe.judged(Y);
    const { content, to } = only(probe.hear(BB, trustChange(3, "evidence")), "sendPromise");
    assert.equal(to, Q);
    assert.deepEqual(content, {
      ...{ membership: 1, acceptor: AA, round: 3, decidedHeight: 1, decidedHash: X },
      vote: [{ round: 0, blockHash: Y }],
    });
  });

  it("a vote is forgotten when its height is decided, whatever was decided", () => {
    const probe = voted();
    probe.follow(Y);
    const { content } = only(probe.hear(BB, trustChange(1, "evidence")), "sendPromise");
    assert.deepEqual([content.decidedHeight, content.vote], [1, []]);
  });

  it("what is overdue does not give the proposer its whole time again with each block", () => {
    const probe = new Probe(AA);
    probe.work(true, true);
    probe.ticks(6);
    probe.follow();
    assert.deepEqual(said(probe.ticks(3)), []);
    assert.deepEqual(said(probe.ticks(1)), ["trustChange to acceptors"]);
    probe.follow();
    assert.deepEqual(said(probe.ticks(1)), ["trustChange to acceptors"], "and at each height at once");
    const applying = new Probe(AA);
    applying.work(true, true);
    applying.ticks(3);
    applying.feed({ kind: "synced", height: height(1), hash: X, certificate: undefined });
    assert.deepEqual(said(applying.ticks(9)), [], "it may be in the block that is applied");
    applying.applied();
    assert.deepEqual(said(applying.ticks(1)), ["trustChange to acceptors"], "time has counted meanwhile");
    applying.work(true);
    assert.equal(applying.engine.status().timeoutTicks, 10, "what was overdue is in a block");
    const calm = new Probe(AA);
    calm.work(true);
    calm.ticks(6);
    calm.follow();
    assert.deepEqual(said(calm.ticks(9)), []);
  });

  it("the time doubles with each trust change, up to its cap, and starts over with a decision", () => {
    const probe = new Probe(AA);
    probe.work(true);
    for (const [round, ticks] of [
      [1, 20],
      [2, 40],
      [3, 40],
    ] as const) {
      probe.hear(BB, trustChange(round, "evidence"));
      assert.equal(probe.engine.status().timeoutTicks, ticks);
    }
    probe.follow();
    assert.equal(probe.engine.status().timeoutTicks, 10);
  });

  it("the timer runs while there is work or a vote, and otherwise not", () => {
    const probe = new Probe(AA);
    assert.deepEqual(said(probe.ticks(40)), []);
    probe.hear(BB, learn());
    assert.deepEqual(said(probe.ticks(10)), ["trustChange to acceptors"]);
  });

  it("a proposer that keeps throughput down is suspected, for as long as that is so", () => {
    const probe = new Probe(AA, { minimumSharePermille: 500, resendTicks: 5 });
    const measured = (sharePermille: number, round = 0) =>
      said(probe.feed({ kind: "throughputMeasured", round: round as View, sharePermille }));
    assert.deepEqual(measured(500), []);
    assert.deepEqual(measured(100, 1), []);
    assert.deepEqual(measured(499), ["trustChange to acceptors"]);
    assert.ok(said(probe.ticks(5)).includes("trustChange to acceptors"));
    probe.hear(BB, trustChange(2, "evidence"));
    assert.ok(!said(probe.ticks(5)).includes("trustChange to acceptors"), "another proposer");
    measured(100, 2);
    measured(900, 2);
    assert.ok(!said(probe.ticks(5)).includes("trustChange to acceptors"));
  });
});
