// Rules of the engine for a primary that has announced its view: what it says again, and what it says no more.
import type { Mutation } from "./mutation.ts";

const PBFT = "consensus/src/pbft";

/** By name. */
export const ANNOUNCED_VIEWS: Readonly<Record<string, Mutation>> = {
  "asks-for-announced-view": {
    says: "asks for its view again, as primary, after it has announced it",
    file: `${PBFT}/meeting.ts`,
    replace: [
      "state.broadcast(announced ?? ownViewChange(state));",
      "state.broadcast(ownViewChange(state));\n    if (announced) state.broadcast(announced);",
    ],
    checks: ["double-votes"],
    wishes: { conducts: ["silent-to-some"], members: 4, liars: 1 },
    ...{ from: 165, seeds: 60 },
  },
};
