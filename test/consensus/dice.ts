// Numbers from a seed, and how unkind a world is. No global state: the same seed gives the same world.

/** Numbers from a seed: small and plain (mulberry32). */
export class Dice {
  #state: number;
  constructor(seed: number) {
    this.#state = seed;
  }
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }
  of<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }
}

/** How unkind the world is. Shares of 1, and ticks. */
export interface Weather {
  readonly loss: number;
  readonly delayMax: number;
  readonly doubled: number;
  /** How often a write to disk takes up to 20 ticks; steps go on meanwhile. */
  readonly slowDisk: number;
  /** How often a block changes the members. */
  readonly changes: number;
}

export const FAIR: Weather = { loss: 0, delayMax: 1, doubled: 0, slowDisk: 0, changes: 0 };
