// The port between what every network does the same and what carries its bytes (libp2p, memory). Types only. A wire is a
// connection to a peer whose id is proven; it knows lanes and bytes, never frames.
import type { Channel, PeerId, Result } from "@witan/primitives";

/**
 * What runs side by side on one wire, each in order and with a flow control of its own. `control` carries the greeting,
 * heartbeats, requests and answers.
 */
export type Lane = "control" | Channel;

/** All lanes, those of peers' messages last. */
export const LANES: readonly Lane[] = ["control", "consensus", "transactions", "bulk"];

/** Who hears a wire. */
export interface WireListener {
  /** Bytes as they came: parts of frames, or several. Nobody changes them any more. */
  received(lane: Lane, bytes: Uint8Array): void;
  /** The lane takes bytes, for the first time or again. */
  writable(lane: Lane): void;
  /** It is over. Told once; not for what `abort` ended. */
  closed(code: string): void;
}

/** A connection to one peer. */
export interface Wire {
  readonly id: PeerId;
  /** Who dialled. */
  readonly direction: "in" | "out";
  readonly address: string;
  /** So many bytes at a time travel best. */
  readonly pieceBytes: number;
  /** Begins to hear. At first there is the control lane only. */
  listen(listener: WireListener): void;
  /** Opens the other lanes, if this side dialled. */
  openLanes(): void;
  canWrite(lane: Lane): boolean;
  /** Hands bytes over, which nobody changes any more. Only while `canWrite`. */
  write(lane: Lane, bytes: Uint8Array): void;
  /** Lets the peer wait. What is on its way still comes, as much as the lane's window. */
  pause(lane: Lane): void;
  resume(lane: Lane): void;
  /** Ends it after what was written has left. */
  end(): void;
  /** Ends it now. */
  abort(): void;
}

/** Why a peer could not be reached. */
export type DialFault = "unreachable" | "timeout" | "refused" | "wrong-address" | "cancelled";

/** The network's side of a transport: who may come in. */
export interface Door {
  /** Whether a peer may come in, be it only to be told why not. Asked as soon as its id is proven. */
  mayEnter(id: PeerId, address: string): boolean;
  /** Whether the peer belongs here now. */
  mayStay(id: PeerId): boolean;
  entered(wire: Wire): void;
  /** Somebody was turned away before anything else. */
  refused(peer: { readonly id: PeerId | undefined; readonly address: string }, code: string): void;
}

/** What makes wires. */
export interface Transport {
  readonly self: PeerId;
  /** Lets others come. Gives the addresses. @throws {NetworkError} */
  start(door: Door): Promise<readonly string[]>;
  dial(
    to: { readonly id: PeerId; readonly address: string },
    signal: AbortSignal,
  ): Promise<Result<Wire, DialFault>>;
  close(): Promise<void>;
}
