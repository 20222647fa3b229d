// Chances of proof of work, from whole random numbers alone, so that every machine draws the same: who finds the next block,
// and when.
import { assert } from "@witan/primitives";
import type { Random } from "../random.ts";

const WHOLE = 0x1_0000_0000;

/** Whole numbers below this are drawn as often as something of this share happens. The share is rounded to 2^-32. */
export function thresholdOf(share: number): number {
  assert(share >= 0 && share <= 1, `a share of ${share}`);
  return Math.round(share * WHOLE);
}

/** Who of several comes next. */
export class Draw {
  readonly #random: Random;
  /** Ascending; the last is 2^32. */
  readonly #thresholds: readonly number[];

  /** @param shares which sum up to 1 but for rounding */
  constructor(random: Random, shares: readonly number[]) {
    this.#random = random;
    let sum = 0;
    const thresholds = shares.map((share) => {
      sum += share;
      return Math.min(WHOLE, Math.round(sum * WHOLE));
    });
    thresholds[thresholds.length - 1] = WHOLE;
    this.#thresholds = thresholds;
  }

  /** A position in the shares. */
  next(): number {
    const drawn = this.#random.next();
    let at = 0;
    while (drawn >= (this.#thresholds[at] as number)) at++;
    return at;
  }
}

/**
 * A waiting time whose mean is this, exponentially distributed: that of the next block, since every try is as likely to
 * succeed as the one before. After von Neumann 1951 (Various techniques used in connection with random digits): it compares
 * numbers and needs no logarithm, whose last digit differs between machines.
 */
export function waitingTime(random: Random, mean: number): number {
  for (let whole = 0; ; whole++) {
    const first = random.next();
    let last = first;
    let falls = true;
    for (let next = random.next(); next < last; next = random.next()) {
      last = next;
      falls = !falls;
    }
    if (falls) return (whole + first / WHOLE) * mean;
  }
}
