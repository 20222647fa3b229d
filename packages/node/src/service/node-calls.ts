// Methods about the node itself: who it is, whom it is connected to, whether it is fit to serve.
import { formatPeerId } from "@witan/crypto";
import { type ConsensusMode, present, voters } from "@witan/primitives";
import type { VoteStatus } from "../consensus/consensus-host.ts";
import { otherPeerKey, otherPeerKeyReason } from "../consensus/peer-key.ts";
import { turnOf } from "../consensus/turn.ts";
import { PROTOCOL_VERSIONS } from "../wire.ts";
import { type Calls, isBehind, type ServiceContext } from "./context.ts";

/** The methods named `node_…`. */
export function nodeCalls(context: ServiceContext): Calls<"node"> {
  const { settings, ports, chain } = context;
  const mode: ConsensusMode = settings.chain.mode;
  const mines = mode === "pow" && settings.proofOfWork?.rewardPolicy !== undefined;
  const member = () => {
    const { members } = chain.governance.membership;
    return members.find(({ votingKey }) => ports.signer.publicKeys.includes(votingKey));
  };
  return {
    node_status: async () => {
      const { height, hash, header } = chain.tip;
      const target = context.syncTarget();
      return {
        agent: settings.agent,
        chainId: settings.chain.chainId,
        network: settings.chain.genesis.name,
        mode,
        role: member()?.role ?? (mines ? "miner" : "observer"),
        member: member()?.name ?? null,
        height,
        hash,
        timestamp: header.timestamp,
        peers: context.connectedCount(),
        syncing: target === undefined ? null : { target },
        startedAt: context.startedAt,
        verifier: { backend: ports.verifier.name, workers: settings.verifierWorkers },
        rulesVersion: chain.governance.state.parameters.rulesVersion,
        protocolVersions: [...PROTOCOL_VERSIONS],
      };
    },
    node_peers: async () => ({
      peers: ports.network.peers().map((peer) => ({
        peerId: formatPeerId(peer.id),
        name: peer.name,
        connected: peer.connected,
        direction: peer.direction ?? null,
        address: peer.address ?? null,
        since: peer.since ?? null,
        bytesSent: peer.bytesSent,
        bytesReceived: peer.bytesReceived,
        dropped: peer.dropped,
        lastFailure: peer.lastFailure ?? null,
        bannedUntil: peer.bannedUntil ?? null,
      })),
    }),
    node_health: async () => {
      const reasons = unfitness(context);
      return { fit: reasons.length === 0, reasons };
    },
  };
}

interface Reason {
  readonly reason: string;
  readonly message: string;
}

/** Why a node is not fit to serve. */
function unfitness(context: ServiceContext): Reason[] {
  const { chain, settings } = context;
  const { status } = context.consensus;
  const { height } = chain.tip;
  const reasons: Reason[] = [];
  const target = context.syncTarget();
  if (target !== undefined && isBehind(context))
    reasons.push({
      reason: "behind",
      message: `peers are at height ${target}, this node at ${height}: it is fetching the blocks between`,
    });
  reasons.push(...(status.mode === "pow" ? workUnfitness(context) : voteUnfitness(context, status)));
  if (context.isStopping()) reasons.push({ reason: "stopping", message: `${settings.agent} is stopping` });
  return reasons;
}

/** Why what this node takes for the chain may not be that of the others. */
function workUnfitness({ connectedCount, ports }: ServiceContext): Reason[] {
  if (connectedCount() > 0 || ports.network.peers().length === 0) return [];
  const message =
    "no peer is connected, so nothing is heard of blocks that others find, and what this node tells is its own branch, which may be undone: see witan peers (node_peers) for why";
  return [{ reason: "too-few-peers", message }];
}

/** Why nothing may become final here now, or not with this node's part. */
function voteUnfitness(context: ServiceContext, status: VoteStatus): Reason[] {
  const { chain, ports } = context;
  const reasons: Reason[] = [];
  const { quorum, me, silentUntil } = status;
  const { membership } = chain.governance;
  const { number, isChanging } = turnOf(status);
  const deciding = voters(membership).map((voter) => present(membership.members[voter], "a voter"));
  const own = membership.members[me ?? -1];
  const others = deciding.filter((member) => member !== own);
  const reached = others.filter(({ peerId }) => ports.network.isConnected(peerId)).length;
  const reachable = reached + (deciding.length - others.length);
  const names = deciding[0]?.role === "acceptor" ? "acceptor" : "member";
  if (others.length > 0 && reachable < quorum)
    reasons.push({
      reason: "too-few-peers",
      message: `${reached === 1 ? `1 other ${names} is` : `${reached} other ${names}s are`} connected; with fewer than ${quorum} ${names === "member" ? "validators" : "acceptors"} nothing becomes final: see witan peers (node_peers) for why`,
    });
  if (isChanging)
    reasons.push(
      status.mode === "pbft"
        ? {
            reason: "changing-view",
            message: `validators wait for view ${number} to begin: see consensus_status for who asks for it`,
          }
        : {
            reason: "changing-trust",
            message: `acceptors wait for round ${number} to begin: see consensus_explain for whose it is`,
          },
    );
  if (silentUntil !== undefined)
    reasons.push({
      reason: "votes-forgotten",
      message: `the data are older than the signer guard, so this ${status.mode === "pbft" ? "validator" : "member"} has forgotten what it voted for: it signs no vote up to height ${silentUntil}, and votes again by itself from the next`,
    });
  const other = isBehind(context) ? undefined : otherPeerKey(membership, ports);
  if (other !== undefined)
    reasons.push({
      reason: "peer-key-replaced",
      message: otherPeerKeyReason(other),
    });
  return reasons;
}
