// What must hold of a message before the engine sees it: faults, what is not known yet, and what is to be checked.
import assert from "node:assert/strict";
import {
  type Accept,
  type BpfpCheckOptions,
  type BpfpMessage,
  bpfpCertificateChecks,
  bpfpChecks,
  decisionDigest,
  learnChecks,
  type PromiseMessage,
  promiseDigest,
  proposalDigest,
  type SealedPromise,
} from "@witan/consensus";
import type { BpFastPaxosCertificate, Height, MemberIndex, Signature, View } from "@witan/primitives";
import { CHAIN } from "./fakes.ts";
import {
  AA,
  accept,
  BB,
  CC,
  DD,
  decided,
  learn,
  members,
  membership,
  P,
  promise,
  proof,
  Q,
  status,
  trustChange,
  X,
  Y,
} from "./probe.ts";

const OPTIONS: BpfpCheckOptions = {
  ...{ chainId: CHAIN, promiseAuthentication: "mac", detectByzantineAcceptors: false, holdsPromiseKey: true },
};
const memberships = (height: Height) => (height <= 9 ? membership : undefined);
const ask = (sender: number, message: BpfpMessage, options: Partial<BpfpCheckOptions> = {}) =>
  bpfpChecks({ ...OPTIONS, ...options }, sender as MemberIndex, message, memberships);
const fault = (code: string) => ({ kind: "fault", code });
const SIGNATURE = "ab".repeat(64) as Signature;
const signed = <M extends PromiseMessage>(one: M) => ({
  ...one,
  seal: { kind: "signature", signature: SIGNATURE } as const,
});

