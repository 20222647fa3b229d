// The network port of one node with taps: a test may change, drop or forge what it sends, hears and answers, and end its
// process at any of its calls.
import type {
  AdmittedPeer,
  Channel,
  FaultSeverity,
  Height,
  Network,
  NetworkHandlers,
  PeerId,
  PeerStatus,
  RequestFault,
  Result,
} from "@witan/primitives";
import { type Life, never } from "./life.ts";

/** What a test does to the traffic of one node. All left out: nothing. */
export interface Taps {
  /** What leaves in the place of a message; undefined: nothing. */
  send?: ((to: PeerId, channel: Channel, bytes: Uint8Array) => Uint8Array | undefined) | undefined;
  /** Whether a message is heard. */
  receive?: ((from: PeerId, channel: Channel, bytes: Uint8Array) => boolean) | undefined;
  /** What a peer is answered. */
  answer?:
    | ((
        from: PeerId,
        bytes: Uint8Array,
        honest: () => Promise<Uint8Array | undefined>,
      ) => Promise<Uint8Array | undefined>)
    | undefined;
  /** Hears of each request that leaves. */
  asked?: ((to: PeerId, bytes: Uint8Array) => void) | undefined;
  /** The height that it says it has. */
  height?: Height | undefined;
}

/** A network with taps. */
export class TappedNetwork implements Network {
  readonly self: PeerId;
  readonly #inner: Network;
  readonly #life: Life;
  readonly #taps: Taps;
  /** Hears every message that leaves, as it leaves. */
  readonly #onSent: (channel: Channel, bytes: Uint8Array) => void;

  constructor(
    inner: Network,
    life: Life,
    { taps, onSent }: { readonly taps: Taps; readonly onSent: (channel: Channel, bytes: Uint8Array) => void },
  ) {
    this.self = inner.self;
    this.#inner = inner;
    this.#life = life;
    this.#taps = taps;
    this.#onSent = onSent;
  }

  start(handlers: NetworkHandlers): Promise<void> {
    const life = this.#life;
    return this.#inner.start({
      connected: (peer) => {
        if (life.alive) handlers.connected(peer);
      },
      disconnected: (id, reason) => {
        if (life.alive) handlers.disconnected(id, reason);
      },
      message: (from, channel, bytes) => {
        if (!life.alive || this.#taps.receive?.(from, channel, bytes) === false) return undefined;
        return handlers.message(from, channel, bytes);
      },
      request: async (from, bytes) => {
        if (!life.alive) return undefined;
        const honest = () => handlers.request(from, bytes);
        const answer = await (this.#taps.answer?.(from, bytes, honest) ?? honest());
        return life.reach("answer") ? answer : never();
      },
    });
  }

  send(to: PeerId, channel: Channel, bytes: Uint8Array): boolean {
    if (!this.#life.reach(`send ${channel}`)) return false;
    const sent = this.#taps.send === undefined ? bytes : this.#taps.send(to, channel, bytes);
    if (sent === undefined) return true;
    this.#onSent(channel, sent);
    return this.#inner.send(to, channel, sent);
  }

  request(
    to: PeerId,
    bytes: Uint8Array,
    options: Parameters<Network["request"]>[2],
  ): Promise<Result<Uint8Array, RequestFault>> {
    if (!this.#life.reach("request")) return never();
    this.#taps.asked?.(to, bytes);
    return this.#life.answered(this.#inner.request(to, bytes, options));
  }

  reportFault(id: PeerId, severity: FaultSeverity, code: string): void {
    if (this.#life.alive) this.#inner.reportFault(id, severity, code);
  }

  admit(peers: readonly AdmittedPeer[]): void {
    if (this.#life.alive) this.#inner.admit(peers);
  }

  setHeight(height: Height): void {
    this.#inner.setHeight(this.#taps.height ?? height);
  }

  listening(): readonly string[] {
    return this.#inner.listening();
  }

  peers(): readonly PeerStatus[] {
    return this.#inner.peers();
  }

  isConnected(id: PeerId): boolean {
    return this.#inner.isConnected(id);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}
