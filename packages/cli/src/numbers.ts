// Numbers as people type them: strictly, since a slip in an amount costs.
import { AMOUNT_MAX, INTEGER_MAX } from "@witan/primitives";
import { badInput } from "./exit.ts";

/** A whole number from 0, without signs, points or leading zeros. */
export function wholeNumber(option: string, text: string, most: number = INTEGER_MAX, least = 0): number {
  const value = /^(?:0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  // Who typed letters needs no range; who typed too large a number does.
  const isPlain = most === INTEGER_MAX && least === 0 && !/^[0-9]+$/.test(text);
  const range = isPlain ? "" : ` from ${least} to ${most}`;
  throw badInput("number", `${option} ${text || '""'}: expected a whole number${range}`);
}

/**
 * An amount in base units, up to 2^64 - 1.
 * @param or what else the option takes, for the message
 */
export function amountOf(option: string, text: string, least = 0n, or = ""): bigint {
  const value = /^(?:0|[1-9][0-9]{0,19})$/.test(text) ? BigInt(text) : AMOUNT_MAX + 1n;
  if (value < least || value > AMOUNT_MAX)
    throw badInput(
      "amount",
      `${option} ${text || '""'}: expected base units, ${least} to ${AMOUNT_MAX}, in digits alone (of an asset with 8 decimals ` +
        `150000000 is 1.5)${or}`,
    );
  return value;
}

/** A number from 0, such as 0.1 or 1e-6: a share or a probability. */
export function decimal(option: string, text: string): number {
  const value = /^(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?$/.test(text)
    ? Number(text)
    : Number.NaN;
  if (Number.isFinite(value)) return value;
  throw badInput("number", `${option} ${text}: expected a number from 0 to 1, such as 0.1 or 1e-6`);
}

/** Collects an option that may be given several times. */
export function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
