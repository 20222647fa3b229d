// What differs between Node and elsewhere, for elsewhere (browsers): hashing by noble, hex by tables.
// `#platform` in package.json picks this file or node.ts; a test holds them to the same answers.
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";

/** The name of the hashing behind `sha256`, for status pages. */
export const HASHING: "node" | "noble" = "noble";

/** SHA-256 of `bytes`: 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return nobleSha256(bytes);
}

/** SHA-256 of `bytes`, in lower-case hex. */
export function sha256Hex(bytes: Uint8Array): string {
  return toHex(nobleSha256(bytes));
}

const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Lower-case hex of `bytes`. */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += DIGITS[byte];
  return text;
}
