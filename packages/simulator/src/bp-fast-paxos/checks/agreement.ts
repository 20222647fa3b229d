// One block per height, for acceptors and for all who learn.
import { Violation } from "../../world/violation.ts";
import type { CheckMaker } from "../check.ts";

/** No two correct processes decide differently, ever. */
export const agreement: CheckMaker = () => {
  const decisions = new Map<
    number,
    { readonly hash: string; readonly place: number; readonly round: number }
  >();
  return {
    name: "agreement",
    decided: (at, _certificate, { height, hash }) => {
      if (at.lies) return;
      const { round } = at.engine.status();
      const first = decisions.get(height);
      if (first === undefined) decisions.set(height, { hash, place: at.place, round });
      else if (first.hash !== hash)
        throw new Violation(
          "agreement",
          `two blocks decided at height ${height}: ${first.hash.slice(0, 8)} by p${first.place}, which was in round ` +
            `${first.round}, ${hash.slice(0, 8)} by p${at.place}, which is in round ${round}`,
        );
    },
  };
};
