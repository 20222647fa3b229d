// How far a measured number may be from the true one by chance alone. Only what is printed at the end comes from here: no
// world depends on it.
import { assert } from "@witan/primitives";
import { exp, ln } from "./exact.ts";

/** From, to. */
export type Interval = readonly [number, number];

/** Of a hundred intervals so many contain the true value, in the long run. */
export const CONFIDENCE = 0.99;

/** The normal distribution has half of what is left over beyond so many standard deviations. */
const DEVIATIONS = 2.5758293035489;

/**
 * Clopper and Pearson's interval (1934), which no true share misses more often than it says, however rare what is counted
 * is.
 */
export function intervalOfShare(successes: number, trials: number): Interval {
  assert(successes >= 0 && successes <= trials && trials > 0, `${successes} of ${trials}`);
  const tail = (1 - CONFIDENCE) / 2;
  const low = successes === 0 ? 0 : root((p) => atLeast(successes, trials, p) - tail);
  const high = successes === trials ? 1 : root((p) => atLeast(successes + 1, trials, p) - (1 - tail));
  return [digits(low), digits(high)];
}

/** Of a mean: of many independent numbers, by their sum and the sum of their squares. */
export function intervalOfMean(count: number, sum: number, squares: number): Interval {
  const mean = sum / count;
  const variance = Math.max(0, squares - sum * mean) / Math.max(1, count - 1);
  const width = DEVIATIONS * Math.sqrt(variance / count);
  return [digits(mean - width), digits(mean + width)];
}

/** Sums over independent pairs: how much, of how much. */
export interface PairSums {
  readonly count: number;
  readonly part: number;
  readonly whole: number;
  readonly partSquares: number;
  readonly wholeSquares: number;
  readonly products: number;
}

/** With fewer pairs how far apart they are says nothing. */
const PAIRS_LEAST = 30;

/** Of the share that the parts have in the wholes: how far apart single pairs are says how sure it is. */
export function intervalOfRatio(sums: PairSums): Interval {
  if (sums.count < PAIRS_LEAST) return [0, 1];
  const { count, part, whole, partSquares, wholeSquares, products } = sums;
  const ratio = part / whole;
  const squares = partSquares - 2 * ratio * products + ratio * ratio * wholeSquares;
  const width = (DEVIATIONS * Math.sqrt(Math.max(0, squares) * (count / (count - 1)))) / whole;
  return [digits(Math.max(0, ratio - width)), digits(Math.min(1, ratio + width))];
}

/** Six digits: no interval is more exact than that. */
function digits(value: number): number {
  return Number(value.toPrecision(6));
}

/** Where a function that grows from 0 to 1 is zero. */
function root(of: (p: number) => number): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (of(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** How likely at least so many of these trials succeed: I_p(k, n - k + 1). */
function atLeast(k: number, n: number, p: number): number {
  const [a, b] = [k, n - k + 1];
  return p < (a + 1) / (a + b + 2) ? incompleteBeta(a, b, p) : 1 - incompleteBeta(b, a, 1 - p);
}

function incompleteBeta(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  const front = a * ln(x) + b * ln(1 - x) + logGamma(a + b) - logGamma(a) - logGamma(b);
  return (exp(front) / a) * fraction(a, b, x);
}

/** The continued fraction of DLMF 8.17.22, evaluated from its end. It converges fast left of the middle. */
function fraction(a: number, b: number, x: number): number {
  const terms = 60 + Math.ceil(4 * Math.sqrt(Math.max(a, b)));
  let value = 1;
  for (let m = terms; m >= 1; m--) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m - 1) * (a + b + m - 1) * x) / ((a + 2 * m - 2) * (a + 2 * m - 1));
    value = 1 + odd / (1 + even / value);
  }
  return 1 / value;
}

/** Stirling's series (DLMF 5.11.1), after moving the argument to where it is exact. */
function logGamma(x: number): number {
  let [at, moved] = [x, 0];
  for (; at < 16; at++) moved += ln(at);
  const series = (1 / 12 - (1 / 360 - 1 / (1260 * at * at)) / (at * at)) / at;
  return (at - 0.5) * ln(at) - at + ln(2 * Math.PI) / 2 + series - moved;
}
