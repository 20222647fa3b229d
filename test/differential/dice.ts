// Numbers that follow from one seed: a recipe holds the seed, and whoever follows the recipe throws the dice.

/** A stream of numbers that is the same for the same seed (mulberry32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** The next 32 bits. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** A number from 0 to `count` - 1; 0 if there is none. */
  below(count: number): number {
    return count < 1 ? 0 : this.next() % count;
  }

  /** True in `percent` of 100 cases. */
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /** Up to `count` different ones of a list, in its order. */
  some<T>(list: readonly T[], count: number): T[] {
    const left = list.map((_, at) => at);
    while (left.length > count) left.splice(this.below(left.length), 1);
    return left.map((at) => list[at] as T);
  }

  /** 32 bytes in hex. */
  hash(): string {
    return Array.from({ length: 8 }, () => this.next().toString(16).padStart(8, "0")).join("");
  }
}
