// Rules that keep two blocks from being decided at one height, crash or no crash.
import type { BpfpMutation } from "./mutation.ts";

const ENGINE = "consensus/src/bp-fast-paxos";

/** By name. */
export const SAFETY: Readonly<Record<string, BpfpMutation>> = {
  "learn-quorum": {
    says: "decides by one LEARN less than a quorum",
    file: `${ENGINE}/learning.ts`,
    replace: ["decision(learns, round, state.quorum)", "decision(learns, round, state.quorum - 1)"],
    checks: ["chosen", "agreement"],
    ...{ from: 1, seeds: 20 },
  },
  "every-quorum": {
    says: "counts a quorum one smaller everywhere, in what it checks too",
    file: "primitives/src/quorum.ts",
    replace: ["return n - crashMax(n);", "return n - crashMax(n) - 1;"],
    checks: ["chosen", "agreement", "memberships", "certificates"],
    ...{ from: 1, seeds: 20 },
  },
  "promise-quorum": {
    says: "begins a round by one promise less than a quorum",
    file: `${ENGINE}/proposing.ts`,
    replace: ["gathered.length, state.quorum)", "gathered.length, state.quorum - 1)"],
    checks: ["faults"],
    ...{ from: 1, seeds: 20 },
  },
  "learns-counted-twice": {
    says: "counts LEARNs by message, not by acceptor",
    file: `${ENGINE}/learn-count.ts`,
    replace: [
      "const first = learns.get(learn.sender);\n    if (first === undefined) learns.set(learn.sender, learn);",
      "const first = learns.get(-1);\n    learns.set(learns.size, learn);",
    ],
    checks: ["chosen", "agreement", "memory"],
    ...{ from: 1, seeds: 20 },
  },
  "promise-without-vote": {
    says: "promises without telling its vote",
    file: `${ENGINE}/trust.ts`,
    replace: [
      "vote: vote ? [{ round: vote.round, blockHash: vote.blockHash }] : [],",
      "vote: vote ? [] : [],",
    ],
    checks: ["votes"],
    ...{ from: 1, seeds: 20 },
  },
  "vote-not-durable": {
    says: "says a vote that is not on its disk",
    file: `${ENGINE}/accepting.ts`,
    replace: ["  state.persistProgress();\n  state.emit(", "  state.emit("],
    checks: ["votes"],
    ...{ from: 1, seeds: 20 },
  },
  "told-before-durable": {
    says: "tells proposers of a vote that is not on its disk yet",
    file: `${ENGINE}/accepting.ts`,
    replace: [
      '  state.persistProgress();\n  state.emit({ kind: "broadcast", to: "proposers", message: ownStatus(state) });',
      '  state.emit({ kind: "broadcast", to: "proposers", message: ownStatus(state) });\n  state.persistProgress();',
    ],
    checks: ["votes"],
    ...{ from: 1, seeds: 20 },
  },
  "round-not-durable": {
    says: "promises a round that is not on its disk",
    file: `${ENGINE}/trust.ts`,
    replace: ["  state.persistProgress();\n  sayPromise(state);", "  sayPromise(state);"],
    checks: ["votes"],
    ...{ from: 1, seeds: 20 },
  },
  "round-forgotten": {
    says: "begins in round 0 when it starts again",
    file: `${ENGINE}/restore.ts`,
    replace: [
      "Math.max(progress?.round ?? 0, proposed?.round ?? 0, known?.round ?? 0) as View;",
      "Math.min(progress?.round ?? 0, proposed?.round ?? 0, known?.round ?? 0) as View;",
    ],
    checks: ["votes", "rounds", "proposals"],
    wishes: { proposers: 2, liars: 1, conducts: ["mute-by-turns"] },
    ...{ from: 2, seeds: 30 },
  },
  "votes-below-its-promise": {
    says: "votes in rounds below the one that it promised",
    file: `${ENGINE}/accepting.ts`,
    replace: [
      "if (!state.isAcceptor || round < state.round || sender !== state.proposerIn(round)) return;",
      "if (!state.isAcceptor || sender !== state.proposerIn(round)) return;",
    ],
    checks: ["votes", "evidence"],
    wishes: { proposers: 2, liars: 1, conducts: ["old-rounds"] },
    ...{ from: 1, seeds: 30 },
  },
  "votes-twice": {
    says: "votes for each block that its proposer shows",
    file: `${ENGINE}/accepting.ts`,
    replace: [
      "const first = instance.proposal ?? (instance.vote?.round === accept.round ? instance.vote : undefined);",
      "const first = instance.proposal?.height === 0 ? instance.proposal : undefined;",
    ],
    checks: ["votes", "chosen"],
    wishes: { proposers: 2, liars: 1, conducts: ["proposes-twice"] },
    ...{ from: 2, seeds: 20 },
  },
  "proof-not-checked": {
    says: "takes any proof",
    file: `${ENGINE}/verify.ts`,
    replace: [
      "if (accept.proof.length > 0) this.#proof(accept);",
      "if (accept.proof.length < 0) this.#proof(accept);",
    ],
    checks: ["chosen", "agreement", "evidence"],
    wishes: { proposers: 2, liars: 1, conducts: ["hidden-votes"] },
    ...{ from: 5, seeds: 60 },
  },
  "seals-not-checked": {
    says: "takes promises whose seals do not hold",
    file: `${ENGINE}/verify.ts`,
    replace: [
      "for (const promise of promisesToCheck(proof, this.#options.me)) this.#seal(promise);",
      "promisesToCheck(proof, this.#options.me);",
    ],
    checks: ["chosen", "agreement", "evidence"],
    wishes: { proposers: 2, liars: 1, conducts: ["hidden-votes"] },
    ...{ from: 5, seeds: 60 },
  },
  "stale-promises": {
    says: "takes a proof of promises for another round",
    file: `${ENGINE}/verify.ts`,
    replace: [
      'if (promise.round !== round || promise.membership !== membership) throw fault("proof-round");',
      'if (promise.membership !== membership) throw fault("proof-round");',
    ],
    checks: ["chosen", "agreement", "rounds"],
    wishes: { proposers: 2, liars: 1, conducts: ["stale-proofs", "far-rounds"] },
    ...{ from: 4, seeds: 60 },
  },
  "nothing-forced": {
    says: "lets anything be proposed, whatever the promises say",
    file: `${ENGINE}/round-start.ts`,
    replace: ["(forced.length > 0 ? forced : found).map(([hash]) => hash)", "[]"],
    checks: ["chosen", "agreement"],
    ...{ from: 11, seeds: 40 },
  },
  "d-ignored": {
    says: "counts votes for heights that are decided",
    file: `${ENGINE}/round-start.ts`,
    replace: ["decidedHeight === base ? vote : []", "decidedHeight >= 0 ? vote : []"],
    checks: ["validity", "chosen", "agreement", "liveness"],
    ...{ from: 1, seeds: 30 },
  },
  "proposers-learn": {
    says: "counts what proposers say as acceptors' words",
    file: `${ENGINE}/verify.ts`,
    replace: ['if (!this.#cast.acceptors.includes(sender)) throw fault("not-an-acceptor");', ""],
    checks: ["chosen", "agreement", "evidence", "rounds", "validity"],
    wishes: { proposers: 2, liars: 1, conducts: ["acceptors-words"] },
    ...{ from: 1, seeds: 30 },
  },
  "word-of-proposers": {
    says: "believes proposers when they say where they stand",
    file: `${ENGINE}/meeting.ts`,
    replace: [
      "  if (!state.isAcceptorAt(sender)) return;\n  if (state.isAcceptor) moveTo",
      "  if (state.isAcceptor) moveTo",
    ],
    checks: ["rounds", "validity", "chosen", "agreement"],
    wishes: { proposers: 2, liars: 1, conducts: ["false-statuses"] },
    ...{ from: 1, seeds: 30 },
  },
  "told-quorum": {
    says: "a proposer decides by one vote less than a quorum",
    file: `${ENGINE}/learning.ts`,
    replace: ["state.votes.chosen(height, quorum)", "state.votes.chosen(height, quorum - 1)"],
    checks: ["chosen", "agreement", "validity"],
    ...{ from: 1, seeds: 30 },
  },
  "told-rounds": {
    says: "a proposer counts the votes of different rounds together",
    file: `${ENGINE}/gathered.ts`,
    replace: ["[round, hash].join", "[hash].join"],
    checks: ["chosen", "agreement"],
    ...{ from: 1, seeds: 30 },
  },
  "certificate-quorum": {
    says: "makes a certificate of one signature less than a quorum",
    file: `${ENGINE}/gathered.ts`,
    replace: [
      "if (gathering.signatures.size < gathering.quorum)",
      "if (gathering.signatures.size < gathering.quorum - 1)",
    ],
    checks: ["certificates"],
    ...{ from: 1, seeds: 20 },
  },
  "invalid-voted-for": {
    says: "votes for blocks that are not valid",
    file: `${ENGINE}/accepting.ts`,
    replace: ["switch (judgement) {", 'switch (judgement === "invalid" ? "valid" : judgement) {'],
    checks: ["validity", "durable-votes", "double-spends"],
    wishes: { proposers: 2, liars: 1, conducts: ["bad-root", "bad-parent"] },
    ...{ from: 1, seeds: 30 },
  },
};
