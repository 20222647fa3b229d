// Bounds how many votes a peer may have checked, and how much it may ask for: an allowance that grows with time. A correct validator stays far below.
import type { Clock, PeerId } from "@witan/primitives";

/** How much may come. */
export interface Allowance {
  readonly burst: number;
  readonly perSecond: number;
}

/** Votes: all of a full window of views and heights at once; 100 blocks a second take 400. */
export const VOTES: Allowance = Object.freeze({ burst: 4_096, perSecond: 1_000 });
/** Requests: each may cost reading some MiB. Who fetches thousands of blocks a second stays below. */
export const REQUESTS: Allowance = Object.freeze({ burst: 64, perSecond: 32 });

/** The allowances of peers. */
export class FloodGuard {
  readonly #clock: Clock;
  readonly #allowance: Allowance;
  readonly #left = new Map<PeerId, { count: number; atMs: number }>();

  constructor(clock: Clock, allowance: Allowance) {
    this.#clock = clock;
    this.#allowance = allowance;
  }

  /** Takes one message from a peer's allowance. @returns false if there is nothing left of it */
  take(peer: PeerId): boolean {
    const atMs = this.#clock.monotonicMs();
    const { burst, perSecond } = this.#allowance;
    const before = this.#left.get(peer) ?? { count: burst, atMs };
    const grown = before.count + ((atMs - before.atMs) * perSecond) / 1_000;
    const count = Math.min(burst, grown) - 1;
    this.#left.set(peer, { count: Math.max(count, 0), atMs });
    return count >= 0;
  }

  /** Forgets a peer that is gone: its allowance begins anew. */
  forget(peer: PeerId): void {
    this.#left.delete(peer);
  }
}
