// A register on several servers, and one client that writes and reads it: the lecture's first designs, which order
// nothing yet. What befalls such a world, as data.
import type { Plan } from "../../world/plan.ts";

/** What a server does that does not keep to the rules. */
export type RegisterLie =
  /** Answers nothing. */
  | "silent"
  /** Says that it has written, and has not. */
  | "keeps-nothing";

/** What the client does. It begins one operation when the one before is done. */
export interface Operation {
  readonly kind: "write" | "read";
  /** Not before this. */
  readonly atUs: number;
}

/** The circumstances of a world of registers. */
export interface RegisterPlan extends Pick<Plan, "seed" | "network" | "kindAtUs"> {
  readonly servers: number;
  /** So many servers must answer alike. */
  readonly replies: number;
  readonly liars: readonly { readonly server: number; readonly lie: RegisterLie }[];
  readonly operations: readonly Operation[];
  /** So long after the world turned kind everything is done. */
  readonly boundUs: number;
}
