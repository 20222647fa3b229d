// When is a block final? The chance that an attacker with a share of all hash power undoes it, by Nakamoto's formula and by
// Rosenfeld's (protocols/proof-of-work.md). The printed sums subtract numbers near 1 from 1; here everything that is small is
// a sum of what is positive, and nothing overflows. Only arithmetic that every machine rounds the same way: no exp, no log.
// The relative error is about confirmations × 2^-52, as much as the last digit of the attacker's share is worth.
import { assert } from "@witan/primitives";

/** The chance of a reversal: of an attacker's share of all hash power, 0 to 1, and the number of confirmations. */
export type ReversalFormula = (attacker: number, confirmations: number) => number;

/** The most confirmations that `confirmationsFor` answers: there the error of a probability is still below 10^-6. */
export const CONFIRMATIONS_MAX = 1_000_000_000;

/** Up to here products are multiplied out; from here on five terms of their series in 1/n are exact to the last digit. */
const SERIES_FROM = 128;

/**
 * Rosenfeld 2014 (Analysis of hashrate-based double spending), exact: I_{4pq}(z, 1/2), the regularized incomplete beta
 * function, which is what the printed sum comes to.
 * @throws {AssertionError} unless attacker is from 0 to 1, and confirmations whole and from 0
 */
export const rosenfeld: ReversalFormula = (attacker, confirmations) => {
  const certain = withoutFormula(attacker, confirmations);
  if (certain !== undefined) return certain;
  const z = confirmations;
  // x = 4pq = 1 - lead², and lead has no rounding error where it matters: for shares near a half.
  const lead = 1 - 2 * attacker;
  const x = 4 * attacker * (1 - attacker);
  // x^z (1 - x)^(1/2) / (z B(z, 1/2))
  const factor = lead * power(x, z) * centralBinomial(z);
  // Beyond the middle the fraction would need millions of steps, and the other side of the symmetry a few. The result is not
  // small there, so that the subtraction costs no digits.
  return x <= (z + 1) / (z + 2.5)
    ? factor * betaFraction(z, 0.5, x)
    : 1 - 2 * z * factor * betaFraction(0.5, z, lead * lead);
};

/**
 * Nakamoto 2008 (Bitcoin, section 11): as if blocks of the attacker came in a Poisson process while the others find z.
 * With λ = zq/p and w = λ^z e^-λ / z! the printed sum comes to w (Σ_{j≥1} λ^j z!/(z+j)! + Σ_{i≤z} z!/(z-i)! z^-i).
 * @throws {AssertionError} as `rosenfeld`
 */
export const nakamoto: ReversalFormula = (attacker, confirmations) => {
  const certain = withoutFormula(attacker, confirmations);
  if (certain !== undefined) return certain;
  const z = confirmations;
  const ratio = attacker / (1 - attacker);
  const weight = power(ratio * exponential(1 - ratio), z) * stirling(z);
  const ahead = sumOfProducts((j) => (z * ratio) / (z + j));
  const behind = 1 + sumOfProducts((i) => (z + 1 - i) / z);
  return Math.min(1, weight * (ahead + behind));
};

/**
 * How many confirmations make a reversal as unlikely as `risk`; undefined if no number does, or none up to
 * `CONFIRMATIONS_MAX`. A probability that is the risk but for rounding is low enough.
 * @param risk above 0
 */
export function confirmationsFor(
  formula: ReversalFormula,
  attacker: number,
  risk: number,
): number | undefined {
  assert(risk > 0, `a risk of ${risk}`);
  const most = risk * (1 + 2 ** -40);
  const enough = (confirmations: number) => formula(attacker, confirmations) <= most;
  if (enough(0)) return 0;
  if (attacker >= 0.5 || !enough(CONFIRMATIONS_MAX)) return undefined;
  let [tooFew, sufficient] = [0, 1];
  while (!enough(sufficient))
    [tooFew, sufficient] = [sufficient, Math.min(2 * sufficient, CONFIRMATIONS_MAX)];
  while (sufficient - tooFew > 1) {
    const middle = Math.floor((tooFew + sufficient) / 2);
    if (enough(middle)) sufficient = middle;
    else tooFew = middle;
  }
  return sufficient;
}

/** What needs no formula; undefined if one is needed. */
function withoutFormula(attacker: number, confirmations: number): number | undefined {
  assert(attacker >= 0 && attacker <= 1, `an attacker's share of ${attacker}`);
  assert(Number.isSafeInteger(confirmations) && confirmations >= 0, `${confirmations} confirmations`);
  if (confirmations === 0 || attacker >= 0.5) return 1;
  return attacker === 0 ? 0 : undefined;
}

/** base^exponent, by squares. `**` may be rounded otherwise on another machine. */
function power(base: number, exponent: number): number {
  let [result, square] = [1, base];
  for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}

/** e^x for x from 0 to 1: 20 terms are exact to the last digit. */
function exponential(x: number): number {
  let sum = 1;
  for (let term = 20; term > 0; term--) sum = 1 + (x * sum) / term;
  return sum;
}

/** binomial(2n, n) / 4^n = 1 / (n B(n, 1/2)): Wallis; the series is that of DLMF 5.11.13. */
function centralBinomial(n: number): number {
  if (n >= SERIES_FROM)
    return series(n, [1, -1 / 8, 1 / 128, 5 / 1024, -21 / 32768, -399 / 262144]) / Math.sqrt(Math.PI * n);
  let product = 1;
  for (let k = 1; k <= n; k++) product *= 1 - 1 / (2 * k);
  return product;
}

/** n^n e^-n / n!: Stirling; the series is that of DLMF 5.11.3. */
function stirling(n: number): number {
  if (n >= SERIES_FROM) {
    const gamma = [1, 1 / 12, 1 / 288, -139 / 51840, -571 / 2488320, 163879 / 209018880];
    return 1 / (Math.sqrt(2 * Math.PI * n) * series(n, gamma));
  }
  let product = 1;
  for (let k = 1; k <= n; k++) product *= n / (k * Math.E);
  return product;
}

/** Σ coefficients[k] / n^k. */
function series(n: number, coefficients: readonly number[]): number {
  return coefficients.reduceRight((sum, coefficient) => coefficient + sum / n, 0);
}

/** Σ_{j≥1} factor(1) … factor(j), of factors that fall from at most 1, until nothing is added any more. */
function sumOfProducts(factor: (at: number) => number): number {
  let sum = 0;
  let product = 1;
  for (let at = 1; ; at++) {
    product *= factor(at);
    if (sum + product === sum) return sum;
    sum += product;
  }
}

/** 1 / (1 + d1 / (1 + d2 / (1 + …))) of the incomplete beta function (DLMF 8.17.22), by Lentz's method. */
function betaFraction(a: number, b: number, x: number): number {
  let [value, above, below] = [1, 1, 0];
  for (let at = 1; ; at++) {
    const m = Math.floor(at / 2);
    const numerator = at % 2 === 0 ? m * (b - m) : -(a + m) * (a + b + m);
    const d = (numerator * x) / ((a + at - 1) * (a + at));
    below = 1 / (1 + d * below);
    above = 1 + d / above;
    const change = above * below;
    value *= change;
    if (Math.abs(change - 1) < 2 ** -52) return 1 / value;
  }
}
