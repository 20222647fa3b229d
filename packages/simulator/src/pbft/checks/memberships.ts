// Changes of the members take effect everywhere at the same height, and in the engine at once.
import type { AppliedInput, PbftStatus } from "@witan/consensus";
import { byzantineQuorum, type Membership, type PublicKey } from "@witan/primitives";
import { Violation } from "../../world/violation.ts";
import type { CheckMaker } from "../check.ts";

/** Of each height all correct processes, and their engines, have the same members. */
export const memberships: CheckMaker = () => {
  const known = new Map<number, string>();
  return {
    name: "memberships",
    applied: (at, { height, members: changed }) => {
      if (at.lies) return;
      const next = height + 1;
      if (changed !== undefined && at.membershipAt(next)?.members !== changed)
        throw new Violation(
          "memberships",
          `block ${height} changes the members, and p${at.place} counts ${textOf(at.membershipAt(next))} at the next height`,
        );
      const members = textOf(at.membershipAt(next));
      const before = known.get(next);
      if (before === undefined) known.set(next, members);
      else if (before !== members)
        throw new Violation(
          "memberships",
          `height ${next} is decided by ${members} at p${at.place}, elsewhere by ${before}`,
        );
    },
    stepped: (at, input) => {
      if (input.kind !== "applied" || at.lies) return;
      const wrong = wrongWith(at.engine.status(), at.keys, input);
      if (wrong !== undefined)
        throw new Violation(
          "memberships",
          `the engine of p${at.place} ${wrong} after block ${input.height}, which is decided by ${textOf(input.membership)}`,
        );
    },
  };
};

/** Where an engine stands otherwise than the block that was applied says; undefined: nowhere. */
function wrongWith(
  status: PbftStatus,
  keys: readonly PublicKey[],
  { height, membership }: AppliedInput,
): string | undefined {
  const me = membership.members.findIndex(({ votingKey }) => keys.includes(votingKey));
  if (status.height !== height + 1) return `is at height ${status.height}`;
  if (status.membership !== membership.from) return `counts by the members from ${status.membership}`;
  if (status.quorum !== byzantineQuorum(membership.members.length)) return `waits for ${status.quorum} votes`;
  return (status.me ?? -1) === me ? undefined : `takes itself for member ${status.me}`;
}

function textOf(membership: Membership | undefined): string {
  if (membership === undefined) return "nobody known";
  const { from, members } = membership;
  return `${members.map(({ name, votingKey }) => `${name}/${votingKey.slice(-1)}`).join(" ")} (from ${from})`;
}
