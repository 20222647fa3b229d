// Bounds how many votes a peer may have checked: an allowance that grows with time. A correct validator stays far below.
import type { Clock, PeerId } from "@witan/primitives";

/** Messages that may come at once: all votes of a full window of views and heights. */
const BURST = 4_096;
/** Messages a second for as long as one likes: 100 blocks a second take 400. */
const PER_SECOND = 1_000;

/** The allowances of peers. */
export class FloodGuard {
  readonly #clock: Clock;
  readonly #left = new Map<PeerId, { count: number; atMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes one message from a peer's allowance. @returns false if there is nothing left of it */
  take(peer: PeerId): boolean {
    const atMs = this.#clock.monotonicMs();
    const before = this.#left.get(peer) ?? { count: BURST, atMs };
    const grown = before.count + ((atMs - before.atMs) * PER_SECOND) / 1_000;
    const count = Math.min(BURST, grown) - 1;
    this.#left.set(peer, { count: Math.max(count, 0), atMs });
    return count >= 0;
  }

  /** Forgets a peer that is gone: its allowance begins anew. */
  forget(peer: PeerId): void {
    this.#left.delete(peer);
  }
}
