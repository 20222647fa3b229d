// Rounds are entered one after another: nobody makes them run away.
import { Violation } from "../../world/violation.ts";
import type { CheckMaker } from "../check.ts";

/** No acceptor goes further than one round above the highest that any acceptor was in. */
export const rounds: CheckMaker = () => {
  /** By membership. */
  const highest = new Map<number, number>();
  return {
    name: "rounds",
    wrote: (at, record) => {
      if (at.lies || record.kind !== "progress") return;
      const { membership, round } = record;
      const before = highest.get(membership) ?? 0;
      if (round > before + 1)
        throw new Violation(
          "rounds",
          `p${at.place} goes to round ${round}, and no acceptor was above round ${before}`,
        );
      highest.set(membership, Math.max(before, round));
    },
  };
};
