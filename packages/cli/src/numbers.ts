// Numbers as people type them: strictly, since a slip in an amount costs.
import { AMOUNT_MAX, INTEGER_MAX } from "@witan/primitives";
import { badInput } from "./exit.ts";

/** A whole number from 0, without signs, points or leading zeros. */
export function wholeNumber(option: string, text: string, most: number = INTEGER_MAX, least = 0): number {
  const value = /^(?:0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  const range = most === INTEGER_MAX && least === 0 ? "" : ` from ${least} to ${most}`;
  throw badInput("number", `${option} ${text}: expected a whole number${range}`);
}

/** An amount in base units, 0 to 2^64 - 1. */
export function amountOf(option: string, text: string): bigint {
  const value = /^(?:0|[1-9][0-9]{0,19})$/.test(text) ? BigInt(text) : AMOUNT_MAX + 1n;
  if (value > AMOUNT_MAX)
    throw badInput(
      "amount",
      `${option} ${text}: expected base units, 0 to ${AMOUNT_MAX}, without a point: of an asset with 8 decimals ` +
        "150000000 is 1.5",
    );
  return value;
}

/** Collects an option that may be given several times. */
export function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
