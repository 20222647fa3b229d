// What befalls a world of PBFT engines.
import { byzantineMax } from "@witan/primitives";
import type { EnginePlan } from "../engines/plan.ts";

export {
  type HostPlan,
  KIND_HOST,
  MESSAGE_BYTES,
  QUICK_HOST,
  type TransactionPlan,
} from "../engines/plan.ts";

/** A validator that lies, and how: names of conducts. */
export interface LiarPlan {
  readonly node: number;
  readonly conducts: readonly string[];
  /** A second process with the same keys and a state of its own. */
  readonly twin: boolean;
}

/** The circumstances of a world of PBFT engines. */
export interface PbftPlan extends EnginePlan {
  /** Members at the beginning: the nodes 0 to `members` - 1. */
  readonly members: number;
  /** Nodes that are no members yet. */
  readonly spares: number;
  /** Liars are nodes; their twins have the places behind all nodes, in this order. */
  readonly liars: readonly LiarPlan[];
  /** As in PbftConfig, in ticks. */
  readonly viewTicks: number;
  readonly viewTicksMax: number;
  /** Whom a block that changes the members changes: one is added, removed or gets a new key; or several; or all hand over to those outside. */
  readonly changes: "one" | "several" | "all";
  /** What clients send from a moment on is final somewhere so long after it was sent; undefined: by timers alone. */
  readonly pace?: { readonly fromUs: number; readonly withinUs: number };
}

/** Whether there are more liars than the members can bear: then neither agreement nor liveness is owed. */
export function hasManyLiars({ members, liars }: Pick<PbftPlan, "members" | "liars">): boolean {
  return liars.length > byzantineMax(members);
}
