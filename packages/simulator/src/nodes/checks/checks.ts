// What is looked at in every world of whole nodes, by name.
import type { NodeCheckMaker } from "../check.ts";
import { type NodesPlan, owedIn } from "../plan.ts";
import { accountability } from "./accountability.ts";
import { certificates, evidence, promises } from "./bp-fast-paxos.ts";
import { agreement, checkpoints, fates } from "./chains.ts";
import { blame, bounds, failures, guard, votes } from "./conduct.ts";
import { replay } from "./replay.ts";
import { validity } from "./validity.ts";

/** A check as `--list` has it. */
export interface NodeCheckEntry {
  readonly says: string;
  readonly make: NodeCheckMaker;
  /** Only while there are no more liars than f. Others see to it themselves that they ask no more than holds. */
  readonly needsFewLiars?: true;
}

/** By the names that violations use. The world itself adds `liveness`, `answers`, `damage`, `proofs` and `supply`. */
export const NODE_CHECKS: Readonly<Record<string, NodeCheckEntry>> = {
  agreement: {
    says: "one block per height, at all correct nodes, across their lives",
    make: agreement,
    needsFewLiars: true,
  },
  fates: {
    says: "one fate for each transaction, and what a client was told is final stays so",
    make: fates,
  },
  checkpoints: { says: "the same digest of the state after the same block", make: checkpoints },
  votes: { says: "no two votes of a correct node for one slot, across crashes", make: votes },
  validity: {
    says: "no vote for a block that breaks a rule, nothing of it kept, and nothing final that must never be",
    make: validity,
  },
  guard: { says: "no vote that the guard of a correct node refuses", make: guard },
  blame: { says: "no correct node is blamed by a correct one", make: blame },
  failures: { says: "no correct node stops by itself, but for its disk", make: failures },
  bounds: { says: "what waits in a node stays within its bounds", make: bounds },
  replay: {
    says: "chains, certificates, supply and balances hold when judged anew from the genesis",
    make: replay,
  },
  accountability: {
    says: "a fork under more liars than f proves f + 1 of them guilty; no disk ever proves a correct one guilty",
    make: accountability,
  },
};

const { accountability: _forks, ...shared } = NODE_CHECKS;

/** The same of BP Fast Paxos. Proofs and replays want certificates, which come after their blocks: so these are first. */
export const BPFP_NODE_CHECKS: Readonly<Record<string, NodeCheckEntry>> = {
  certificates: {
    says: "every final block has its certificate soon, at all correct nodes",
    make: certificates,
  },
  ...shared,
  promises: {
    says: "no acceptor speaks below a round that it promised, or leaves a vote out of a promise, across crashes",
    make: promises,
  },
  evidence: { says: "evidence that a correct node keeps accuses nobody who keeps the rules", make: evidence },
};

/** The checks that must hold in a world of this plan. */
export function nodeChecksOf(plan: NodesPlan): readonly NodeCheckMaker[] {
  const { agreement: isSafe } = owedIn(plan);
  const checks = plan.consensus.kind === "pbft" ? NODE_CHECKS : BPFP_NODE_CHECKS;
  return Object.values(checks).flatMap(({ make, needsFewLiars }) => (isSafe || !needsFewLiars ? [make] : []));
}
