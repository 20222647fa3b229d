// What a mutation of whole nodes is.
import type { Mutation } from "../../pbft/mutations/mutation.ts";
import type { NodesWishes } from "../make-nodes-plan.ts";
import type { NodesPlan } from "../plan.ts";

/** A rule that is left out, and where that shows. */
export interface NodeMutation<Wishes = NodesWishes> extends Omit<Mutation, "wishes"> {
  /** What is not left to the seeds of its worlds: so that few are enough. */
  readonly wishes?: Wishes;
  /** In the place of what a seed makes. */
  readonly plan?: Partial<NodesPlan>;
}

type Circumstances = Pick<NodeMutation, "wishes" | "plan">;

/** So long worlds go on in which nothing must happen first. */
const BRIEF_US = 4_000_000;

/** Four members, of whom the first primary lies; nothing else befalls them. */
export function lied(...taps: readonly string[]): Circumstances {
  return {
    wishes: { members: 4, liars: 1, taps, twins: false, network: "lan" },
    plan: {
      kindAtUs: BRIEF_US,
      faults: [],
      changes: [],
      spares: 0,
      liars: [{ node: 0, conducts: taps, twin: false }],
    },
  };
}

/** Four members on a good day. */
export const CALM: Circumstances = {
  wishes: { members: 4, liars: 0, network: "lan" },
  plan: { kindAtUs: BRIEF_US, faults: [], changes: [], spares: 0 },
};

/** Four members who keep the rules, and everything else. */
export const HONEST: Circumstances = { wishes: { members: 4, liars: 0 } };
