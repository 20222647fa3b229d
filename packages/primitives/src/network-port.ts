// The network, types only: what a node asks of it, and what an adapter gives (libp2p, memory, the simulator). It moves
// bytes between peers that are admitted, and knows no protocol.
import type { ChainId, Height, PeerId } from "./ids.ts";
import type { CancelSignal } from "./ports.ts";
import type { Result } from "./result.ts";

/**
 * Kinds of traffic, each with an order and bounds of its own. Votes go before transactions, transactions before bulk.
 * What is sent on one channel to one peer arrives in order, or the connection ends.
 */
export type Channel = "consensus" | "transactions" | "bulk";

/** A peer that may connect. */
export interface AdmittedPeer {
  readonly id: PeerId;
  /** For logs and metrics. */
  readonly name: string;
  /** `HOST:PORT` where it listens; undefined: it has to come by itself. */
  readonly address: string | undefined;
}

/** What peers tell each other first. */
export interface Hello {
  readonly chainId: ChainId;
  /** Of the protocol between nodes, ascending; two nodes speak the highest that both know. */
  readonly versions: readonly number[];
  /** The last applied block. */
  readonly height: Height;
  /** For people: name and version of the program. */
  readonly agent: string;
}

/** A peer that is connected. */
export interface ConnectedPeer {
  readonly id: PeerId;
  readonly name: string;
  /** As it was when the connection began. */
  readonly hello: Hello;
  /** The version that both speak. */
  readonly version: number;
}

/** A peer for status pages. */
export interface PeerStatus {
  readonly id: PeerId;
  readonly name: string;
  readonly connected: boolean;
  /** Who dialled; undefined while not connected. */
  readonly direction: "in" | "out" | undefined;
  /** `HOST:PORT`, if known. */
  readonly address: string | undefined;
  /** In milliseconds since 1970; undefined while not connected. */
  readonly since: number | undefined;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Messages that were dropped because its queue was full. */
  readonly dropped: number;
  /** Why the last connection or attempt ended; undefined if none did. */
  readonly lastFailure: string | undefined;
  /** Until when it is kept out for faults, in milliseconds since 1970. */
  readonly bannedUntil: number | undefined;
}

/** What the node does with what comes. */
export interface NetworkHandlers {
  connected(peer: ConnectedPeer): void;
  disconnected(id: PeerId, reason: string): void;
  /**
   * Bytes of a peer. The next message of that peer and channel waits for the promise: so a peer that sends faster than
   * it is heard fills its own queue only.
   */
  message(from: PeerId, channel: Channel, bytes: Uint8Array): void | Promise<void>;
  /** The answer to a peer's request; undefined: there is none, and it is told so. */
  request(from: PeerId, bytes: Uint8Array): Promise<Uint8Array | undefined>;
}

/** Why a request has no answer. */
export type RequestFault = "not-connected" | "timeout" | "refused" | "too-large" | "busy" | "cancelled";

/** How bad a fault of a peer is: `minor` lowers its score, `serious` cuts it off at once, for a while. */
export type FaultSeverity = "minor" | "serious";

/** A network of peers that know each other. */
export interface Network {
  readonly self: PeerId;
  /** Begins to listen and to dial. @throws {NetworkFailure} if the address can't be had */
  start(handlers: NetworkHandlers): Promise<void>;
  /** Who may connect from now on, in place of who might before. Others are cut off. Oneself is passed over. */
  admit(peers: readonly AdmittedPeer[]): void;
  /** What is told to those who connect from now on. */
  setHeight(height: Height): void;
  /** Where it listens: `HOST:PORT`. Empty before `start`. */
  listening(): readonly string[];
  /** Every admitted peer, and those lately refused. */
  peers(): readonly PeerStatus[];
  isConnected(id: PeerId): boolean;
  /** Hands bytes over for sending. False: not connected, or its queue for the channel is full; then nothing is sent. */
  send(to: PeerId, channel: Channel, bytes: Uint8Array): boolean;
  /** Asks a peer, and waits for its answer. */
  request(
    to: PeerId,
    bytes: Uint8Array,
    options: { readonly timeoutMs: number; readonly signal?: CancelSignal },
  ): Promise<Result<Uint8Array, RequestFault>>;
  /** A peer did what is wrong for everyone. `code` goes to log and metrics. */
  reportFault(id: PeerId, severity: FaultSeverity, code: string): void;
  /** Cuts all connections and ends. Harmless a second time. */
  close(): Promise<void>;
}

/** What a network throws when it can't start or is closed: an operational failure. Says what to do about it. */
export interface NetworkFailure extends Error {
  readonly name: "NetworkError";
  readonly code: "address-in-use" | "address-not-available" | "permission" | "closed" | "failed";
  readonly address?: string;
}

/** What a network does that is worth a line in a log or a number in the metrics. */
export interface NetworkObserver {
  /** A stranger, or a peer that does not belong, was refused; `code` is stable. */
  refused?(peer: { readonly id: PeerId | undefined; readonly address: string }, code: string): void;
  /** A peer's fault, as reported or as found on the wire. */
  fault?(id: PeerId, severity: FaultSeverity, code: string): void;
  /** A peer was cut off for its faults. */
  banned?(id: PeerId, untilMs: number, code: string): void;
}

/** Bounds on what peers send. Bytes of one message, one request, one answer; of what waits to be sent to a peer. */
export const NETWORK_LIMITS = {
  /** A NEW-VIEW of 256 validators holds 171 VIEW-CHANGEs with two certificates each: 9 MiB. */
  consensusBytes: 16 * 1024 * 1024,
  /** A batch of transactions. */
  transactionsBytes: 256 * 1024,
  /** A block, its certificate and a header. */
  bulkBytes: 34 * 1024 * 1024,
  requestBytes: 64 * 1024,
  answerBytes: 34 * 1024 * 1024,
  /** Bytes that wait to be sent to one peer on each channel. */
  queueBytes: { consensus: 32 * 1024 * 1024, transactions: 4 * 1024 * 1024, bulk: 68 * 1024 * 1024 },
  /** Requests of one peer that are answered at a time; more are refused as busy. */
  requestsAtOnce: 8,
  /** Bulk travels in pieces of so many bytes, so that a vote waits for one at most. */
  pieceBytes: 64 * 1024,
} as const;
