// No transaction is in a chain twice.
import { Violation } from "../../world/violation.ts";
import type { ChainCheckMaker } from "./check.ts";

/** A block of a correct process holds nothing that is in it twice, or in its chain already. */
export const doubleSpends: ChainCheckMaker = () => ({
  name: "double-spends",
  decided: (at, _certificate, { hash, height, holds }) => {
    if (at.lies) return;
    const again = holds.find((id, place) => at.disk.held.has(id) || holds.indexOf(id) !== place);
    if (again === undefined) return;
    throw new Violation(
      "double-spends",
      `transaction ${again} is in block ${hash.slice(0, 8)} at height ${height} of p${at.place}, and was in its chain`,
    );
  },
});
