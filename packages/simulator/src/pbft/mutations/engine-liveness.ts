// Rules of the engine that let it go on, keep it within its memory, and show who lied.
import type { Mutation } from "./mutation.ts";

const PBFT = "consensus/src/pbft";

/** By name. */
export const ENGINE_LIVENESS: Readonly<Record<string, Mutation>> = {
  "timer-not-restarted": {
    says: "never gives a view its whole time again",
    file: `${PBFT}/view-timer.ts`,
    replace: ["  rewind(): void {\n    this.#left = this.#duration;", "  rewind(): void {"],
    checks: ["liveness"],
    ...{ from: 12, seeds: 60 },
  },
  "timer-stopped": {
    says: "never gives up a view by its timer",
    file: `${PBFT}/pbft.ts`,
    replace: ["if (state.timer.tick()) changeView(state, (state.view + 1) as View);", "state.timer.tick();"],
    checks: ["liveness"],
    ...{ from: 16, seeds: 60 },
  },
  "runs-ahead-alone": {
    says: "asks for one view after another, whoever else does",
    file: `${PBFT}/state.ts`,
    replace: ["return this.viewChanges.askingFrom(this.view).length >= this.quorum;", "return true;"],
    checks: ["liveness"],
    wishes: { conducts: ["silent-to-some"], members: 4, liars: 1 },
    ...{ from: 23, seeds: 60 },
  },
  "nothing-resent": {
    says: "says nothing again",
    file: `${PBFT}/pbft.ts`,
    replace: ["if (state.ticksSinceResend >= state.config.resendTicks) resend(state);", ""],
    checks: ["liveness"],
    ...{ from: 14, seeds: 60 },
  },
  "view-changes-not-resent": {
    says: "asks for a view once only",
    file: `${PBFT}/meeting.ts`,
    replace: [
      "state.broadcast(announced ?? ownViewChange(state));",
      "if (announced) state.broadcast(announced);",
    ],
    checks: ["liveness"],
    ...{ from: 8, seeds: 60 },
  },
  "no-help": {
    says: "sends no blocks to one who is behind",
    file: `${PBFT}/meeting.ts`,
    replace: ["if (height >= state.decided.height) return;", "if (height >= 0) return;"],
    checks: ["liveness"],
    wishes: { conducts: [], members: 4, liars: 0, quiet: true },
    ...{ from: 79, seeds: 60 },
  },
  "joins-one": {
    says: "follows any one who asks for a view above",
    file: `${PBFT}/view-change.ts`,
    replace: ["if (above.length <= state.faultyMax) return;", "if (above.length === 0) return;"],
    checks: ["liveness"],
    wishes: { conducts: ["restless", "far-views"], members: 4, liars: 1 },
    ...{ from: 28, seeds: 60 },
  },
  "overdue-ignored": {
    says: "gives a primary its whole time again with each block, whatever it leaves out",
    file: `${PBFT}/view-timer.ts`,
    replace: [
      "this.#left = overdue ? Math.min(this.#left, this.#duration) : this.#duration;",
      "this.#left = this.#duration;",
    ],
    checks: ["liveness"],
    wishes: { conducts: ["censorship"], members: 4, liars: 1, faults: [], network: "lan" },
    ...{ from: 2, seeds: 60 },
  },
  "next-height-dropped": {
    says: "drops what comes for the next height before this one is applied",
    file: `${PBFT}/pbft.ts`,
    replace: ["if (early) keepForLater(state, verified);\n        else", "if (!early)"],
    checks: ["liveness", "pace"],
    wishes: { conducts: [], members: 4, liars: 0, faults: [], network: "lan" },
    ...{ from: 10, seeds: 60 },
  },
  "kept-not-taken": {
    says: "keeps messages for the next height, and never looks at them",
    file: `${PBFT}/pbft.ts`,
    replace: ["for (const message of state.later.take()) this.#message(message);", ""],
    checks: ["liveness", "pace"],
    wishes: { conducts: [], members: 4, liars: 0, faults: [], network: "lan" },
    ...{ from: 26, seeds: 60 },
  },
  "one-checkpoint": {
    says: "takes a state for a quorum's by one word",
    file: `${PBFT}/gathered.ts`,
    replace: ["if (same.length < quorum) return false;", ""],
    checks: ["checkpoints"],
    wishes: { conducts: ["two-checkpoints"], members: 4, liars: 1 },
    ...{ from: 2, seeds: 60 },
  },
  "evidence-of-one-vote": {
    says: "takes one vote that comes twice for evidence",
    file: `${PBFT}/votes.ts`,
    replace: ["else if (!sameBallot(first.message, vote.message)) return", "else return"],
    checks: ["evidence"],
    ...{ from: 2, seeds: 60 },
  },
  "evidence-not-told": {
    says: "tells nobody of two votes that contradict each other",
    file: `${PBFT}/normal-case.ts`,
    replace: ["    report(state, evidence);\n", ""],
    checks: ["evidence", "accountability"],
    wishes: { conducts: ["two-prepares"], members: 4, liars: 1 },
    ...{ from: 4, seeds: 60 },
  },
  "evidence-again-and-again": {
    says: "remembers for ever what evidence it has told of",
    file: `${PBFT}/pbft.ts`,
    replace: ["    state.reported.clear();\n", ""],
    checks: ["memory"],
    wishes: { conducts: ["two-prepares", "two-commits"], members: 4, liars: 1, network: "lan", faults: [] },
    ...{ from: 17, seeds: 60 },
  },
  "all-heights-kept": {
    says: "keeps any number of messages for heights ahead",
    file: `${PBFT}/gathered.ts`,
    replace: ["if (kept.length > this.#max) kept.shift();", ""],
    checks: ["memory"],
    wishes: { conducts: ["far-heights"], members: 4, liars: 1, faults: ["partition", "power-cut", "pause"] },
    ...{ from: 16, seeds: 60 },
  },
};
