// What the printed algorithms need (protocols/bp-fast-paxos.md), corrections 1 to 6: each test is named after its item,
// and the last of most tells what becomes of the printed rule, where the engine can be given it.
import assert from "node:assert/strict";
import {
  bpfpChecks,
  CORRECTED,
  type Corrections,
  type PromiseContent,
  promiseDigest,
  promiseStatement,
} from "@witan/consensus";
import type { BlockHash, ChainId, Height, MemberIndex, View } from "@witan/primitives";
import { CHAIN, GENESIS, holds, macOf } from "./fakes.ts";
import {
  AA,
  accept,
  BB,
  ballot,
  CC,
  DD,
  learn,
  membership,
  only,
  P,
  Probe,
  promise,
  proof,
  Q,
  said,
  trustChange,
  voted,
  X,
  Y,
} from "./probe.ts";

const MOVED = ["persist progress", "promise to 1"];
const badAccept = (sender: number, round: number) =>
  ({
    kind: "badAccept",
    sender: sender as MemberIndex,
    ballot: ballot(X, round),
    fault: "proof-quorum",
  }) as const;
const printed = (part: Partial<Corrections>): Corrections => ({ ...CORRECTED, ...part });

describe("BP Fast Paxos, correction 1: a learner that saw an equivocation", () => {
  const conflicted = (corrections: Corrections = CORRECTED) => {
    const probe = voted({ corrections });
    probe.hear(AA, learn());
    assert.deepEqual(said(probe.hear(BB, learn(Y))), [
      "evidence twoBlocks",
      "trustChange to acceptors",
      ...MOVED,
    ]);
    return probe;
  };

  it("decides in the same round when a quorum of it votes alike", () => {
    const probe = conflicted();
    probe.hear(CC, learn());
    assert.deepEqual(said(probe.hear(DD, learn())), ["finalize"]);
  });

  it("decides in a later round, too", () => {
    const probe = conflicted();
    for (const from of [BB, CC]) probe.hear(from, learn(Y, 1));
    assert.deepEqual(said(probe.hear(DD, learn(Y, 1))), ["finalize"]);
  });

  it("counts the LEARNs of one round together, never those of two", () => {
    const probe = new Probe(AA);
    probe.hear(BB, learn(X, 0));
    probe.hear(CC, learn(X, 0));
    assert.deepEqual(said(probe.hear(DD, learn(X, 1))), MOVED);
    assert.deepEqual(said(probe.hear(DD, learn(X, 0))), ["finalize"], "one vote in each round");
  });

  it("as printed, it never decides", () => {
    const probe = conflicted(
      printed({
        decision: (learns, round, quorum) =>
          learns.rounds.some((one) => learns.blocks(one).length > 1)
            ? undefined
            : learns.chosen(round, quorum),
      }),
    );
    for (const round of [1, 2])
      for (const from of [BB, CC, DD])
        assert.ok(!said(probe.hear(from, learn(Y, round))).includes("finalize"));
  });
});

describe("BP Fast Paxos, correction 2: rounds that a proposer could make run away", () => {
  it("a bad ACCEPT of the proposer trusted now changes trust by one round", () => {
    const probe = new Probe(AA);
    const effects = probe.feed(badAccept(P, 0));
    assert.deepEqual(said(effects), ["evidence badAccept", "trustChange to acceptors", ...MOVED]);
    assert.deepEqual(only(effects, "broadcast").message, trustChange(1, "evidence"));
    assert.deepEqual(said(probe.feed(badAccept(Q, 1))), [
      ...["evidence badAccept", "trustChange to acceptors"],
      ...["persist progress", "promise to 0"],
    ]);
  });

  it("one of a round ahead, or of a proposer that is not trusted, is dropped and recorded", () => {
    for (const [sender, round] of [
      [P, 2],
      [P, 2_000],
      [Q, 1],
      [Q, 0],
    ] as const) {
      const probe = new Probe(AA);
      assert.deepEqual(said(probe.feed(badAccept(sender, round))), ["evidence badAccept"]);
      assert.deepEqual(said(probe.feed(badAccept(sender, round))), [], "each once a height");
      assert.equal(probe.round, 0);
    }
  });

  it("a round ahead counts by its proof alone: without one it is asked for", () => {
    const probe = new Probe(AA);
    assert.deepEqual(said(probe.hear(P, accept(X, 2_000))), ["status to 0"]);
    assert.deepEqual(said(probe.hear(P, accept(X, 2_000))), [], "once until own messages are sent again");
    assert.equal(probe.round, 0);
    const effects = probe.hear(P, accept(X, 2, 1, proof(2)));
    assert.deepEqual(said(effects), ["persist proof", "persist progress", "judgeProposal"]);
    assert.equal(probe.round, 2);
  });

  it("as printed, one message moves it to a round of the proposer's choice", () => {
    const corrections = printed({
      answerToBadAccept: ({ round, badRound }) => (badRound >= round ? ((badRound + 1) as View) : undefined),
    });
    const probe = new Probe(AA, { corrections });
    probe.feed(badAccept(P, 2_000));
    assert.equal(probe.round, 2_001);
  });
});

