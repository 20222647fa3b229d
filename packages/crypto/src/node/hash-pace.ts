// How fast a thread may try: so many a second, evenly. What was not tried while there was nothing to do is not made up for.
import { assert } from "@witan/primitives";

/** The pace of one thread. */
export class HashPace {
  /** How many to try at once. */
  readonly slice: number;
  readonly #perSecond: number | undefined;
  /** When the next may be tried; undefined: at once. */
  #dueMs: number | undefined;

  /** @param perSecond undefined: as fast as it goes. @param sliceMax tried at once, at most */
  constructor(perSecond: number | undefined, sliceMax: number) {
    assert(perSecond === undefined || perSecond > 0, `a pace of ${perSecond}`);
    this.#perSecond = perSecond;
    // Five milliseconds' worth: a slow one tries one after another.
    this.slice =
      perSecond === undefined ? sliceMax : Math.max(1, Math.min(sliceMax, Math.floor(perSecond / 200)));
  }

  /** How long to wait before the next slice; 0: not at all. */
  waitMs(nowMs: number): number {
    if (this.#perSecond === undefined) return 0;
    this.#dueMs ??= nowMs;
    // Where the machine is too slow for the pace, what was missed is not tried later, but for a slice or so.
    this.#dueMs = Math.max(this.#dueMs, nowMs - 100);
    return Math.max(0, this.#dueMs - nowMs);
  }

  tried(count: number): void {
    if (this.#perSecond !== undefined && this.#dueMs !== undefined)
      this.#dueMs += (count * 1_000) / this.#perSecond;
  }

  /** There is nothing to try. What was tried so far is still paid for. */
  rest(): void {
    if (this.#dueMs !== undefined && this.#dueMs <= performance.now()) this.#dueMs = undefined;
  }
}
