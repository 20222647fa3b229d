// Frames that wait to be written on one lane. Small ones leave together, great ones in pieces; bytes are copied once at
// most. Knows nothing of limits: who puts in, looks first.
import { FRAME_HEADER, writeHeader } from "./frame.ts";

interface Waiting {
  readonly kind: number;
  readonly body: Uint8Array;
}

/** Above this many gone entries the array is cut, so that it doesn't grow for ever and isn't moved each time. */
const GONE_MAX = 1_024;

/** The frames of one lane, first in first out. */
export class FrameQueue {
  readonly #pieceBytes: number;
  #waiting: Waiting[] = [];
  /** The first that is not wholly gone, and how many of its bytes are, its header included. */
  #first = 0;
  #gone = 0;
  #bytes = 0;

  constructor(pieceBytes: number) {
    this.#pieceBytes = pieceBytes;
  }

  /** Bytes that wait, headers included. */
  get bytes(): number {
    return this.#bytes;
  }

  push(kind: number, body: Uint8Array): void {
    this.#waiting.push({ kind, body });
    this.#bytes += FRAME_HEADER + body.length;
  }

  /** The next bytes, a piece at most. Only while there are some. */
  take(): Uint8Array {
    const whole = this.#takeFromMiddle();
    if (whole !== undefined) return whole;
    const piece = new Uint8Array(Math.min(this.#bytes, this.#pieceBytes));
    let filled = 0;
    while (filled < piece.length) filled += this.#copy(piece, filled);
    this.#bytes -= piece.length;
    return piece;
  }

  /** A full piece of a great frame whose header is gone: no copy. */
  #takeFromMiddle(): Uint8Array | undefined {
    const head = this.#waiting[this.#first];
    const from = this.#gone - FRAME_HEADER;
    if (head === undefined || from < 0 || head.body.length - from < this.#pieceBytes) return undefined;
    const piece = head.body.subarray(from, from + this.#pieceBytes);
    this.#gone += piece.length;
    this.#bytes -= piece.length;
    if (from + piece.length === head.body.length) this.#advance();
    return piece;
  }

  #copy(to: Uint8Array, at: number): number {
    const head = this.#waiting[this.#first];
    if (head === undefined) return to.length;
    let written = 0;
    if (this.#gone < FRAME_HEADER) {
      const header = new Uint8Array(FRAME_HEADER);
      writeHeader(header, 0, head.kind, head.body.length);
      written = Math.min(FRAME_HEADER - this.#gone, to.length - at);
      to.set(header.subarray(this.#gone, this.#gone + written), at);
      this.#gone += written;
      if (this.#gone < FRAME_HEADER) return written;
    }
    const from = this.#gone - FRAME_HEADER;
    const count = Math.min(head.body.length - from, to.length - at - written);
    to.set(count === head.body.length ? head.body : head.body.subarray(from, from + count), at + written);
    this.#gone += count;
    if (from + count === head.body.length) this.#advance();
    return written + count;
  }

  #advance(): void {
    this.#first++;
    this.#gone = 0;
    if (this.#first === this.#waiting.length) {
      this.#waiting = [];
      this.#first = 0;
    } else if (this.#first > GONE_MAX) {
      this.#waiting = this.#waiting.slice(this.#first);
      this.#first = 0;
    }
  }
}
