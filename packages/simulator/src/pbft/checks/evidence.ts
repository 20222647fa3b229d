// Whoever is accused is guilty: evidence is two votes of one member that contradict each other, and never against a
// correct one.
import { digestOf, type Equivocation, type SignedMessage, sameBallot } from "@witan/consensus";
import type { Membership } from "@witan/primitives";
import { Violation } from "../../world/violation.ts";
import { CHAIN } from "../cast.ts";
import type { CheckMaker } from "../check.ts";
import type { PbftWorld } from "../world.ts";

/** Evidence that correct processes hand out holds. */
export const evidence: CheckMaker = (world) => ({
  name: "evidence",
  accused: (at, found, members) => {
    if (at.lies) return;
    const wrong = wrongWith(world, found, members);
    if (wrong !== undefined)
      throw new Violation("evidence", `p${at.place} accuses member ${found.first.sender}: ${wrong}`);
  },
});

function wrongWith(
  world: PbftWorld,
  { first, second }: Equivocation,
  { members }: Membership,
): string | undefined {
  const member = members[first.sender];
  if (member === undefined || second.sender !== first.sender) return "the votes are not of one member";
  if (!world.cast.isLiar(member.name)) return "it is correct";
  const [a, b] = [first.message, second.message];
  const isOneSlot =
    a.kind === b.kind && a.membership === b.membership && a.view === b.view && a.height === b.height;
  if (!isOneSlot || sameBallot(a, b)) return "the votes do not contradict each other";
  const checks = [first, second].map(({ message, signature }: SignedMessage) => ({
    digest: digestOf(CHAIN, message),
    publicKey: member.votingKey,
    signature,
  }));
  return world.cast.hold(checks) ? undefined : "it has not signed both votes";
}
