// What comes on one lane: frames, handed over one after the other. While a handler's promise is open nothing more of the
// lane is handed over, and the peer is told to wait, so that only its own queue fills.
import { type Frame, FrameReader } from "./frame.ts";

/** What an inbox needs. */
export interface InboxOptions {
  readonly limitOf: (kind: number) => number | undefined;
  readonly handle: (frame: Frame) => void | Promise<void>;
  readonly pause: () => void;
  readonly resume: () => void;
  readonly fault: (code: "unknown-frame" | "oversized-frame") => void;
}

/** The receiving end of a lane. */
export class Inbox {
  readonly #options: InboxOptions;
  readonly #reader: FrameReader;
  #state: "open" | "waiting" | "closed" = "open";

  constructor(options: InboxOptions) {
    this.#options = options;
    this.#reader = new FrameReader(options.limitOf);
  }

  push(bytes: Uint8Array): void {
    if (this.#state === "closed") return;
    this.#reader.push(bytes);
    this.#drain();
  }

  /** Nothing more is handed over. */
  close(): void {
    this.#state = "closed";
  }

  #drain(): void {
    while (this.#state === "open") {
      const frame = this.#reader.next();
      if (frame === undefined) return;
      if (typeof frame === "string") {
        this.close();
        this.#options.fault(frame);
        return;
      }
      const handled = this.#options.handle(frame);
      // Handlers may close the inbox: the state is looked at anew.
      if (handled instanceof Promise && this.#isOpen()) this.#waitFor(handled);
    }
  }

  #isOpen(): boolean {
    return this.#state === "open";
  }

  #waitFor(handled: Promise<void>): void {
    this.#state = "waiting";
    this.#options.pause();
    // Not caught: a handler that throws is a bug of ours, and must stop the process.
    void handled.then(() => {
      if (this.#state !== "waiting") return;
      this.#state = "open";
      this.#drain();
      if (this.#isOpen()) this.#options.resume();
    });
  }
}
