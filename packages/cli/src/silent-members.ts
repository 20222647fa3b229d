// Which members a node does not hear from: who is not connected to it, and whose vote the present step still waits for.
// A moment's view: on a busy chain a vote that is missing now comes a millisecond later.
import type { ResultOf } from "@witan/rpc";

type Consensus = ResultOf<"consensus_status">;
type Member = ResultOf<"consensus_membership">["members"][number];
type Peer = ResultOf<"node_peers">["peers"][number];

/** A member that is not heard from. */
export interface SilentMember {
  readonly name: string;
  readonly connected: boolean;
  /** Whether the step that consensus is in waits for its vote. */
  readonly waitedFor: boolean;
  /** Why the last connection ended or failed, if it is down. */
  readonly lastFailure: string | null;
}

/** Members, the node itself aside, that are not connected or not in the votes of the present step. */
export function silentMembers(
  consensus: Consensus,
  members: readonly Member[],
  peers: readonly Peer[],
): readonly SilentMember[] {
  const voted = votesOf(consensus);
  return members.flatMap(({ name, role, peerId }) => {
    if (name === consensus.me) return [];
    const peer = peers.find((one) => one.peerId === peerId);
    const connected = peer?.connected ?? false;
    const waitedFor = role === "validator" && voted !== undefined && !voted.includes(name);
    if (connected && !waitedFor) return [];
    return [{ name, connected, waitedFor, lastFailure: connected ? null : (peer?.lastFailure ?? null) }];
  });
}

/** Who has prepared: the proposal itself stands for the vote of its primary, which sends no other. */
export function preparedBy({ primary, prepares, phase }: Consensus): readonly string[] {
  const isProposed = phase === "proposed" || phase === "prepared" || phase === "deciding";
  return isProposed ? [...new Set([primary, ...prepares])] : prepares;
}

/** Whose votes of the present step are there; undefined if it is one without votes. */
function votesOf(consensus: Consensus): readonly string[] | undefined {
  switch (consensus.phase) {
    case "proposed":
      return preparedBy(consensus);
    case "prepared":
      return consensus.commits;
    case "changingView":
      return consensus.viewChanges;
    case "idle":
    case "deciding":
      return undefined;
  }
}

/** A silent member for people: what is missing. */
export function silentText({ name, connected, waitedFor, lastFailure }: SilentMember): string {
  const why = lastFailure === null ? "" : ` (${lastFailure})`;
  const missing = [
    ...(connected ? [] : [`not connected${why}`]),
    ...(waitedFor ? ["its vote has not come"] : []),
  ];
  return `${name}: ${missing.join(", ")}`;
}
