// Detecting Byzantine acceptors (protocols/bp-fast-paxos.md, section VI of the paper): who is named, and who is not. It
// detects; it does not mask.
import assert from "node:assert/strict";
import type { Height, MemberIndex, Signature } from "@witan/primitives";
import {
  AA,
  accept,
  BB,
  broadcasts,
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
  X,
  Y,
} from "./probe.ts";

const SIGNATURE = "ab".repeat(64) as Signature;
const signedAccept = (hash = X) => ({ ...accept(hash), signature: [SIGNATURE] });
const signedLearn = (hash = X) => ({ ...learn(hash), signature: [SIGNATURE] });
const detecting = () => new Probe(AA, { detectByzantineAcceptors: true });

/** Two LEARNs differ: what is asked, and what is said to the answer. */
function compared(signed: readonly [boolean, boolean]) {
  const probe = detecting();
  probe.hear(BB, signedLearn());
  const effects = probe.hear(CC, signedLearn(Y));
  const { first, second } = only(effects, "checkLearns");
  return { effects, named: probe.feed({ kind: "learnsChecked", first, second, signed }) };
}

describe("BP Fast Paxos, detection of Byzantine acceptors", () => {
  it("the proposer signs, the acceptor keeps the signature with its vote, and passes it on", () => {
    const proposer = new Probe(P, { detectByzantineAcceptors: true });
    proposer.work(true);
    assert.equal(only(proposer.built(), "sendAccept").sign, true);
    const probe = detecting();
    probe.hear(P, signedAccept());
    assert.deepEqual(broadcasts(probe.judged()).at(-1), signedLearn());
    const again = new Probe(AA, { records: [...probe.records.values()], resendTicks: 1 });
    assert.deepEqual(again.ticks(1)[0], { kind: "broadcast", to: "acceptors", message: signedLearn() });
  });

  it("signatures are looked at only when two LEARNs of a round differ, and trust changes meanwhile", () => {
    const { effects } = compared([true, true]);
    assert.deepEqual(said(effects), [
      "checkLearns",
      "trustChange to acceptors",
      "persist progress",
      "promise to 1",
    ]);
    const probe = detecting();
    probe.hear(BB, signedLearn());
    assert.deepEqual(said(probe.hear(CC, signedLearn())), []);
  });

  it("both signed: the proposer has proposed two blocks, and this shows it to anybody", () => {
    const { evidence } = only(compared([true, true]).named, "evidence");
    assert.ok(evidence.kind === "twoBlocks");
    assert.deepEqual(
      [evidence.proposer, evidence.first, evidence.second],
      [P, signedLearn(), signedLearn(Y)],
    );
  });

  it("one not signed: its acceptor lied, and the proposer is not named", () => {
    const { evidence } = only(compared([true, false]).named, "evidence");
    assert.ok(evidence.kind === "falseLearn");
    assert.deepEqual([evidence.acceptor, evidence.learn], [CC, signedLearn(Y)]);
    const first = only(compared([false, true]).named, "evidence").evidence;
    assert.ok(first.kind === "falseLearn" && first.acceptor === BB);
  });

  it("an acceptor that tells two votes of one round is named", () => {
    for (const probe of [detecting(), new Probe(AA)]) {
      probe.hear(BB, learn());
      const { evidence } = only(probe.hear(BB, learn(Y)), "evidence");
      assert.ok(evidence.kind === "twoLearns" && evidence.acceptor === BB);
      probe.hear(CC, learn());
      assert.deepEqual(said(probe.hear(DD, learn())), ["finalize"], "its first one counts");
    }
  });

  it("the paper's scenario: an acceptor that tells one vote and promises another is named", () => {
    const probe = detecting();
    probe.hear(BB, signedLearn());
    for (const promised of [promise(BB, 1, [0, Y]), promise(BB, 1)]) {
      const other = detecting();
      other.hear(BB, signedLearn());
      const of = [promise(AA, 1), promised, promise(CC, 1)].map(({ kind: _, ...one }) => one);
      const next = { ...accept(Y, 1, 1, of), signature: [SIGNATURE] };
      const { evidence } = only(other.hear(Q, next), "evidence");
      assert.ok(evidence.kind === "falsePromise" && evidence.acceptor === BB);
    }
    const honest = proof(1, [undefined, [0, X]]);
    assert.ok(!said(probe.hear(Q, accept(X, 1, 1, honest))).includes("evidence falsePromise"));
  });

  it("it is named as well where what it told is heard after the proof, or a vote of the new round before it", () => {
    const of = [promise(AA, 1), promise(BB, 1, [0, Y]), promise(CC, 1)].map(({ kind: _, ...one }) => one);
    const next = { ...accept(Y, 1, 1, of), signature: [SIGNATURE] };
    const late = detecting();
    late.hear(Q, next);
    const told = only(late.hear(BB, signedLearn()), "evidence").evidence;
    assert.ok(told.kind === "falsePromise" && told.acceptor === BB);
    assert.deepEqual(
      said(late.hear(CC, signedLearn(Y))).filter((one) => one.startsWith("evidence")),
      ["evidence falsePromise"],
    );
    const behind = detecting();
    behind.hear(BB, signedLearn());
    behind.hear(BB, { ...learn(Y, 1), signature: [SIGNATURE] });
    const { evidence } = only(behind.hear(Q, next), "evidence");
    assert.ok(evidence.kind === "falsePromise" && evidence.learn.round === 0);
  });

  it("what was told of a lower height is held against no promise", () => {
    const probe = detecting();
    probe.hear(Q, accept(X, 1, 1, proof(1, [undefined])));
    probe.follow();
    assert.ok(!said(probe.hear(BB, learn(X, 0, 2))).includes("evidence falsePromise"));
  });

  it("a vote in the round that the promise is for comes behind it, and is no contradiction", () => {
    const probe = detecting();
    probe.hear(BB, learn(X, 1));
    const of = proof(1, [undefined, [0, X]]);
    assert.ok(!said(probe.hear(Q, accept(X, 1, 1, of))).includes("evidence falsePromise"));
  });

  it("an acceptor that signs another decision than the one known is named", () => {
    const probe = new Probe(AA);
    probe.follow();
    const { evidence } = only(probe.hear(BB, decided(1, Y, BB)), "evidence");
    assert.ok(evidence.kind === "otherDecision" && evidence.acceptor === BB);
  });

  it("each is named once a height, and an answer about other members changes nothing", () => {
    const probe = new Probe(AA);
    probe.hear(BB, learn());
    probe.hear(BB, learn(Y));
    assert.deepEqual(said(probe.hear(BB, learn(Y))), []);
    probe.follow();
    probe.hear(BB, learn(X, 0, 2));
    assert.deepEqual(said(probe.hear(BB, learn(Y, 0, 2))), ["evidence twoLearns"]);
    const other = { ...learn(), membership: 7 as Height };
    const first = { sender: BB as MemberIndex, message: other } as never;
    assert.deepEqual(
      said(probe.feed({ kind: "learnsChecked", first, second: first, signed: [false, false] })),
      [],
    );
  });
});