describe("BP Fast Paxos, correction 3: a proposer proposes once per round", () => {
  const votes = [[0, X], [0, Y], undefined] as const;
  const begun = (corrections?: Corrections) => {
    const probe = new Probe(Q, corrections ? { corrections } : {});
    probe.hear(AA, promise(AA, 1, votes[0]));
    probe.hear(BB, promise(BB, 1, votes[1]));
    const effects = probe.hear(CC, promise(CC, 1));
    return { probe, effects };
  };

  it("with promises of a quorum, whatever comes behind them; and the proof is what was counted", () => {
    const { probe, effects } = begun();
    assert.deepEqual(said(effects), ["persist proof", "persist proposed", "accept to acceptors"]);
    assert.deepEqual(
      only(effects, "sendAccept").message,
      accept(X, 1, 1, [promise(AA, 1, votes[0]), promise(BB, 1, votes[1]), promise(CC, 1)].map(sealed)),
    );
    assert.deepEqual(said(probe.hear(DD, promise(DD, 1, [0, Y]))), []);
    assert.deepEqual(said(probe.hear(CC, promise(CC, 1))), []);
  });

  it("and after a restart what it proposed, or nothing", () => {
    const { probe } = begun();
    const again = probe.restarted();
    assert.deepEqual(said(again.work(true)), []);
    for (const [from, vote] of [
      [AA, undefined],
      [BB, [0, Y]],
      [DD, [0, Y]],
    ] as const)
      assert.deepEqual(said(again.hear(from, promise(from, 1, vote))), []);
    const effects = new Probe(Q, { records: [...probe.records.values()], resendTicks: 1 }).ticks(1);
    assert.deepEqual(said(effects), ["accept to acceptors", "status to everyone"]);
    assert.equal(only(effects, "sendAccept").message.blockHash, X);
    assert.equal(only(effects, "sendAccept").message.proof.length, 3);
  });

  it("in round 0, and at later heights, the same", () => {
    const first = new Probe(P);
    first.work(true);
    first.built();
    const again = first.restarted();
    assert.deepEqual(said(again.work(true)), []);
    assert.deepEqual(said(again.built(Y)), []);
  });

  it("as printed, it proposes another block with a further promise", () => {
    const { probe } = begun(printed({ beginsRound: (_isBegun, promises, quorum) => promises >= quorum }));
    const effects = probe.hear(DD, promise(DD, 1, [0, Y]));
    assert.equal(only(effects, "sendAccept").message.blockHash, Y);
  });
});

const sealed = ({ kind: _, ...one }: ReturnType<typeof promise>) => one;

describe("BP Fast Paxos, correction 4: stale promises", () => {
  it("of rounds below the present one are dropped", () => {
    const probe = new Probe(Q);
    for (const from of [AA, BB, CC]) probe.hear(from, promise(from, 3));
    for (const from of [AA, BB, CC]) assert.deepEqual(said(probe.hear(from, promise(from, 1))), []);
    assert.deepEqual(said(probe.work(true)), ["buildProposal"]);
    assert.equal(probe.round, 3);
  });

  it("promises of different rounds are not counted together", () => {
    const probe = new Probe(Q);
    probe.work(true);
    probe.hear(AA, promise(AA, 1));
    probe.hear(BB, promise(BB, 1));
    assert.deepEqual(said(probe.hear(CC, promise(CC, 3))), []);
    assert.deepEqual(said(probe.hear(AA, promise(AA, 3))), []);
    assert.deepEqual(said(probe.hear(AA, promise(AA, 3))), [], "nor of one acceptor twice");
    assert.deepEqual(said(probe.hear(BB, promise(BB, 3))), ["persist proof", "buildProposal"]);
  });

  it("promises for a round of another's are nothing to a proposer", () => {
    const probe = new Probe(P);
    for (const from of [AA, BB, CC]) assert.deepEqual(said(probe.hear(from, promise(from, 1))), []);
  });

  it("an acceptor drops ACCEPTs of rounds below its own", () => {
    const probe = new Probe(AA);
    probe.hear(BB, trustChange(2, "evidence"));
    assert.deepEqual(said(probe.hear(P, accept())), []);
    assert.deepEqual(said(probe.hear(Q, accept(X, 1, 1, proof(1)))), []);
  });
});

