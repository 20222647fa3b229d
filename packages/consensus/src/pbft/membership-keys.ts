// Which members a node votes for, by the keys that it holds. Says nothing of what a key has signed: that is the guard's.
import type { MemberIndex, Membership, PublicKey } from "@witan/primitives";

/** The members whose voting key is among `keys`, ascending. More than one: keys of two members are in one home. */
export function membersWith(membership: Membership, keys: readonly PublicKey[]): readonly MemberIndex[] {
  const found: MemberIndex[] = [];
  membership.members.forEach(({ votingKey }, index) => {
    if (keys.includes(votingKey)) found.push(index as MemberIndex);
  });
  return found;
}
