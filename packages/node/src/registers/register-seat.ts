// Whose replica a node is, and since when without a break. Who comes back is new: it missed what was written meanwhile.
import type { Memberships } from "@witan/consensus";
import { type Height, type Membership, type PublicKey, voters } from "@witan/primitives";
import type { ChainKeeper } from "../chain/chain-keeper.ts";
import type { VoteSigner } from "../ports.ts";

/** A node's place among the replicas. */
export interface RegisterSeat {
  /** The member's voting key. */
  readonly key: PublicKey;
  /** The height from which the members count that it is one of. */
  readonly membership: Height;
  /** From which height on it has voted ever since; undefined: from the genesis on, when there were no registers. */
  readonly since: Height | undefined;
}

/** What a seat follows from. */
export interface SeatSource {
  readonly chain: Pick<ChainKeeper, "governance" | "memberships">;
  readonly signer: Pick<VoteSigner, "publicKeys">;
}

/** The place of the member that votes now with one of this node's keys; undefined: there is none. */
export function registerSeat({ chain, signer }: SeatSource): RegisterSeat | undefined {
  const { membership } = chain.governance;
  const own = voters(membership)
    .map((voter) => membership.members[voter])
    .find((member) => member !== undefined && signer.publicKeys.includes(member.votingKey));
  if (own === undefined) return undefined;
  const since = votesSince(own.name, membership, chain.memberships);
  return { key: own.votingKey, membership: membership.from, since };
}

/** A member may have had other keys; its name it keeps. */
function votesSince(name: string, membership: Membership, memberships: Memberships): Height | undefined {
  let { from } = membership;
  for (;;) {
    const before = from > 0 ? memberships((from - 1) as Height) : undefined;
    if (before === undefined || before.from === from) return undefined;
    if (!voters(before).some((voter) => before.members[voter]?.name === name)) return from;
    from = before.from;
  }
}
