// Trying nonces: SHA-256 of SHA-256 of a header, against a target. One slice at a time, so that whoever tries can look
// whether it is still wanted.
import { assert, sha256Into } from "@witan/primitives";

/** Bytes of an encoded header; the nonce is its last 8, little-endian. */
const HEADER_BYTES = 128;
const NONCE_AT = HEADER_BYTES - 8;

/** Tries nonces of one header. */
export class HashTrial {
  readonly #header: Buffer;
  /** The target as it compares with a digest: the last byte counts most. */
  readonly #target: Uint8Array;
  readonly #inner = new Uint8Array(32);
  readonly #digest = new Uint8Array(32);
  readonly #step: number;
  #high: number;
  #low = 0;

  /**
   * @param target as a number, at least 0
   * @param lane the first of the upper halves of nonces that are tried
   * @param lanes the distance to the next: others try those between
   */
  constructor(header: Uint8Array, target: bigint, lane: number, lanes: number) {
    assert(header.length === HEADER_BYTES, `a header of ${header.length} bytes`);
    this.#header = Buffer.from(header);
    this.#target = Uint8Array.from({ length: 32 }, (_, at) => Number((target >> BigInt(8 * at)) & 0xffn));
    this.#high = lane;
    this.#step = lanes;
  }

  /** Tries so many nonces. @returns the first that meets the target, and how many were tried up to it */
  try(count: number): { readonly tried: number; readonly nonce: bigint | undefined } {
    const header = this.#header;
    const [inner, digest] = [this.#inner, this.#digest];
    const most = this.#target[31] as number;
    header.writeUInt32LE(this.#high, NONCE_AT + 4);
    for (let tried = 1; tried <= count; tried++) {
      header.writeUInt32LE(this.#low, NONCE_AT);
      sha256Into(header, inner, 0);
      sha256Into(inner, digest, 0);
      if ((digest[31] as number) <= most && this.#meets())
        return { tried, nonce: (BigInt(this.#high) << 32n) + BigInt(this.#low) };
      this.#low++;
      if (this.#low > 0xffff_ffff) this.#nextHigh();
    }
    return { tried: count, nonce: undefined };
  }

  #nextHigh(): void {
    this.#low = 0;
    // Wraps after 2^64 nonces, which nobody tries.
    this.#high = (this.#high + this.#step) % 0x1_0000_0000;
    this.#header.writeUInt32LE(this.#high, NONCE_AT + 4);
  }

  #meets(): boolean {
    for (let at = 31; at >= 0; at--) {
      const [found, bound] = [this.#digest[at] as number, this.#target[at] as number];
      if (found !== bound) return found < bound;
    }
    return true;
  }
}
