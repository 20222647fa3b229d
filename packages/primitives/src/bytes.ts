// Bytes as this project hands them around: plain Uint8Array, never Node's Buffer, whose `slice` shares memory.

/** The same memory as a plain Uint8Array. */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  if (bytes.constructor === Uint8Array) return bytes;
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}
