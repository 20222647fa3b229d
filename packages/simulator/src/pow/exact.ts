// Logarithm and exponential by arithmetic that every machine rounds the same way: what Math has may differ in its last digit.
import { assert } from "@witan/primitives";

/** Enough for the last digit of 53 bits, where arguments are as small as they are made here. */
const TERMS = 24;

/** The natural logarithm of a number above 0. */
export function ln(x: number): number {
  assert(x > 0 && Number.isFinite(x), `a logarithm of ${x}`);
  let [mantissa, twos] = [x, 0];
  for (; mantissa > Math.SQRT2; mantissa /= 2) twos++;
  for (; mantissa < Math.SQRT1_2; mantissa *= 2) twos--;
  // ln m = 2 artanh((m - 1) / (m + 1))
  const ratio = (mantissa - 1) / (mantissa + 1);
  let sum = 0;
  for (let term = TERMS; term >= 0; term--) sum = sum * ratio * ratio + 1 / (2 * term + 1);
  return twos * Math.LN2 + 2 * ratio * sum;
}

/** e^x, for x up to 700; 0 where that is less than a number can hold. */
export function exp(x: number): number {
  assert(x <= 700, `e to the ${x}`);
  if (x < -745) return 0;
  const twos = Math.round(x / Math.LN2);
  const rest = x - twos * Math.LN2;
  let sum = 1;
  for (let term = TERMS; term > 0; term--) sum = 1 + (rest * sum) / term;
  const factor = twos < 0 ? 0.5 : 2;
  for (let left = Math.abs(twos); left > 0; left--) sum *= factor;
  return sum;
}
