// One block per height, and every chain a beginning of the longest.
import { Violation } from "../../world/violation.ts";
import type { CheckMaker } from "../check.ts";

/** No two correct processes decide differently, ever. */
export const agreement: CheckMaker = () => {
  const decisions = new Map<
    number,
    { readonly hash: string; readonly place: number; readonly view: number }
  >();
  return {
    name: "agreement",
    decided: (at, { view }, { height, hash }) => {
      if (at.lies) return;
      const first = decisions.get(height);
      if (first === undefined) decisions.set(height, { hash, place: at.place, view });
      else if (first.hash !== hash)
        throw new Violation(
          "agreement",
          `two blocks decided at height ${height}, ${first.view === view ? "in one view" : "across views"}: ` +
            `${first.hash.slice(0, 8)} by p${first.place} in view ${first.view}, ${hash.slice(0, 8)} by p${at.place} in view ${view}`,
        );
    },
  };
};
