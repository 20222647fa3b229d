// Whose turn it is, in words that every protocol shares: views have primaries, rounds have proposers. For those who look
// at consensus; decides nothing.
import type { RoundCause } from "@witan/consensus";
import type { ConsensusMode, Height, MemberIndex, Membership, Network, PeerId } from "@witan/primitives";
import type { ConsensusStatus, VoteStatus } from "./consensus-host.ts";

/** A view of PBFT, or a round of BP Fast Paxos. */
export interface Turn {
  readonly mode: ConsensusMode;
  readonly membership: Height;
  readonly height: Height;
  readonly number: number;
  /** Its primary, or its proposer. */
  readonly leader: MemberIndex | undefined;
  readonly phase: VoteStatus["phase"];
  /** It was asked for, and has not begun. */
  readonly isChanging: boolean;
  /** Why the one before was given up, where the protocol knows of more than one reason. */
  readonly cause: RoundCause | undefined;
  /** Who asks for another one, or asked for this one. */
  readonly asked: readonly MemberIndex[];
  /** Votes that were seen, of all kinds. */
  readonly votes: number;
}

/** The turn of this moment. */
export function turnOf(status: VoteStatus): Turn {
  const { mode, membership, height, phase } = status;
  const common = { mode, membership, height, phase };
  if (status.mode === "pbft") {
    const { view, primary, prepares, commits, viewChanges } = status;
    return {
      ...common,
      ...{ number: view, leader: primary, isChanging: phase === "changingView", asked: viewChanges },
      cause: undefined,
      votes: prepares.length + commits.length + viewChanges.length,
    };
  }
  const { round, proposer, cause, learns, suspicions, promises } = status;
  return {
    ...common,
    ...{ number: round, leader: proposer, isChanging: phase === "changingTrust", asked: suspicions },
    cause,
    votes: learns.length + suspicions.length + promises.length,
  };
}

/** Who proposes the next block; undefined: nobody in particular, the turn is changing, or it can't be reached. */
export function leaderOf(
  status: ConsensusStatus,
  { members }: Membership,
  network: Pick<Network, "self" | "isConnected">,
): PeerId | undefined {
  if (status.mode === "pow") return undefined;
  const { leader, isChanging } = turnOf(status);
  const peer = members[leader ?? -1]?.peerId;
  if (peer === undefined || isChanging) return undefined;
  return peer === network.self || network.isConnected(peer) ? peer : undefined;
}
