// A clock that stands still until a test moves it.
import type { ClientClock } from "@witan/client";
import type { Timestamp } from "@witan/primitives";
import { GENESIS_TIME } from "../ledger/build.ts";

interface Timer {
  readonly at: number;
  readonly call: () => void;
}

/** Time passes when a test says so, and what is due then happens. */
export class HandClock implements ClientClock {
  #ms = 0;
  readonly #timers = new Set<Timer>();

  now = () => (GENESIS_TIME + this.#ms) as Timestamp;
  monotonicMs = () => this.#ms;
  after = (ms: number, call: () => void) => {
    const timer = { at: this.#ms + ms, call };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  };

  /** Lets so much time pass. */
  advance(ms: number): void {
    this.#ms += ms;
    for (const timer of [...this.#timers].filter(({ at }) => at <= this.#ms)) {
      this.#timers.delete(timer);
      timer.call();
    }
  }
}
