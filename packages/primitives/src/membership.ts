// Who the members are, and how many of them make a quorum. Consensus knows a membership by nothing else.
import type { Hash, Height, MemberIndex, PeerId, PolicyHash, PublicKey } from "./ids.ts";
import { byzantineQuorum, fastQuorum } from "./quorum.ts";

/** How blocks come to count. */
export type ConsensusMode = "pbft" | "bp-fast-paxos" | "pow";

/** What a member does. Validators belong to PBFT, proposers and acceptors to BP Fast Paxos. */
export type Role = "validator" | "proposer" | "acceptor";

/** One member, as genesis and governance name it. */
export interface Member {
  /** 1 to 32 characters of `a-z`, `0-9` and `-`; unique among the members. */
  readonly name: string;
  readonly role: Role;
  /** Signs votes, and nothing else. */
  readonly votingKey: PublicKey;
  /** Names the member on the network. */
  readonly peerId: PeerId;
  /** Approves governance; can stay off the machine. */
  readonly operatorKey: PublicKey;
  /** Where rewards go; 32 zero bytes: nowhere, the fees are destroyed. */
  readonly rewardPolicy: PolicyHash;
}

/** The members, and the height of the first block that they decide. */
export interface Membership {
  readonly mode: ConsensusMode;
  /** Names this membership in votes and certificates. */
  readonly from: Height;
  readonly members: readonly Member[];
}

/** The role whose members vote, decide, and approve governance; undefined in proof of work, which has none. */
export function votingRole(mode: ConsensusMode): Role | undefined {
  if (mode === "pbft") return "validator";
  return mode === "bp-fast-paxos" ? "acceptor" : undefined;
}

/** The role whose members propose blocks; undefined in proof of work. */
export function proposingRole(mode: ConsensusMode): Role | undefined {
  if (mode === "pbft") return "validator";
  return mode === "bp-fast-paxos" ? "proposer" : undefined;
}

/** The positions, in the list of members, of those that vote: ascending. */
export function voters(membership: Membership): readonly MemberIndex[] {
  const role = votingRole(membership.mode);
  const found: MemberIndex[] = [];
  membership.members.forEach((member, index) => {
    if (member.role === role) found.push(index as MemberIndex);
  });
  return found;
}

/**
 * How many of `voterCount` voters decide a block, and approve a change of governance.
 * @param voterCount at least 1
 */
export function quorumOf(mode: "pbft" | "bp-fast-paxos", voterCount: number): number {
  return mode === "pbft" ? byzantineQuorum(voterCount) : fastQuorum(voterCount);
}

/** A block as certificates name it. */
export interface BlockReference {
  readonly height: Height;
  readonly hash: Hash;
}
