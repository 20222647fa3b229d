// Bytes as strings of one character a byte (latin1): they compare as the bytes do, serve as keys of maps, and take one
// byte of memory a byte, where a Uint8Array takes a hundred more for itself.
import { Buffer } from "node:buffer";
import { plainBytes } from "@witan/primitives";

/** The bytes as text. */
export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

/** The bytes of a text: new memory. */
export function bytesOf(text: string): Uint8Array {
  return plainBytes(Buffer.from(text, "latin1")).slice();
}
