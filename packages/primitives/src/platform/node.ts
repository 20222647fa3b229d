// What differs between Node and elsewhere, for Node: hashing and hex by its own, several times faster than
// portable.ts and equal to it (tested). Nothing else of Node may enter the pure packages through here.
import { Buffer } from "node:buffer";
import { hash } from "node:crypto";

/** The name of the hashing behind `sha256`, for status pages. */
export const HASHING: "node" | "noble" = "node";

/** SHA-256 of `bytes`: 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(hash("sha256", bytes, "buffer"));
}

/** SHA-256 of `bytes`, in lower-case hex. */
export function sha256Hex(bytes: Uint8Array): string {
  return hash("sha256", bytes, "hex");
}

/** Lower-case hex of `bytes`. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}
