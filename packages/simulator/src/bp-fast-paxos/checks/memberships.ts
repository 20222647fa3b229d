// Changes of the members take effect everywhere at the same height, and in the engine at once.
import type { AppliedInput, BpfpStatus } from "@witan/consensus";
import { fastQuorum, type Membership } from "@witan/primitives";
import { Violation } from "../../world/violation.ts";
import type { CheckMaker } from "../check.ts";
import type { Process } from "../process.ts";

/** Of each height all correct processes, and their engines, have the same members. */
export const memberships: CheckMaker = () => {
  const known = new Map<number, string>();
  return {
    name: "memberships",
    applied: (at, { height, members: changed }) => {
      if (at.lies) return;
      const next = at.membershipAt(height + 1);
      const members = textOf(next);
      const before = known.get(height + 1) ?? members;
      known.set(height + 1, before);
      if (before !== members || (changed !== undefined && next?.members !== changed))
        throw new Violation(
          "memberships",
          `height ${height + 1} is decided by ${members} at p${at.place}, elsewhere by ${before}`,
        );
    },
    stepped: (at, input) => {
      if (input.kind !== "applied" || at.lies) return;
      const wrong = wrongWith(at.engine.status(), at, input);
      if (wrong !== undefined)
        throw new Violation(
          "memberships",
          `the engine of p${at.place} ${wrong} after block ${input.height}, which is followed by ${textOf(input.membership)}`,
        );
    },
  };
};

/** Where an engine stands otherwise than the block that was applied says; undefined: nowhere. */
function wrongWith(
  status: BpfpStatus,
  at: Process,
  { height, membership }: AppliedInput,
): string | undefined {
  const me = at.indexIn(membership);
  const acceptors = membership.members.filter(({ role }) => role === "acceptor").length;
  if (status.height !== height + 1) return `is at height ${status.height}`;
  if (status.membership !== membership.from) return `counts by the members from ${status.membership}`;
  if (status.quorum !== fastQuorum(acceptors)) return `waits for ${status.quorum} votes`;
  return (status.me ?? -1) === me ? undefined : `takes itself for member ${status.me}`;
}

function textOf(membership: Membership | undefined): string {
  if (membership === undefined) return "nobody known";
  const { from, members } = membership;
  return `${members.map(({ name, votingKey }) => `${name}/${votingKey.slice(-1)}`).join(" ")} (from ${from})`;
}
