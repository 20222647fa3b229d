// Peers that are not asked for a while, because asking them cost time and brought nothing: each time twice as long.
import type { Clock, PeerId } from "@witan/primitives";

const REST_MIN_MS = 1_000;
const REST_MAX_MS = 60_000;
/** After so long without another reason the next rest is short again: who only answers now and then must not get off. */
const FORGET_MS = 600_000;

/** The rests of peers. They outlive connections: coming anew is no answer. */
export class Rests {
  readonly #clock: Clock;
  readonly #ofPeer = new Map<PeerId, { readonly untilMs: number; readonly lengthMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A peer let others wait, or had nothing of what it claimed. */
  begin(peer: PeerId): void {
    const now = this.#clock.monotonicMs();
    for (const [one, { untilMs }] of this.#ofPeer) if (now > untilMs + FORGET_MS) this.#ofPeer.delete(one);
    const before = this.#ofPeer.get(peer)?.lengthMs;
    const lengthMs = before === undefined ? REST_MIN_MS : Math.min(REST_MAX_MS, 2 * before);
    this.#ofPeer.set(peer, { untilMs: now + lengthMs, lengthMs });
  }

  /** For how long a peer rests still; 0: it does not. */
  leftMs(peer: PeerId): number {
    return Math.max(0, (this.#ofPeer.get(peer)?.untilMs ?? 0) - this.#clock.monotonicMs());
  }
}
