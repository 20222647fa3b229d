// Lower-case hex, strictly. Upper case, odd length and prefixes are refused: one value has one text.
import { toHex } from "#platform";
import { assert } from "./assert.ts";

const HEX = /^(?:[0-9a-f]{2})*$/;

/** The value of each ASCII code as a lower-case hex digit; 255 where it is none. */
const DIGITS = new Uint8Array(256).fill(255);
for (let digit = 0; digit < 16; digit++) DIGITS[digit.toString(16).charCodeAt(0)] = digit;

/** Whether `text` is lower-case hex, of `length` bytes if that is given. */
export function isHex(text: unknown, length?: number): text is string {
  return typeof text === "string" && (length === undefined || text.length === 2 * length) && HEX.test(text);
}

/** The bytes as lower-case hex. */
export function bytesToHex(bytes: Uint8Array): string {
  return toHex(bytes);
}

/** The bytes that lower-case hex stands for. @throws {AssertionError} if it is not that */
export function hexToBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length >>> 1);
  assert(writeHex(text, bytes, 0), `not lower-case hex: ${text.slice(0, 80)}`);
  return bytes;
}

/**
 * Writes the bytes that lower-case hex stands for into `output` at `offset`.
 * @returns false if `text` is not lower-case hex, or does not fit; `output` may then be partly written
 */
export function writeHex(text: string, output: Uint8Array, offset: number): boolean {
  if (text.length % 2 !== 0 || offset + text.length / 2 > output.length) return false;
  for (let at = 0; at < text.length; at += 2) {
    const high = DIGITS[text.charCodeAt(at)] ?? 255;
    const low = DIGITS[text.charCodeAt(at + 1)] ?? 255;
    if (high > 15 || low > 15) return false;
    output[offset + at / 2] = high * 16 + low;
  }
  return true;
}
