// Frames: a kind (1 byte), a length (4 bytes, big-endian), a body. The reader looks at kind and length before it takes
// memory, copies each byte once, and never gives what it has to share.

/** Bytes before each body. */
export const FRAME_HEADER = 5;

/** Kinds of frames. `message` is the only one outside the control lane. */
export const FRAME = {
  message: 0,
  hello: 1,
  refusal: 2,
  ping: 3,
  pong: 4,
  request: 5,
  /** An answer begins: id, length. */
  answer: 6,
  /** Some of its bytes: id, bytes. */
  piece: 7,
  /** There is no answer: id, why. */
  refused: 8,
  /** The answer is not wanted any more: id. */
  cancel: 9,
} as const;

/** A frame that came. */
export interface Frame {
  readonly kind: number;
  readonly body: Uint8Array;
}

/** Writes a frame's header. */
export function writeHeader(to: Uint8Array, at: number, kind: number, length: number): void {
  to[at] = kind;
  writeUint32(to, at + 1, length);
}

/** Writes 4 bytes, big-endian. */
export function writeUint32(to: Uint8Array, at: number, value: number): void {
  to[at] = value >>> 24;
  to[at + 1] = value >>> 16;
  to[at + 2] = value >>> 8;
  to[at + 3] = value;
}

/** Reads 4 bytes, big-endian. */
export function readUint32(from: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = [from[at], from[at + 1], from[at + 2], from[at + 3]];
  return a * 0x100_0000 + ((b << 16) | (c << 8) | d);
}

/** Cuts what comes into frames. */
export class FrameReader {
  readonly #limitOf: (kind: number) => number | undefined;
  /** What came and was not looked at; the first from #at on. */
  readonly #chunks: Uint8Array[] = [];
  #at = 0;
  readonly #header = new Uint8Array(FRAME_HEADER);
  #headerFilled = 0;
  #body: Uint8Array | undefined;
  #bodyFilled = 0;

  /** `limitOf` tells how long the body of a kind may be; undefined: there is no such kind here. */
  constructor(limitOf: (kind: number) => number | undefined) {
    this.#limitOf = limitOf;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length > 0) this.#chunks.push(chunk);
  }

  /** The next frame if it is whole, undefined if not, or what is wrong with what came. */
  next(): Frame | "unknown-frame" | "oversized-frame" | undefined {
    if (this.#body === undefined) {
      const filled = this.#fill(this.#header, this.#headerFilled);
      this.#headerFilled = filled;
      if (filled < FRAME_HEADER) return undefined;
      const limit = this.#limitOf(this.#kind);
      if (limit === undefined) return "unknown-frame";
      const length = readUint32(this.#header, 1);
      if (length > limit) return "oversized-frame";
      this.#body = new Uint8Array(length);
    }
    this.#bodyFilled = this.#fill(this.#body, this.#bodyFilled);
    if (this.#bodyFilled < this.#body.length) return undefined;
    const frame = { kind: this.#kind, body: this.#body };
    this.#headerFilled = 0;
    this.#body = undefined;
    this.#bodyFilled = 0;
    return frame;
  }

  get #kind(): number {
    return this.#header[0] ?? 0;
  }

  /** Moves bytes over, as many as there are and fit. */
  #fill(to: Uint8Array, from: number): number {
    let filled = from;
    let chunk = this.#chunks[0];
    while (chunk !== undefined && filled < to.length) {
      const count = Math.min(to.length - filled, chunk.length - this.#at);
      to.set(chunk.subarray(this.#at, this.#at + count), filled);
      filled += count;
      this.#at += count;
      if (this.#at === chunk.length) {
        this.#chunks.shift();
        this.#at = 0;
        chunk = this.#chunks[0];
      }
    }
    return filled;
  }
}
