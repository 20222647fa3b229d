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
export const hash = hexOf(32).meta({
  id: "hash",
  description: "32 bytes in lower-case hex: an id or a hash",
});
/** A compressed public key. */
export const publicKey = hexOf(33).meta({
  id: "publicKey",
  description: "a compressed public key of secp256k1 in lower-case hex",
});
/** A signature, r then s. */
export const signature = hexOf(64).meta({
  id: "signature",
  description: "an ECDSA signature, r then s, in lower-case hex",
});
/** The number of a block. */
export const height = integer(0, INTEGER_MAX).meta({ id: "height", description: "the number of a block" });
/** Milliseconds since 1970. */
export const time = integer(0, INTEGER_MAX).meta({ id: "time", description: "milliseconds since 1970" });
/** How many of something, or how long in milliseconds. */
export const count = integer(0, INTEGER_MAX).meta({
  id: "count",
  description: "how many of something, or how long in milliseconds",
});
/** How likely something is. */
export const probability = z
  .number("a number from 0 to 1")
  .min(0, "a number from 0 to 1")
  .max(1, "a number from 0 to 1")
  .meta({ id: "probability", description: "how likely something is, from 0 to 1" });
/** A position in the list of assets. */
export const assetId = integer(0, 0xffff_ffff).meta({
  id: "assetId",
  description: "the number of an asset; 0 is the native one",
});
/** A transaction's bytes. */
export const transactionHex = hexUpTo(LIMITS.transactionBytes).meta({
  id: "transactionHex",
  description: "the bytes of a transaction in lower-case hex",
});
/** A name of a member, an asset or a network. */
export const name = text(LIMITS.nameBytes).meta({
  id: "name",
  description: "the name of a member, an asset or a network",
});
/** A peer id in base58btc. */
export const peerId = text(128).meta({ id: "peerId", description: "a peer id in base58btc" });
/** A stable code for programs. */
export const code = z
  .string("a code")
  .regex(/^[a-z][a-z0-9-]{0,63}$/, "a code in kebab-case")
  .meta({ id: "code", description: "a stable code for programs" });
/** A sentence for people. */
export const sentence = text(10_000).meta({ id: "sentence", description: "a sentence for people" });

const addressText = "an address of this chain: its prefix, 1, and 59 lower-case characters of bech32m";
/** An address by its form; prefix and checksum are for who knows the chain. */
export const address = z
  .string(addressText)
  .max(LIMITS.addressPrefixBytes + 60, addressText)
  .regex(/^[a-z]{1,12}1[02-9ac-hj-np-z]{59}$/, addressText)
  .meta({ id: "address", description: "an address of this chain, in bech32m" });

const DECIMAL = /^(?:0|[1-9][0-9]{0,39})$/;
const sumText = "a decimal number, in quotes";
/** A sum of amounts as a decimal string: may be greater than one amount. */
export const sum = z
  .string(sumText)
  .regex(DECIMAL, sumText)
  .meta({ id: "sum", description: "a sum of amounts in base units, as a decimal string" });

const differenceText = "a decimal number with a minus sign if it is less than nothing, in quotes";
/** What a sum gains or loses. */
export const difference = z
  .string(differenceText)
  .regex(/^(?:0|-?[1-9][0-9]{0,39})$/, differenceText)
  .meta({
    id: "difference",
    description: "what a sum gains or loses, in base units, as a decimal string with its sign",
  });

/** Something for each of some assets, by the asset's number. */
export function byAsset<S extends z.ZodType>(value: S): z.ZodRecord<z.ZodString, S> {
  const expected = "an asset's number";
  return z.record(z.string().regex(/^(?:0|[1-9][0-9]{0,9})$/, expected), value);
}

const cursorText = "a cursor that this method gave as `next`";
/** Where a page begins. Opaque to callers. */
export const cursor = z
  .string(cursorText)
  .max(256, cursorText)
  .meta({ id: "cursor", description: "where a page begins: next of the page before; opaque" });

const amountText = "a decimal number from 0 to 2^64 - 1, in quotes";
/** An amount in base units as a decimal string. */
export const amount = z
  .string(amountText)
  .regex(DECIMAL, amountText)
  .refine((digits) => DECIMAL.test(digits) && BigInt(digits) <= AMOUNT_MAX, amountText)
  .meta({ id: "amount", description: "an amount in base units, as a decimal string" });