const OPTIONS = {
  chainId: CHAIN,
  promiseAuthentication: "mac",
  detectByzantineAcceptors: false,
  holdsPromiseKey: true,
} as const;
const memberships = (height: Height) => (height <= 5 ? membership : undefined);
const withSeal = (one: ReturnType<typeof promise>, chain: ChainId = CHAIN) => ({
  ...sealed(one),
  seal: { kind: "mac", mac: macOf(promiseDigest(chain, one)) } as const,
});

describe("BP Fast Paxos, correction 5: an acceptor checks all promises of a proof", () => {
  const real = [AA, BB, CC].map((from) => withSeal(promise(from, 1)));
  const forged = real.map((one) => (one.acceptor === CC ? { ...one, seal: real[0]?.seal ?? one.seal } : one));
  const answers = (of: typeof real, corrections?: Corrections, me = BB) => {
    const options = { ...OPTIONS, me: me as MemberIndex, ...(corrections ? { corrections } : {}) };
    const answer = bpfpChecks(options, Q as MemberIndex, accept(X, 1, 1, of), memberships);
    assert.equal(answer.kind, "checks");
    return answer.kind === "checks" ? answer.checks.map(holds) : [];
  };

  it("its own and the others', and also where it is not among them", () => {
    assert.deepEqual(answers(real), [true, true, true]);
    assert.deepEqual(answers(forged), [true, true, false]);
    assert.deepEqual(answers(forged, undefined, DD), [true, true, false]);
  });

  it("as printed, one made up is not seen", () => {
    const own = printed({ promisesToCheck: (all, me) => all.filter(({ acceptor }) => acceptor === me) });
    assert.deepEqual(answers(forged, own), [true]);
    assert.deepEqual(answers(forged, own, DD), []);
  });
});

describe("BP Fast Paxos, correction 6: a promise can't be used again", () => {
  const one = promise(AA, 1, [0, X], 3);
  const digest = promiseDigest(CHAIN, one);

  it("for another chain, membership, acceptor, round, height, decision, or vote", () => {
    const others = [
      promiseDigest("d5".repeat(32) as ChainId, one),
      promiseDigest(CHAIN, { ...one, membership: 2 as Height }),
      promiseDigest(CHAIN, { ...one, acceptor: BB as MemberIndex }),
      promiseDigest(CHAIN, { ...one, round: 3 as View }),
      promiseDigest(CHAIN, { ...one, decidedHeight: 2 as Height }),
      promiseDigest(CHAIN, { ...one, decidedHash: Y }),
      promiseDigest(CHAIN, { ...one, vote: [] }),
      promiseDigest(CHAIN, { ...one, vote: [{ round: 0 as View, blockHash: Y }] }),
    ];
    assert.equal(new Set([digest, ...others]).size, others.length + 1);
  });

  it("as another acceptor's, though all seal with one key", () => {
    const mine = withSeal(one);
    const stolen = { ...mine, acceptor: BB as MemberIndex };
    const check = { kind: "mac", digest: promiseDigest(CHAIN, stolen), mac: mine.seal.mac } as const;
    assert.ok(!holds(check));
  });

  it("if it were not bound to its acceptor, one promise would make a whole proof", () => {
    const unbound = (each: PromiseContent) => promiseStatement({ ...each, acceptor: 0 as MemberIndex });
    const lonely = promise(DD, 1);
    const seal = { kind: "mac", mac: macOf(promiseDigest(CHAIN, lonely, unbound)) } as const;
    // Nobody but d has not voted for X, which is chosen; and Y can be proposed.
    const of = [AA, BB, DD].map((acceptor) => ({
      ...sealed(lonely),
      acceptor: acceptor as MemberIndex,
      seal,
    }));
    const answers = [CORRECTED, printed({ promiseStatement: unbound })].map((corrections) => {
      const answer = bpfpChecks(
        { ...OPTIONS, corrections },
        Q as MemberIndex,
        accept(Y, 1, 1, of),
        memberships,
      );
      return answer.kind === "checks" && answer.checks.every(holds);
    });
    assert.deepEqual(answers, [false, true]);
  });

  it("as printed, that of another height holds", () => {
    const unbound = (each: PromiseContent) =>
      promiseStatement({ ...each, decidedHeight: 0 as Height, decidedHash: GENESIS as BlockHash });
    assert.equal(
      promiseDigest(CHAIN, one, unbound),
      promiseDigest(CHAIN, { ...one, decidedHeight: 2 as Height }, unbound),
    );
  });
});
