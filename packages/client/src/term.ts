// The time that a question to several nodes may take, and its end for all of them at once.
import type { CancelSignal } from "@witan/primitives";
import type { ClientClock } from "./platform-clock.ts";
import type { CallOptions } from "./rpc-client.ts";

/** How long a question may take: until its time is up, its caller gives up, or it is answered. */
export class Term {
  readonly #clock: ClientClock;
  readonly #endMs: number;
  readonly #stop = new AbortController();
  readonly #giveUp = () => this.#stop.abort();
  readonly #stopTimer: () => void;
  readonly #caller: CancelSignal | undefined;

  constructor(clock: ClientClock, timeoutMs: number, caller: CancelSignal | undefined) {
    this.#clock = clock;
    this.#endMs = clock.monotonicMs() + timeoutMs;
    this.#stopTimer = clock.after(timeoutMs, this.#giveUp);
    this.#caller = caller;
    if (caller?.aborted === true) this.#giveUp();
    else caller?.addEventListener("abort", this.#giveUp, { once: true });
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  get isOver(): boolean {
    return this.#stop.signal.aborted;
  }

  /** How a node is asked in what is left of the time. */
  get call(): CallOptions {
    return { timeoutMs: Math.max(0, this.#endMs - this.#clock.monotonicMs()), signal: this.#stop.signal };
  }

  /** Whatever still goes on is given up. */
  end(): void {
    this.#stopTimer();
    this.#caller?.removeEventListener("abort", this.#giveUp);
    this.#stop.abort();
  }
}
