// What waits to be sent to one peer, and in which order it goes: control, votes, transactions, then bulk and answers by
// turns. Writes a piece at a time and only where the wire has room, so that a vote waits for one piece at most.
import type { Channel } from "@witan/primitives";
import { FRAME, FRAME_HEADER, writeHeader, writeUint32 } from "./frame.ts";
import { FrameQueue } from "./frame-queue.ts";
import type { NetworkLimits } from "./settings.ts";
import type { Lane, Wire } from "./wire.ts";

/** An answer that leaves in pieces. */
interface Answer {
  readonly id: number;
  readonly bytes: Uint8Array;
  readonly sent: () => void;
  /** undefined: not even begun. */
  gone: number | undefined;
}

const ANSWER_HEADER = FRAME_HEADER + 4;

/** Room for our own requests and for short replies; more would mean that the peer does not read. */
const CONTROL_BYTES = 1024 * 1024;

/** The queues of one link. */
export class Outbox {
  readonly #wire: Wire;
  readonly #limits: NetworkLimits;
  readonly #pieceBytes: number;
  readonly #wrote: (bytes: number) => void;
  readonly #queues: Readonly<Record<Lane, FrameQueue>>;
  readonly #answers: Answer[] = [];
  #isFlushing = false;
  #isBulksTurn = true;

  /** `wrote` hears of every piece that is handed to the wire. */
  constructor(wire: Wire, limits: NetworkLimits, wrote: (bytes: number) => void) {
    this.#wire = wire;
    this.#wrote = wrote;
    this.#limits = limits;
    this.#pieceBytes = Math.min(limits.pieceBytes, wire.pieceBytes);
    this.#queues = {
      control: new FrameQueue(this.#pieceBytes),
      consensus: new FrameQueue(this.#pieceBytes),
      transactions: new FrameQueue(this.#pieceBytes),
      bulk: new FrameQueue(this.#pieceBytes),
    };
  }

  /** Puts a frame on the control lane. False: too much waits there. */
  control(kind: number, body: Uint8Array): boolean {
    if (this.#queues.control.bytes + body.length > CONTROL_BYTES) return false;
    this.#queues.control.push(kind, body);
    return true;
  }

  /** Puts a message on its channel. False: the queue is full. */
  message(channel: Channel, bytes: Uint8Array): boolean {
    const queue = this.#queues[channel];
    if (queue.bytes + bytes.length + FRAME_HEADER > this.#limits.queueBytes[channel]) return false;
    queue.push(FRAME.message, bytes);
    return true;
  }

  /** Puts an answer in line; `sent` is called once its last byte is handed over. */
  answer(id: number, bytes: Uint8Array, sent: () => void): void {
    this.#answers.push({ id, bytes, sent, gone: undefined });
  }

  /** Forgets an answer that is not wanted any more. */
  dropAnswer(id: number): void {
    const at = this.#answers.findIndex((answer) => answer.id === id);
    if (at >= 0) this.#answers.splice(at, 1);
  }

  /** Writes what the wire takes. */
  flush(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    try {
      while (this.#writeNext()) {
        // One piece at a time, the most urgent first.
      }
    } finally {
      this.#isFlushing = false;
    }
  }

  #writeNext(): boolean {
    if (this.#writeFrom("control") || this.#writeFrom("consensus") || this.#writeFrom("transactions"))
      return true;
    this.#isBulksTurn = !this.#isBulksTurn;
    if (this.#isBulksTurn) return this.#writeFrom("bulk") || this.#writeAnswer();
    return this.#writeAnswer() || this.#writeFrom("bulk");
  }

  #writeFrom(lane: Lane): boolean {
    const queue = this.#queues[lane];
    if (queue.bytes === 0 || !this.#wire.canWrite(lane)) return false;
    this.#write(lane, queue.take());
    return true;
  }

  #write(lane: Lane, piece: Uint8Array): void {
    this.#wrote(piece.length);
    this.#wire.write(lane, piece);
  }

  #writeAnswer(): boolean {
    const answer = this.#answers[0];
    if (answer === undefined || !this.#wire.canWrite("control")) return false;
    this.#write("control", this.#pieceOf(answer));
    this.#answers.shift();
    if (answer.gone === answer.bytes.length) answer.sent();
    // Behind the others: a small answer does not wait for a great one.
    else this.#answers.push(answer);
    return true;
  }

  /** The beginning of an answer with its first bytes, or its next ones: whole frames. */
  #pieceOf(answer: Answer): Uint8Array {
    const { id, bytes, gone = 0 } = answer;
    const start = answer.gone === undefined ? ANSWER_HEADER + 4 : 0;
    const count = Math.min(bytes.length - gone, this.#pieceBytes - start - ANSWER_HEADER);
    const piece = new Uint8Array(start + (count > 0 ? ANSWER_HEADER + count : 0));
    if (start > 0) {
      writeHeader(piece, 0, FRAME.answer, 8);
      writeUint32(piece, FRAME_HEADER, id);
      writeUint32(piece, FRAME_HEADER + 4, bytes.length);
    }
    if (count > 0) {
      writeHeader(piece, start, FRAME.piece, 4 + count);
      writeUint32(piece, start + FRAME_HEADER, id);
      piece.set(bytes.subarray(gone, gone + count), start + ANSWER_HEADER);
    }
    answer.gone = gone + count;
    return piece;
  }
}
