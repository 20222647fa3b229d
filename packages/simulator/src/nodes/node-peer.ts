// What a process of a world knows of a peer, and how its faults count: as on libp2p (packages/p2p, standing.ts), they fade,
// and bans grow when they come again.
import type { FaultSeverity, PeerId } from "@witan/primitives";
import type { LineEnd } from "./line.ts";

const FAULTS_TOLERATED = 10;
const FAULT_FORGET_US = 10_000_000;
const BAN_MIN_US = 10_000_000;
const BAN_MAX_US = 600_000_000;

/** A peer of one process. */
export interface Peer {
  readonly id: PeerId;
  name: string;
  admitted: boolean;
  /** The line to it. */
  end: LineEnd | undefined;
  /** Since when there is one. */
  sinceUs: number;
  /** The number of the dial that counts. */
  dialling: number;
  attempts: number;
  faults: number;
  faultAtUs: number;
  bannedUntilUs: number;
  banUs: number;
  dropped: number;
}

/** One that nobody has heard of yet. */
export function stranger(id: PeerId): Peer {
  return {
    ...{ id, name: id, admitted: false, end: undefined, sinceUs: 0, dialling: 0, attempts: 0 },
    ...{ faults: 0, faultAtUs: 0, bannedUntilUs: 0, banUs: 0, dropped: 0 },
  };
}

/** Notes a fault. @returns whether it was one too many: then the peer is kept out for a while */
export function noteFault(peer: Peer, severity: FaultSeverity, nowUs: number): boolean {
  const faded = (nowUs - peer.faultAtUs) / FAULT_FORGET_US;
  peer.faults = Math.max(0, peer.faults - faded) + 1;
  peer.faultAtUs = nowUs;
  if (severity === "minor" && peer.faults <= FAULTS_TOLERATED) return false;
  peer.banUs = Math.min(BAN_MAX_US, Math.max(BAN_MIN_US, peer.banUs * 2));
  peer.bannedUntilUs = nowUs + peer.banUs;
  peer.faults = 0;
  return true;
}
