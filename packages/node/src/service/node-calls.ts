// Methods about the node itself: who it is, whom it is connected to, whether it is fit to serve.
import { formatPeerId } from "@witan/crypto";
import type { ConsensusMode } from "@witan/primitives";
import { PROTOCOL_VERSIONS } from "../wire.ts";
import { type Calls, isBehind, type ServiceContext } from "./context.ts";

/** The methods named `node_…`. */
export function nodeCalls(context: ServiceContext): Calls<"node"> {
  const { settings, ports, chain } = context;
  const mode: ConsensusMode = settings.chain.mode;
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
        role: member() === undefined ? "observer" : "validator",
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

/** Why a node is not fit to serve. */
function unfitness(context: ServiceContext): { reason: string; message: string }[] {
  const { chain, settings } = context;
  const { height } = chain.tip;
  const reasons: { reason: string; message: string }[] = [];
  const target = context.syncTarget();
  if (target !== undefined && isBehind(context))
    reasons.push({
      reason: "behind",
      message: `peers are at height ${target}, this node at ${height}: it is fetching the blocks between`,
    });
  const { quorum, me, view, phase, silentUntil } = context.consensusStatus();
  const others = chain.governance.membership.members.length - (me === undefined ? 0 : 1);
  const { members } = chain.governance.membership;
  const reached = members.filter(({ peerId }) => context.ports.network.isConnected(peerId)).length;
  const reachable = reached + (me === undefined ? 0 : 1);
  if (others > 0 && reachable < quorum)
    reasons.push({
      reason: "too-few-peers",
      message: `${reached === 1 ? "1 other member is" : `${reached} other members are`} connected; with fewer than ${quorum} validators nothing becomes final: see node_peers for why`,
    });
  if (phase === "changingView")
    reasons.push({
      reason: "changing-view",
      message: `validators wait for view ${view} to begin: see consensus_status for who asks for it`,
    });
  if (silentUntil !== undefined)
    reasons.push({
      reason: "votes-forgotten",
      message: `the data are older than the signer guard, so this validator has forgotten what it voted for: it signs no vote up to height ${silentUntil}, and votes again by itself from the next`,
    });
  if (context.isStopping()) reasons.push({ reason: "stopping", message: `${settings.agent} is stopping` });
  return reasons;
}
