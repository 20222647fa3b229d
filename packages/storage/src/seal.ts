// The seal of a value: 8 bytes of SHA-256 over key and value, behind the value. LevelDB as shipped does not check its
// table files; with the key inside, a value that turns up under another key is noticed too. Keys of a table are all of
// one length, so key and value can't be confused. Against accidents, not against someone who writes the files.
import { createHash, hash } from "node:crypto";
import { writeHex } from "@witan/primitives";

/** Bytes that a seal adds to a value. */
export const SEAL_BYTES = 8;

/** Up to here key and value are put together and hashed at one go, which is faster than a hash made in steps. */
const SCRATCH_BYTES = 4_096;
const scratch = new Uint8Array(SCRATCH_BYTES);

function sealHex(key: Uint8Array, value: Uint8Array): string {
  const length = key.length + value.length;
  if (length > SCRATCH_BYTES) return createHash("sha256").update(key).update(value).digest("hex");
  scratch.set(key, 0);
  scratch.set(value, key.length);
  return hash("sha256", scratch.subarray(0, length), "hex");
}

/** The value with its seal. */
export function seal(key: Uint8Array, value: Uint8Array): Uint8Array {
  const sealed = new Uint8Array(value.length + SEAL_BYTES);
  sealed.set(value, 0);
  writeHex(sealHex(key, value).slice(0, 2 * SEAL_BYTES), sealed, value.length);
  return sealed;
}

const expected = new Uint8Array(SEAL_BYTES);

/** The value without its seal (a view, not a copy), or undefined if the two do not fit. */
export function unseal(key: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
  const length = sealed.length - SEAL_BYTES;
  if (length < 0) return undefined;
  const value = sealed.subarray(0, length);
  writeHex(sealHex(key, value).slice(0, 2 * SEAL_BYTES), expected, 0);
  for (let at = 0; at < SEAL_BYTES; at++) if (sealed[length + at] !== expected[at]) return undefined;
  return value;
}
