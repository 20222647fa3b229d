// The checks of worlds of proof of work, by name.
import type { PowCheckMaker } from "../check.ts";
import { doubleSpends, headers, supply } from "./chains.ts";
import { blame, memory, mining } from "./conduct.ts";
import { mostWork, neverAgain, switches } from "./work.ts";

/** By name. */
export const POW_CHECKS: Readonly<Record<string, PowCheckMaker>> = {
  "double-spends": { says: "no coin is spent twice in one chain", make: doubleSpends },
  supply: { says: "no chain holds more money than subsidies allow", make: supply },
  headers: {
    says: "every block of a chain has the target prescribed there, meets it, and is later than the median of 11",
    make: headers,
  },
  switches: {
    says: "what is undone and applied connects, is at hand, and has more work than what it replaces",
    make: switches,
  },
  "never-again": { says: "what broke a rule is not tried again, after a restart either", make: neverAgain },
  "most-work": { says: "a chain stands on the most work that is at hand and holds", make: mostWork },
  mining: { says: "miners mine on their chain, under the target prescribed there", make: mining },
  blame: { says: "nobody is blamed for what keeps the rules", make: blame },
  memory: { says: "engines keep no more than they may", make: memory },
};
