// Clusters of BP Fast Paxos, and what travels in them.
import { type BpfpMessage, bpfpMessageCodec } from "@witan/consensus";
import { type Certificate, present } from "@witan/primitives";
import { Cluster, type ClusterOptions } from "../cluster.ts";
import type { Seat, SeatOptions } from "../seat.ts";

export const PROPOSERS = ["p", "q"] as const;
export const ACCEPTORS = ["a", "b", "c", "d"] as const;
/** The acceptors that sign decisions as soon as they are made; the last is in reserve. */
export const SIGNERS: readonly string[] = ["a", "b", "c"];
export const MEMBERS = [...PROPOSERS, ...ACCEPTORS] as const;
/** An observer: it has no voting key. */
export const OBSERVER: SeatOptions = { name: "o", votingKeys: [] };

/** Two proposers, four acceptors and an observer. */
export function fastPaxos(options: Omit<ClusterOptions, "mode"> = {}): Promise<Cluster> {
  const seats = [...MEMBERS.map((name) => ({ name })), OBSERVER];
  return Cluster.start({ mode: "bp-fast-paxos", seats, ...options });
}

/** A message of consensus, as it left. */
export interface Sent {
  readonly atMs: number;
  /** The last block that its sender had applied. */
  readonly height: number;
  readonly from: string;
  readonly to: string;
  readonly message: BpfpMessage;
}

/** Notes every message of consensus that leaves somebody. */
export function notingMessages(cluster: Cluster): Sent[] {
  const sent: Sent[] = [];
  const nameOf = (id: string) => cluster.seats.find(({ peerId }) => peerId === id)?.name ?? id;
  for (const seat of cluster.seats) {
    const { name: from, taps } = seat;
    taps.send = (to, channel, bytes) => {
      const decoded = channel === "consensus" ? bpfpMessageCodec.decode(bytes) : undefined;
      if (decoded?.ok)
        sent.push({
          ...{ atMs: cluster.world.clock.passedMs, height: seat.height },
          ...{ from, to: nameOf(to), message: decoded.value },
        });
      return bytes;
    };
  }
  return sent;
}

/** The certificate of a block at a node, as the RPC shows it. */
export async function certificateAt(seat: Seat, height: number): Promise<Certificate | null> {
  const { certificate } = await seat.call("chain_block", { height, transactions: "ids" });
  return certificate as Certificate | null;
}

/** Waits until all that run have the certificates of all their blocks. */
export function certified(cluster: Cluster): Promise<void> {
  return cluster.world.until("all blocks are certified everywhere", () =>
    cluster.running.every(({ height, certificateOf }) =>
      Array.from({ length: height }, (_, at) => at + 1).every((one) => certificateOf(one) !== undefined),
    ),
  );
}

/** Waits until somebody keeps evidence, and says what it is. */
export async function evidenceAt(cluster: Cluster, name: string): Promise<readonly string[]> {
  const seat = cluster.seat(name);
  await cluster.world.until(`${name} keeps evidence`, () => seat.node.readings().evidence > 0);
  const { evidence } = await seat.call("consensus_evidence", {});
  return evidence.map((one) => {
    const { member } = one;
    return "kind" in one ? `${member}: ${present(one.kind, "a kind")}` : `${member}: voted twice`;
  });
}
