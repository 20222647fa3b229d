// Bytes and hashes of the naive validator: hexadecimal text everywhere, so that === and < compare bytes.
import { sha256 } from "@noble/hashes/sha2.js";

/** 32 zero bytes. */
export const ZERO32 = "00".repeat(32);

/** Lower-case hex of bytes. */
export function hex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

/** The bytes of lower-case hex. */
export function unhex(text: string): Uint8Array {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new Error(`not hex: ${text}`);
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** Byte strings one after the other. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The bytes of ASCII text. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** SHA-256 of hex, as hex. */
export function sha(text: string): string {
  return hex(sha256(unhex(text)));
}

/** H of section 2. */
export function H(tag: string, chainId: string, bytes: Uint8Array): string {
  return hex(sha256(concat([sha256(ascii(tag)), unhex(chainId), bytes])));
}

/** H0 of section 2. */
export function H0(tag: string, bytes: Uint8Array): string {
  return H(tag, ZERO32, bytes);
}

/** The big-endian number in hex. */
export function bigEndian(text: string): bigint {
  return BigInt(`0x${text}`);
}

/** The little-endian number in hex. */
export function littleEndian(text: string): bigint {
  return bigEndian(hex(unhex(text).reverse()));
}

/** Whether values are sorted without repeats. */
export function strictlyAscending<T extends string | bigint>(values: readonly T[]): boolean {
  for (let i = 1; i < values.length; i++) if (!(values[i - 1]! < values[i]!)) return false;
  return true;
}

/** Whether no value occurs twice. */
export function allDiffer(values: readonly string[]): boolean {
  for (let i = 0; i < values.length; i++) {
    for (let j = 0; j < i; j++) if (values[i] === values[j]) return false;
  }
  return true;
}

/** A code and whether its rule is broken. */
export type Rule = readonly [code: string, broken: () => boolean];

/** The code of the first broken rule. */
export function firstBroken(rules: readonly Rule[]): string | undefined {
  for (const [code, broken] of rules) if (broken()) return code;
  return undefined;
}
