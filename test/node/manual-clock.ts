// A clock that stands until a test advances it: timers fire in the order of their times, then of their making.
import type { Clock, Timestamp } from "@witan/primitives";

interface Timer {
  readonly call: () => void;
  atMs: number;
  readonly everyMs: number | undefined;
}

/** The time of a whole test world. */
export class ManualClock {
  readonly #beginMs: number;
  #passedMs = 0;
  readonly #timers = new Set<Timer>();

  constructor(beginMs: number) {
    this.#beginMs = beginMs;
  }

  /** Milliseconds since the beginning. */
  get passedMs(): number {
    return this.#passedMs;
  }

  /** Lets time pass. */
  advance(ms: number): void {
    const end = this.#passedMs + ms;
    for (;;) {
      let next: Timer | undefined;
      for (const timer of this.#timers)
        if (timer.atMs <= end && (next === undefined || timer.atMs < next.atMs)) next = timer;
      if (next === undefined) break;
      this.#passedMs = Math.max(this.#passedMs, next.atMs);
      if (next.everyMs === undefined) this.#timers.delete(next);
      else next.atMs += next.everyMs;
      next.call();
    }
    this.#passedMs = end;
  }

  /** The clock as one node sees it: once it is dead, its timers are silent. */
  port(isAlive: () => boolean): Clock {
    const add = (ms: number, call: () => void, everyMs: number | undefined) => {
      const whileAlive = (): void => {
        if (isAlive()) call();
        else this.#timers.delete(timer);
      };
      const timer: Timer = { call: whileAlive, atMs: this.#passedMs + ms, everyMs };
      this.#timers.add(timer);
      return () => {
        this.#timers.delete(timer);
      };
    };
    return {
      now: () => Math.floor(this.#beginMs + this.#passedMs) as Timestamp,
      monotonicMs: () => this.#passedMs,
      after: (ms, call) => add(ms, call, undefined),
      every: (ms, call) => add(ms, call, ms),
    };
  }
}

/** Lets what is ready in the event loop happen, once around. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