describe("BP Fast Paxos, checks of messages", () => {
  it("what the channel alone vouches for needs no check", () => {
    for (const [sender, message] of [
      [P, accept()],
      [AA, learn()],
      [AA, trustChange(1)],
      [AA, status(0)],
      [P, status(0)],
    ] as const)
      assert.deepEqual(ask(sender, message), { kind: "checks", checks: [] });
  });

  it("names who is no member, who has not the part, and members that are not known", () => {
    assert.deepEqual(ask(17, learn()), fault("unknown-member"));
    for (const message of [learn(), trustChange(1), promise(AA, 1), decided()])
      assert.deepEqual(ask(P, message), fault("not-an-acceptor"), message.kind);
    assert.deepEqual(ask(AA, { ...learn(), membership: 3 as Height }), fault("membership"));
    assert.deepEqual(ask(AA, { ...learn(), membership: 12 as Height }), { kind: "notYet", height: 12 });
  });

  it("an ACCEPT is of the proposer of its round", () => {
    assert.deepEqual(ask(Q, accept()), fault("accept-proposer"));
    assert.deepEqual(ask(AA, accept()), fault("accept-proposer"));
    assert.deepEqual(ask(P, accept(X, 1, 1, proof(1))), fault("accept-proposer"));
    assert.deepEqual(ask(P, accept(X, 0, 0)), fault("height-before-membership"));
    assert.deepEqual(ask(AA, learn(X, 0, 0)), fault("height-before-membership"));
    assert.deepEqual(ask(AA, decided(0)), fault("height-before-membership"));
  });

  const withProof = (of: readonly SealedPromise[], hash = X, height = 1): Accept =>
    accept(hash, 1, height, of);

  it("a proof holds promises of a quorum of distinct acceptors for this round", () => {
    const of = proof(1);
    const [a, b, c] = of as [SealedPromise, SealedPromise, SealedPromise];
    const faults: readonly (readonly [string, readonly SealedPromise[]])[] = [
      ["proof-quorum", [a, b]],
      ["proof-acceptors", [a, a, b]],
      ["proof-acceptors", [b, a, c]],
      ["proof-round", [a, b, { ...c, round: 3 as View }]],
      ["proof-round", [a, b, { ...c, membership: 2 as Height }]],
      ["promise-acceptor", [promise(P, 1), a, b]],
      ["promise-acceptor", [a, b, promise(17, 1)]],
      ["promise-vote", [a, b, promise(CC, 1, [1, X])]],
      ["promise-seal", [a, b, signed(promise(CC, 1))]],
    ];
    for (const [code, promises] of faults) assert.deepEqual(ask(Q, withProof(promises)), fault(code), code);
    assert.deepEqual(ask(P, accept(X, 0, 1, of)), fault("proof-of-first-round"));
  });

  it("and supports the block at its height", () => {
    const forcing = proof(1, [
      [0, X],
      [0, X],
    ]);
    assert.equal(ask(Q, withProof(forcing)).kind, "checks");
    assert.deepEqual(ask(Q, withProof(forcing, Y)), fault("accept-support"));
    assert.equal(ask(Q, withProof(forcing, Y, 2)).kind, "checks", "heights above D + 1 are free");
    assert.deepEqual(ask(Q, withProof(proof(1, [], [0, 0, 3]), Y, 3)), fault("accept-support"));
    assert.equal(ask(Q, withProof(proof(1, [], [0, 0, 3]), Y, 4)).kind, "checks");
    const open = proof(1, [
      [0, X],
      [0, Y],
    ]);
    for (const hash of [X, Y]) assert.equal(ask(Q, withProof(open, hash)).kind, "checks");
    assert.deepEqual(ask(Q, withProof(open, "dd".repeat(32) as typeof X)), fault("accept-support"));
  });

  it("each promise of a proof is to be checked: by MAC where the key is, by signature anywhere", () => {
    const of = proof(1);
    const macs = of.map((one) => ({
      ...{ kind: "mac", digest: promiseDigest(CHAIN, one) },
      mac: one.seal.kind === "mac" && one.seal.mac,
    }));
    assert.deepEqual(ask(Q, withProof(of)), { kind: "checks", checks: macs });
    assert.deepEqual(ask(AA, promise(AA, 1), { holdsPromiseKey: false }), { kind: "checks", checks: [] });
    const one = signed(promise(AA, 1));
    const options = { promiseAuthentication: "signature", holdsPromiseKey: false } as const;
    const check = { kind: "signature", digest: promiseDigest(CHAIN, one), signature: SIGNATURE };
    assert.deepEqual(ask(AA, one, options), {
      kind: "checks",
      checks: [{ ...check, publicKey: members[AA]?.votingKey }],
    });
    assert.deepEqual(ask(AA, promise(AA, 1), options), fault("promise-seal"));
  });

  it("a promise is of its sender, for a round above 0, and behind its members", () => {
    assert.deepEqual(ask(BB, promise(AA, 1)), fault("promise-acceptor"));
    assert.deepEqual(ask(AA, promise(AA, 0)), fault("promise-round"));
    assert.deepEqual(ask(AA, promise(AA, 2, [2, X])), fault("promise-vote"));
    const later = { ...membership, from: 5 as Height };
    const early = { ...promise(AA, 1, undefined, 3), membership: 5 as Height };
    assert.deepEqual(
      bpfpChecks(OPTIONS, AA as MemberIndex, early, () => later),
      fault("decided-before-membership"),
    );
  });

  it("a decision is signed by its sender", () => {
    const message = decided();
    const { signature } = message;
    const digest = decisionDigest(CHAIN, message);
    assert.deepEqual(ask(AA, message), {
      kind: "checks",
      checks: [{ kind: "signature", digest, signature, publicKey: members[AA]?.votingKey }],
    });
  });

  it("a certificate holds signatures of a quorum of distinct acceptors of its height's members", () => {
    const signatures = [AA, BB, CC].map((member) => ({
      member: member as MemberIndex,
      signature: SIGNATURE,
    }));
    const statement = { membership: 1 as Height, height: 4 as Height, blockHash: X };
    const whole: BpFastPaxosCertificate = { kind: "bp-fast-paxos", ...statement, signatures };
    const check = (one: Parameters<typeof bpfpCertificateChecks>[1]) =>
      bpfpCertificateChecks(CHAIN, one, memberships);
    const found = check(whole);
    assert.ok(found.kind === "checks" && found.checks.length === 3);
    for (const each of found.checks) assert.equal(each.digest, decisionDigest(CHAIN, statement));
    const [a, b] = signatures as [(typeof signatures)[0], (typeof signatures)[0]];
    const of = (code: string, some: typeof signatures) =>
      assert.deepEqual(check({ ...whole, signatures: some }), fault(code));
    of("certificate-quorum", [a, b]);
    of("certificate-senders", [a, b, b]);
    of("certificate-senders", [b, a, { ...a, member: DD as MemberIndex }]);
    of("certificate-senders", [{ ...a, member: P as MemberIndex }, a, b]);
    assert.deepEqual(check({ ...whole, membership: 2 as Height }), fault("certificate-membership"));
    assert.deepEqual(check({ ...whole, height: 12 as Height }), { kind: "notYet", height: 12 });
    assert.deepEqual(check({ ...whole, kind: "pbft", view: 0 as View }), fault("certificate-kind"));
  });

  it("where Byzantine acceptors are to be detected, an ACCEPT is signed, and LEARNs are checked when asked", () => {
    const detect = { detectByzantineAcceptors: true };
    assert.deepEqual(ask(P, accept(), detect), fault("accept-unsigned"));
    const publicKey = members[P]?.votingKey;
    const check = {
      kind: "signature",
      digest: proposalDigest(CHAIN, learn()),
      publicKey,
      signature: SIGNATURE,
    };
    assert.deepEqual(ask(P, { ...accept(), signature: [SIGNATURE] }, detect), {
      kind: "checks",
      checks: [check],
    });
    assert.deepEqual(ask(AA, { ...learn(), signature: [SIGNATURE] }, detect), { kind: "checks", checks: [] });
    const two = [{ ...learn(), signature: [SIGNATURE] }, learn(Y)] as const;
    assert.deepEqual(learnChecks(CHAIN, two, membership), [check, undefined]);
  });
});
