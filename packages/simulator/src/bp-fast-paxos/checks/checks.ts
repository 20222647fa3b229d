// The checks by name: what each finds, and in which worlds it holds.
import { doubleSpends } from "../../engines/checks/double-spends.ts";
import { finality } from "../../engines/checks/finality.ts";
import { validity } from "../../engines/checks/validity.ts";
import type { CheckMaker } from "../check.ts";
import { agreement } from "./agreement.ts";
import { certificates } from "./certificates.ts";
import { checkpoints } from "./checkpoints.ts";
import { chosen } from "./chosen.ts";
import { evidence } from "./evidence.ts";
import { faults } from "./faults.ts";
import { memberships } from "./memberships.ts";
import { memory } from "./memory.ts";
import { proposals } from "./proposals.ts";
import { rounds } from "./rounds.ts";
import { votes } from "./votes.ts";

/** A check as `--list` and the documentation have it. */
export interface CheckEntry {
  readonly make: CheckMaker;
  readonly says: string;
}

/** All checks. What a world checks by itself comes beside them: `liveness`, `encoding`, `engine`, `endless`. */
export const BPFP_CHECKS: Readonly<Record<string, CheckEntry>> = {
  agreement: { make: agreement, says: "no two correct processes decide different blocks at one height" },
  chosen: {
    make: chosen,
    says: "a quorum votes for one block only at a height, in whatever rounds, and only that is decided",
  },
  validity: { make: validity, says: "every decided block is valid on the chain that it is added to" },
  certificates: {
    make: certificates,
    says: "certificates hold under the members of their height, only over decided blocks, and come soon",
  },
  votes: {
    make: votes,
    says: "a correct acceptor votes once in a round, keeps what it promised and tells its votes, crash or no crash",
  },
  proposals: { make: proposals, says: "a correct proposer proposes one block in a round and height" },
  rounds: { make: rounds, says: "rounds are entered one after another: nobody makes them run away" },
  "double-spends": { make: doubleSpends, says: "no transaction is in a chain twice" },
  finality: { make: finality, says: "the chain of a correct process only grows, crash or no crash" },
  memberships: {
    make: memberships,
    says: "changes of the members take effect everywhere at the same height",
  },
  checkpoints: {
    make: checkpoints,
    says: "the state after a height is the same everywhere, and becomes a stable checkpoint",
  },
  evidence: { make: evidence, says: "evidence never accuses a process that keeps the rules" },
  faults: { make: faults, says: "no correct process holds for wrong what a correct one sent" },
  memory: { make: memory, says: "what a process keeps in memory stays within the stated bounds" },
};

/** What makes all checks. */
export const ALL_BPFP_CHECKS: readonly CheckMaker[] = Object.values(BPFP_CHECKS).map(({ make }) => make);
