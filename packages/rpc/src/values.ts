// The small values that params and results are made of (docs/formats.md, section 15): how each is written, and how large
// it may be. Every message says what was expected, so that a problem can be told as "found …, expected …".
import { AMOUNT_MAX, INTEGER_MAX, LIMITS } from "@witan/primitives";
import * as z from "zod";

/** So many bytes in lower-case hex. */
export function hexOf(bytes: number): z.ZodString {
  const expected = `${bytes} bytes in lower-case hex (${2 * bytes} digits)`;
  // The length is checked first: a pattern that counts so far would be compiled into a very large program.
  return z
    .string(expected)
    .length(2 * bytes, expected)
    .regex(/^[0-9a-f]*$/, expected);
}

/** At least one byte and at most so many, in lower-case hex. */
export function hexUpTo(bytesMax: number): z.ZodString {
  const expected = `1 to ${bytesMax} bytes in lower-case hex, two digits each`;
  return z
    .string(expected)
    .max(2 * bytesMax, expected)
    .regex(/^(?:[0-9a-f]{2})+$/, expected);
}

/** An integer in a range, bounds included. */
export function integer(min: number, max: number): z.ZodInt {
  const expected = `an integer from ${min} to ${max}`;
  return z.int(expected).min(min, expected).max(max, expected);
}

/** One of some words. */
export function oneOf<const Words extends readonly string[]>(
  words: Words,
): z.ZodEnum<{ [W in Words[number]]: W }> {
  return z.enum(words, words.join(" or "));
}

/** A list with a bound. */
export function listOf<S extends z.ZodType>(element: S, max: number): z.ZodArray<S> {
  const expected = `a list of at most ${max}`;
  return z.array(element, expected).max(max, expected);
}

/** A text with a bound: names, sentences for people. */
export function text(max: number): z.ZodString {
  const expected = `a text of at most ${max} characters`;
  return z.string(expected).max(max, expected);
}

/** 32 bytes: an id or a hash. */
export const hash = hexOf(32);
/** A compressed public key. */
export const publicKey = hexOf(33);
/** A signature, r then s. */
export const signature = hexOf(64);
/** The number of a block. */
export const height = integer(0, INTEGER_MAX);
/** Milliseconds since 1970. */
export const time = integer(0, INTEGER_MAX);
/** How many of something, or how long in milliseconds. */
export const count = integer(0, INTEGER_MAX);
/** A position in the list of assets. */
export const assetId = integer(0, 0xffff_ffff);
/** A transaction's bytes. */
export const transactionHex = hexUpTo(LIMITS.transactionBytes);
/** A name of a member, an asset or a network. */
export const name = text(LIMITS.nameBytes);
/** A peer id in base58btc. */
export const peerId = text(128);
/** A stable code for programs. */
export const code = z.string("a code").regex(/^[a-z][a-z0-9-]{0,63}$/, "a code in kebab-case");
/** A sentence for people. */
export const sentence = text(10_000);

const addressText = "an address of this chain: its prefix, 1, and 59 lower-case characters of bech32m";
/** An address by its form; prefix and checksum are for who knows the chain. */
export const address = z
  .string(addressText)
  .max(LIMITS.addressPrefixBytes + 60, addressText)
  .regex(/^[a-z]{1,12}1[02-9ac-hj-np-z]{59}$/, addressText);

const DECIMAL = /^(?:0|[1-9][0-9]{0,39})$/;
const sumText = "a decimal number, in quotes";
/** A sum of amounts as a decimal string: may be greater than one amount. */
export const sum = z.string(sumText).regex(DECIMAL, sumText);

const amountText = "a decimal number from 0 to 2^64 - 1, in quotes";
/** An amount in base units as a decimal string. */
export const amount = z
  .string(amountText)
  .regex(DECIMAL, amountText)
  .refine((digits) => DECIMAL.test(digits) && BigInt(digits) <= AMOUNT_MAX, amountText);
