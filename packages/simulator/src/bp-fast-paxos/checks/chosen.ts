// What is chosen: a block that a quorum of acceptors has voted for in one round, durably, whoever knows of it. There is one
// at a height, and nothing else is ever decided.
import { castOf } from "@witan/consensus";
import { fastQuorum, type Height, type Membership } from "@witan/primitives";
import { Violation } from "../../world/violation.ts";
import type { CheckMaker } from "../check.ts";

/** One block is chosen at a height, and only what is chosen is decided. */
export const chosen: CheckMaker = (world) => {
  const byHeight = new Map<number, string>();
  const voters = new Map<string, Set<number>>();
  const membersFrom = (from: Height): Membership | undefined => {
    for (const { disk } of world.correct) {
      const found = disk.memberships.find((one) => one.from === from);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return {
    name: "chosen",
    wrote: (at, record) => {
      if (at.lies || record.kind !== "progress" || record.vote === undefined) return;
      const { height, round, blockHash } = record.vote;
      const name = `${record.membership} ${round} ${height} ${blockHash}`;
      const before = voters.get(name) ?? new Set();
      voters.set(name, before);
      before.add(at.place);
      const members = membersFrom(record.membership);
      if (members === undefined || before.size < fastQuorum(castOf(members).acceptors.length)) return;
      const first = byHeight.get(height);
      if (first === undefined) byHeight.set(height, blockHash);
      else if (first !== blockHash)
        throw new Violation(
          "chosen",
          `two blocks are chosen at height ${height}: ${first.slice(0, 8)}, and ${blockHash.slice(0, 8)} in round ${round}`,
        );
    },
    decided: (at, _certificate, { height, hash }) => {
      if (at.lies || byHeight.get(height) === hash) return;
      const is = byHeight.get(height)?.slice(0, 8) ?? "nothing";
      throw new Violation(
        "chosen",
        `p${at.place} decided ${hash.slice(0, 8)} at height ${height}, where ${is} is chosen`,
      );
    },
  };
};
