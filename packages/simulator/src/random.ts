// Chance, from a seed: integers only, so that every machine draws the same. Streams of their own for things that must not
// disturb each other: when one fault is left out of a plan, the delays of other links stay as they were.

/** Seeded numbers (sfc32 by Chris Doty-Humphrey, PractRand). */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  private constructor(a: number, b: number, c: number) {
    this.#a = a;
    this.#b = b;
    this.#c = c;
    for (let round = 0; round < 12; round++) this.next();
  }

  /**
   * A stream of numbers.
   * @param seed 0 to 2^53 - 1
   * @param label streams of one seed with different labels have nothing in common
   */
  static of(seed: number, label = ""): Random {
    let hash = 0x811c9dc5;
    for (let at = 0; at < label.length; at++) hash = Math.imul(hash ^ label.charCodeAt(at), 0x01000193);
    return new Random(seed | 0, Math.floor(seed / 0x1_0000_0000) | 0, hash | 0);
  }

  /** A whole number from 0 to 2^32 - 1. */
  next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A whole number from 0 to before `bound`. @param bound 1 to 2^32 */
  below(bound: number): number {
    // Numbers above the last multiple of the bound would make small results likelier.
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % bound);
    for (;;) {
      const drawn = this.next();
      if (drawn < limit) return drawn % bound;
    }
  }

  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** True so many times in a thousand. */
  chance(permille: number): boolean {
    return permille > 0 && this.below(1_000) < permille;
  }

  /** One of some. @param list not empty */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /** Some of them, in their order: each with this chance. */
  some<T>(list: readonly T[], permille: number): readonly T[] {
    return list.filter(() => this.chance(permille));
  }

  /** All of them, in a random order. */
  shuffled<T>(list: readonly T[]): readonly T[] {
    const all = [...list];
    for (let at = all.length - 1; at > 0; at--) {
      const other = this.below(at + 1);
      [all[at], all[other]] = [all[other] as T, all[at] as T];
    }
    return all;
  }

  /**
   * A number by a table: its values at equal steps of chance, from the least to the greatest, with straight lines between.
   * So any distribution is drawn without `log` and `exp`, whose last digits differ between machines.
   * @param quantiles ascending whole numbers, at least two
   */
  by(quantiles: readonly number[]): number {
    const steps = quantiles.length - 1;
    const place = this.below(steps * 1_024);
    const step = place >>> 10;
    const low = quantiles[step] as number;
    const high = quantiles[step + 1] as number;
    return low + Math.floor(((high - low) * (place & 1_023)) / 1_024);
  }
}
