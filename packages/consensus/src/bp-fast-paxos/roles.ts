// Who does what in BP Fast Paxos: proposers at the edge, acceptors inside, and nobody both.
import { type MemberIndex, type Membership, proposingRole, voters } from "@witan/primitives";

/** What a process is; undefined: an observer, which learns only. */
export type Part = "proposer" | "acceptor";

/** The members by what they do: positions in the list of members, ascending. */
export interface Cast {
  readonly proposers: readonly MemberIndex[];
  readonly acceptors: readonly MemberIndex[];
}

/** Who proposes and who accepts. */
export function castOf(membership: Membership): Cast {
  const role = proposingRole(membership.mode);
  const proposers: MemberIndex[] = [];
  membership.members.forEach((member, index) => {
    if (member.role === role) proposers.push(index as MemberIndex);
  });
  return { proposers, acceptors: voters(membership) };
}

/** p(round): the proposer of a round; undefined if there are no proposers. */
export function proposerOf(round: number, { proposers }: Cast): MemberIndex | undefined {
  return proposers[round % proposers.length];
}
