// What correct proposers propose: one block in a round and height, across crashes, and with a proof that holds.
import { Violation } from "../../world/violation.ts";
import type { CheckMaker } from "../check.ts";

/** No correct proposer proposes twice. */
export const proposals: CheckMaker = () => {
  const known = new Map<string, string>();
  return {
    name: "proposals",
    said: (at, message) => {
      if (at.lies || message.kind !== "accept") return;
      const { membership, round, height, blockHash } = message;
      const key = `${at.place} ${membership} ${round} ${height}`;
      const before = known.get(key);
      known.set(key, before ?? blockHash);
      if (before !== undefined && before !== blockHash)
        throw new Violation(
          "proposals",
          `p${at.place} proposes two blocks at height ${height} in round ${round}: ${before.slice(0, 8)} and ${blockHash.slice(0, 8)}`,
        );
    },
  };
};
