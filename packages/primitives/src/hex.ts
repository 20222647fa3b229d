// Lower-case hex, strictly. Upper case, odd length and prefixes are refused: one value has one text.
import { hexReader } from "#platform";
import { assert } from "./assert.ts";
import { isHexText, writeHex } from "./write-hex.ts";

export { hexReader, sameBytes } from "#platform";
export { writeHex } from "./write-hex.ts";

/** Whether `text` is lower-case hex, of `length` bytes if that is given. */
export function isHex(text: unknown, length?: number): text is string {
  return typeof text === "string" && (length === undefined || text.length === 2 * length) && isHexText(text);
}

/** The bytes as lower-case hex. */
export function bytesToHex(bytes: Uint8Array): string {
  return hexReader(bytes)(0, bytes.length);
}

/** The bytes that lower-case hex stands for. @throws {AssertionError} if it is not that */
export function hexToBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length >>> 1);
  assert(writeHex(text, bytes, 0), `not lower-case hex: ${text.slice(0, 80)}`);
  return bytes;
}
