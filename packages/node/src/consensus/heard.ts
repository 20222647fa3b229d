// When each peer was last heard of, and how far it said it was: for those who look at consensus. Judges nobody by it, and
// is no input of consensus. Bounded: of very many peers the first is forgotten.
import type { Clock, Height, PeerId, Timestamp } from "@witan/primitives";

/** Peers that are remembered: as many members as there can be, eight times over. */
const PEERS_MAX = 2_048;

/** What is known of a peer. */
export interface LastHeard {
  readonly at: Timestamp;
  /** The greatest height that it said it had decided. */
  readonly height: Height;
}

/** What was heard of peers. */
export class Heard {
  readonly #clock: Clock;
  readonly #peers = new Map<PeerId, { at: Timestamp; height: Height }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A peer sent something. @param height that it has, as far as it said so */
  from(peer: PeerId, height = 0): void {
    const known = this.#peers.get(peer);
    const at = this.#clock.now();
    if (known !== undefined) {
      known.at = at;
      if (height > known.height) known.height = height as Height;
      return;
    }
    this.#peers.set(peer, { at, height: height as Height });
    if (this.#peers.size <= PEERS_MAX) return;
    for (const first of this.#peers.keys()) {
      this.#peers.delete(first);
      return;
    }
  }

  /** What is known of a peer; undefined: nothing since the node started. */
  of(peer: PeerId): LastHeard | undefined {
    return this.#peers.get(peer);
  }
}
