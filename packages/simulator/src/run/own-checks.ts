// What every world of engines looks at by itself, and how tables become lists.
import type { Named } from "./outcome.ts";

/** Checks that no world is without. */
export const OWN_CHECKS: readonly Named[] = [
  {
    name: "liveness",
    says: "all that clients sent is final everywhere, soon after the world has turned kind",
  },
  { name: "engine", says: "an engine takes in anything, and never throws" },
  { name: "encoding", says: "every message survives its bytes" },
  { name: "endless", says: "time goes on, and what waits does not grow for ever" },
];

/** The entries of a table, as a list. */
export function namedIn(table: Readonly<Record<string, { readonly says: string }>>): readonly Named[] {
  return Object.entries(table).map(([name, { says }]) => ({ name, says }));
}
