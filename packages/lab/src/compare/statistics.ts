// What can be said of a few numbers, and how sure it is. Pure.

/** A value, and between which two it lies with 95 % confidence; null where there are too few numbers to say. */
export interface Estimate {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** The value below which a share of the values lies, between neighbours in proportion; of none it is NaN. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  if (below === undefined || above === undefined) return Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/** The deviation of a normal distribution that 95 % lie within. */
export const Z95 = 1.959964;
/** With fewer numbers no two of them enclose the median with 95 % confidence. */
const MEDIAN_LEAST = 6;

/**
 * The median, and the two of the values that enclose that of what they were drawn from with at least about 95 %
 * confidence, whatever its distribution: the binomial distribution of how many lie below it, approximated by the normal
 * one (Conover, Practical Nonparametric Statistics, 1999, section 3.2).
 */
export function medianOf(values: readonly number[]): Estimate {
  const value = quantile(values, 0.5);
  const count = values.length;
  if (count < MEDIAN_LEAST) return { value, low: null, high: null };
  const sorted = [...values].sort((a, b) => a - b);
  const half = (Z95 * Math.sqrt(count)) / 2;
  const low = Math.max(0, Math.floor(count / 2 - half) - 1);
  const high = Math.min(count - 1, Math.ceil(count / 2 + half));
  return { value, low: sorted[low] ?? null, high: sorted[high] ?? null };
}

/** The share of successes among trials, with Wilson's interval (1927) of 95 %, which never leaves 0 to 1. */
export function shareOf(successes: number, trials: number): Estimate {
  if (trials === 0) return { value: Number.NaN, low: null, high: null };
  const share = successes / trials;
  const z2 = Z95 * Z95;
  const middle = (share + z2 / (2 * trials)) / (1 + z2 / trials);
  const half =
    (Z95 / (1 + z2 / trials)) * Math.sqrt((share * (1 - share)) / trials + z2 / (4 * trials * trials));
  return { value: share, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/** Where repeats differ by more than this share of their median, a run is too noisy to compare with others. */
export const NOISE_MAX = 0.25;

/** How far the repeats of a measurement lie apart, as a share of their median; 0 of a single one. */
export function spreadOf(values: readonly number[]): number {
  if (values.length < 2) return 0;
  return (Math.max(...values) - Math.min(...values)) / Math.abs(quantile(values, 0.5));
}
