// The checks by name: what each finds, and in which worlds it holds.
import { doubleSpends } from "../../engines/checks/double-spends.ts";
import { finality } from "../../engines/checks/finality.ts";
import { validity } from "../../engines/checks/validity.ts";
import type { CheckMaker } from "../check.ts";
import { hasManyLiars, type PbftPlan } from "../plan.ts";
import { accountability } from "./accountability.ts";
import { agreement } from "./agreement.ts";
import { certificates } from "./certificates.ts";
import { checkpoints } from "./checkpoints.ts";
import { doubleVotes } from "./double-votes.ts";
import { durableVotes } from "./durable-votes.ts";
import { evidence } from "./evidence.ts";
import { faults } from "./faults.ts";
import { memberships } from "./memberships.ts";
import { memory } from "./memory.ts";
import { pace } from "./pace.ts";

/** A check as `--list` and the documentation have it. */
export interface CheckEntry {
  readonly make: CheckMaker;
  readonly says: string;
  /** Only while there are no more liars than f: with more it may fail, and nobody is to blame but them. */
  readonly needsFewLiars: boolean;
}

/** All checks. What a world checks by itself comes beside them: `liveness`, `encoding`, `engine`, `endless`. */
export const CHECKS: Readonly<Record<string, CheckEntry>> = {
  agreement: {
    make: agreement,
    says: "no two correct processes decide different blocks at one height",
    needsFewLiars: true,
  },
  validity: {
    make: validity,
    says: "every decided block is valid on the chain that it is added to",
    needsFewLiars: false,
  },
  certificates: {
    make: certificates,
    says: "commit certificates hold under the members of their height, and none can exist for a second block",
    needsFewLiars: true,
  },
  "double-votes": {
    make: doubleVotes,
    says: "a correct process never contradicts what it signed before, nor votes below a view that it left",
    needsFewLiars: false,
  },
  "durable-votes": {
    make: durableVotes,
    says: "what a vote rests on is on the disk before the vote leaves",
    needsFewLiars: false,
  },
  "double-spends": {
    make: doubleSpends,
    says: "no transaction is in a chain twice",
    needsFewLiars: false,
  },
  finality: {
    make: finality,
    says: "the chain of a correct process only grows, crash or no crash",
    needsFewLiars: false,
  },
  memberships: {
    make: memberships,
    says: "changes of the members take effect everywhere at the same height",
    needsFewLiars: false,
  },
  checkpoints: {
    make: checkpoints,
    says: "the state after a height is the same everywhere, and becomes a stable checkpoint while a quorum is up",
    needsFewLiars: true,
  },
  evidence: {
    make: evidence,
    says: "evidence is two contradicting votes that one member signed, never against a correct one; who has it tells",
    needsFewLiars: false,
  },
  faults: {
    make: faults,
    says: "no correct process holds for wrong what a correct one sent",
    needsFewLiars: false,
  },
  memory: {
    make: memory,
    says: "what a process keeps in memory stays within the stated bounds",
    needsFewLiars: false,
  },
  pace: {
    make: pace,
    says: "on a day on which nothing is wrong a transaction is final without waiting for a timer",
    needsFewLiars: false,
  },
  accountability: {
    make: accountability,
    says: "a fork under more liars than f proves f + 1 of them guilty; nothing ever proves a correct one guilty",
    needsFewLiars: false,
  },
};

/** The checks that must hold in a world of this plan. */
export function checksOf(plan: PbftPlan): readonly CheckMaker[] {
  const isSafe = !hasManyLiars(plan);
  return Object.values(CHECKS).flatMap(({ make, needsFewLiars }) => (isSafe || !needsFewLiars ? [make] : []));
}
