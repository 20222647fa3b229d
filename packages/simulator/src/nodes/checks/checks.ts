// What is looked at in every world of whole nodes, by name.
import type { NodeCheckMaker } from "../check.ts";
import { agreement, checkpoints, fates } from "./chains.ts";
import { blame, bounds, failures, guard, votes } from "./conduct.ts";
import { replay } from "./replay.ts";

/** By the names that violations use. The world itself adds `liveness`, `validity`, `answers` and `damage`. */
export const NODE_CHECKS: Readonly<Record<string, { readonly says: string; readonly make: NodeCheckMaker }>> =
  {
    agreement: { says: "one block per height, at all correct nodes, across their lives", make: agreement },
    fates: {
      says: "one fate for each transaction, and what a client was told is final stays so",
      make: fates,
    },
    checkpoints: { says: "the same digest of the state after the same block", make: checkpoints },
    votes: { says: "no two votes of a correct validator for one slot, across crashes", make: votes },
    guard: { says: "no signature that the guard of a correct validator refuses", make: guard },
    blame: { says: "no correct node is blamed by a correct one", make: blame },
    failures: { says: "no correct node stops by itself, but for its disk", make: failures },
    bounds: { says: "what waits in a node stays within its bounds", make: bounds },
    replay: {
      says: "chains, certificates, supply and balances hold when judged anew from the genesis",
      make: replay,
    },
  };
