// Rules by which everything becomes final in the end, and nobody who keeps the rules is accused; and the host's duties.
import type { BpfpMutation } from "./mutation.ts";

const ENGINE = "consensus/src/bp-fast-paxos";
const WORLD = "simulator/src/bp-fast-paxos";
const ENGINES = "simulator/src/engines";

/** By name. */
export const LIVENESS: Readonly<Record<string, BpfpMutation>> = {
  "no-suspicion": {
    says: "never suspects a proposer that is late",
    file: `${ENGINE}/trust.ts`,
    replace: ["const isLate = state.waiting && state.timer.left === 0;", "const isLate = false;"],
    checks: ["liveness"],
    ...{ from: 1, seeds: 40 },
  },
  "runs-away": {
    says: "answers a bad ACCEPT by asking for the round behind it, whoever sent it",
    file: `${ENGINE}/corrections.ts`,
    replace: [
      "isTrusted && badRound === round ? ((round + 1) as View) : undefined,",
      "isTrusted || badRound > round ? ((badRound + 1) as View) : undefined,",
    ],
    checks: ["rounds"],
    wishes: { proposers: 2, liars: 1, conducts: ["far-rounds"] },
    ...{ from: 1, seeds: 20 },
  },
  "proposes-again": {
    says: "begins its round again with each further promise",
    file: `${ENGINE}/corrections.ts`,
    replace: ["!isBegun && promises >= quorum,", "(isBegun || !isBegun) && promises >= quorum,"],
    checks: ["proposals", "evidence"],
    ...{ from: 1, seeds: 30 },
  },
  "proposal-not-durable": {
    says: "proposes what is not on its disk",
    file: `${ENGINE}/proposing.ts`,
    replace: [
      '  state.persist({ kind: "proposed", membership: membership.from, round, height, blockHash });\n',
      "",
    ],
    checks: ["proposals", "evidence"],
    ...{ from: 1, seeds: 60 },
  },
  "rounds-run-on": {
    says: "goes on counting rounds when the members change",
    file: `${ENGINE}/state.ts`,
    replace: ["    this.enterRound(0 as View);\n", "    this.enterRound(this.round);\n"],
    checks: ["rounds", "liveness", "faults"],
    wishes: { changes: true },
    ...{ from: 1, seeds: 60 },
  },
  "records-not-read": {
    says: "gives its engine no record back after a crash",
    file: `${WORLD}/process.ts`,
    replace: ["records: this.disk.records()", "records: []"],
    checks: ["votes", "proposals", "rounds"],
    ...{ from: 1, seeds: 40 },
  },
  "body-not-durable": {
    says: "does not write the body with the vote for it",
    file: `${WORLD}/process.ts`,
    replace: [
      'if (record.kind === "progress" && record.vote) this.bodies.makeDurable(record.vote.blockHash);',
      "",
    ],
    checks: ["votes"],
    ...{ from: 1, seeds: 20 },
  },
  "sends-before-writing": {
    says: "sends what stands behind a record while that is being written",
    file: `${ENGINES}/process.ts`,
    replace: [
      "if (this.#inWrite > 0) return false;\n    const due = this.#effects[0];",
      'if (this.#inWrite > 0) {\n      const at = this.#effects.findIndex(({ effect }) => effect.kind === "broadcast");\n      if (at < 0) return false;\n      for (const one of this.#effects.splice(at, 1)) this.carryOut(one.effect, one.members);\n      return true;\n    }\n    const due = this.#effects[0];',
    ],
    checks: ["votes"],
    ...{ from: 1, seeds: 20 },
  },
  "members-too-late": {
    says: "lets new members count a height too late",
    file: `${ENGINES}/blocks.ts`,
    replace: ["from: (height + 1) as Height, members", "from: (height + 2) as Height, members"],
    checks: ["memberships", "faults", "liveness", "engine"],
    wishes: { changes: true },
    ...{ from: 1, seeds: 20 },
  },
  "state-of-its-own": {
    says: "comes to another state than others by the same blocks",
    file: `${WORLD}/world.ts`,
    replace: ["at.disk.held.size", "at.place"],
    checks: ["checkpoints"],
    ...{ from: 1, seeds: 20 },
  },
  "learns-never-forgotten": {
    says: "keeps the LEARNs of every round",
    file: `${ENGINE}/learn-count.ts`,
    replace: ["if (one < round - ROUND_WINDOW)", "if (one < -ROUND_WINDOW)"],
    checks: ["memory"],
    wishes: { proposers: 1, liars: 1, conducts: ["two-blocks"] },
    ...{ from: 4, seeds: 30 },
  },
  "seals-believed": {
    says: "holds every seal and signature to be good",
    file: `${WORLD}/process.ts`,
    replace: [
      'return { fault: cast.hold(answer.checks) ? undefined : "authentication", signatures };',
      "return { fault: undefined, signatures };",
    ],
    checks: ["chosen", "agreement", "evidence"],
    wishes: { proposers: 2, liars: 1, conducts: ["hidden-votes", "replayed-proofs"] },
    ...{ from: 1, seeds: 60 },
  },
};
