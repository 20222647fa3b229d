// What differs between Node and elsewhere, for elsewhere (browsers): hashing by noble, hex by a table.
// `#platform` in package.json picks this file or node.ts; a test holds them to the same answers.
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";

export { makeType } from "./lend-buffer.ts";

/** The name of the hashing behind `sha256`, for status pages. */
export const HASHING: "node" | "noble" = "noble";

/** SHA-256 of `bytes`: 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return nobleSha256(bytes);
}

/** Writes the SHA-256 of `bytes`, 32 bytes, into `output` at `offset`; `bytes` may lie there. */
export function sha256Into(bytes: Uint8Array, output: Uint8Array, offset: number): void {
  output.set(nobleSha256(bytes), offset);
}

/** SHA-256 of `bytes`, in lower-case hex. */
export function sha256Hex(bytes: Uint8Array): string {
  return hexReader(nobleSha256(bytes))(0, 32);
}

const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Reads lower-case hex of parts of `bytes`: from `start` to before `end`. */
export function hexReader(bytes: Uint8Array): (start: number, end: number) => string {
  return (start, end) => {
    let text = "";
    for (let at = start; at < end; at++) text += DIGITS[bytes[at] as number];
    return text;
  };
}

/** Whether two byte strings are the same. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
