// Requests and answers on one link. Both sides ask and answer; ids are the asker's. Bounded: how many are answered at a
// time, how great an answer is, how long an asker waits. An answer that came too late is passed over.
import { type CancelSignal, type Clock, ok, type RequestFault, type Result, refuse } from "@witan/primitives";
import { FRAME, type Frame, readUint32, writeUint32 } from "./frame.ts";
import type { Outbox } from "./outbox.ts";
import type { NetworkLimits } from "./settings.ts";

/** Why there is no answer, as it is sent: the position is the code. */
const REFUSALS = ["refused", "busy", "too-large"] as const;

interface Pending {
  answer: Uint8Array | undefined;
  filled: number;
  settle(result: Result<Uint8Array, RequestFault>): void;
}

/** What is wrong with a frame, for everyone. */
export type ExchangeFault =
  | "short-frame"
  | "unasked-answer"
  | "oversized-answer"
  | "request-flood"
  | "repeated-request";

/** What an exchange needs of its link. */
export interface ExchangeOptions {
  readonly outbox: Outbox;
  readonly limits: NetworkLimits;
  readonly clock: Clock;
  readonly answer: (bytes: Uint8Array) => Promise<Uint8Array | undefined>;
  /** Something waits in the outbox. */
  readonly wake: () => void;
}

/** The requests of one link, both ways. */
export class Exchange {
  readonly #options: ExchangeOptions;
  readonly #pending = new Map<number, Pending>();
  #nextId = 0;
  /** Requests of the peer. One that is cancelled counts for as long as it is being worked on. */
  readonly #answering = new Map<number, "working" | "cancelled" | "sending">();
  #isOver = false;

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  request(
    bytes: Uint8Array,
    options: { readonly timeoutMs: number; readonly signal?: CancelSignal },
  ): Promise<Result<Uint8Array, RequestFault>> {
    const { outbox, clock, wake } = this.#options;
    const { timeoutMs, signal } = options;
    const id = this.#nextId++;
    const body = new Uint8Array(4 + bytes.length);
    writeUint32(body, 0, id);
    body.set(bytes, 4);
    if (!outbox.control(FRAME.request, body))
      return Promise.resolve(refuse("busy", "the peer does not read"));
    wake();
    return new Promise((resolve) => {
      const settle = (result: Result<Uint8Array, RequestFault>): void => {
        if (!this.#pending.delete(id)) return;
        stopTimer();
        signal?.removeEventListener("abort", onAbort);
        resolve(result);
      };
      const giveUp = (code: "timeout" | "cancelled", detail: string): void => {
        this.#tell(FRAME.cancel, id);
        settle(refuse(code, detail));
      };
      const onAbort = (): void => giveUp("cancelled", "it is not wanted any more");
      const stopTimer = clock.after(timeoutMs, () => giveUp("timeout", `no answer within ${timeoutMs} ms`));
      this.#pending.set(id, { answer: undefined, filled: 0, settle });
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }

  /** Takes a frame that belongs here. */
  receive(frame: Frame): ExchangeFault | undefined {
    const { kind, body } = frame;
    if (body.length < 4) return "short-frame";
    const id = readUint32(body, 0);
    if (kind === FRAME.request) return this.#serve(id, body.subarray(4));
    if (kind === FRAME.cancel) return this.#cancel(id);
    if (id >= this.#nextId) return "unasked-answer";
    const pending = this.#pending.get(id);
    if (kind === FRAME.answer) return this.#beginAnswer(pending, body);
    if (kind === FRAME.piece) return this.#addPiece(pending, body.subarray(4));
    const code = REFUSALS[body[4] ?? 0];
    pending?.settle(refuse(code ?? "refused", "the peer said so"));
    return undefined;
  }

  /** The link is gone. */
  close(): void {
    this.#isOver = true;
    this.#answering.clear();
    for (const pending of [...this.#pending.values()]) {
      pending.settle(refuse("not-connected", "the connection ended before the answer"));
    }
  }

  #serve(id: number, bytes: Uint8Array): ExchangeFault | undefined {
    const { limits, answer } = this.#options;
    if (this.#answering.has(id)) return "repeated-request";
    if (this.#answering.size >= limits.requestsAtOnce) return this.#tell(FRAME.refused, id, "busy");
    this.#answering.set(id, "working");
    // Not caught: a handler that throws is a bug of ours, and must stop the process.
    void answer(bytes).then((result) => this.#finish(id, result));
    return undefined;
  }

  #finish(id: number, result: Uint8Array | undefined): void {
    const { limits, outbox, wake } = this.#options;
    if (this.#isOver) return;
    if (this.#answering.get(id) === "cancelled") {
      this.#answering.delete(id);
      return;
    }
    if (result === undefined || result.length > limits.answerBytes) {
      this.#answering.delete(id);
      this.#tell(FRAME.refused, id, result === undefined ? "refused" : "too-large");
      return;
    }
    this.#answering.set(id, "sending");
    outbox.answer(id, result, () => this.#answering.delete(id));
    wake();
  }

  #cancel(id: number): undefined {
    const state = this.#answering.get(id);
    if (state === "working") this.#answering.set(id, "cancelled");
    if (state !== "sending") return;
    this.#answering.delete(id);
    this.#options.outbox.dropAnswer(id);
  }

  #beginAnswer(pending: Pending | undefined, body: Uint8Array): ExchangeFault | undefined {
    if (body.length !== 8) return "short-frame";
    const length = readUint32(body, 4);
    if (length > this.#options.limits.answerBytes) {
      pending?.settle(refuse("too-large", `the answer has ${length} bytes`));
      return "oversized-answer";
    }
    if (pending === undefined) return undefined;
    if (pending.answer !== undefined) return "unasked-answer";
    pending.answer = new Uint8Array(length);
    if (length === 0) pending.settle(ok(pending.answer));
    return undefined;
  }

  #addPiece(pending: Pending | undefined, bytes: Uint8Array): ExchangeFault | undefined {
    if (pending === undefined) return undefined;
    const { answer, filled } = pending;
    if (answer === undefined || filled + bytes.length > answer.length) return "unasked-answer";
    answer.set(bytes, filled);
    pending.filled += bytes.length;
    if (pending.filled === answer.length) pending.settle(ok(answer));
    return undefined;
  }

  /** Sends a short frame. A peer that fills our outbox with them asks and does not read. */
  #tell(kind: number, id: number, code?: (typeof REFUSALS)[number]): ExchangeFault | undefined {
    const { outbox, wake } = this.#options;
    const body = new Uint8Array(code === undefined ? 4 : 5);
    writeUint32(body, 0, id);
    if (code !== undefined) body[4] = REFUSALS.indexOf(code);
    const isQueued = outbox.control(kind, body);
    wake();
    return isQueued ? undefined : "request-flood";
  }
}
