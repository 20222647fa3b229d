// The view timer, in ticks (protocols/pbft.md, "View change", 1): T doubles with each view given up since the last
// decision, and never exceeds its cap, so that validators decide soon after a heal, whatever was before.

/** Counts ticks towards the end of a view. Knows no clock. */
export class ViewTimer {
  readonly #ticks: number;
  readonly #ticksMax: number;
  #left: number;
  #failedViews = 0;

  /** @param ticks T @param ticksMax what doubling never exceeds */
  constructor(ticks: number, ticksMax: number) {
    this.#ticks = ticks;
    this.#ticksMax = ticksMax;
    this.#left = this.#duration;
  }

  /** Ticks until the view is given up. */
  get left(): number {
    return this.#left;
  }

  get #duration(): number {
    // 2^30 ticks are four months: no cap is above.
    return Math.min(this.#ticks * 2 ** Math.min(this.#failedViews, 30), this.#ticksMax);
  }

  /** A tick while something is waited for. @returns whether the time is up */
  tick(): boolean {
    this.#left = Math.max(this.#left - 1, 0);
    return this.#left === 0;
  }

  /** Nothing is waited for, or a view begins: the whole time again. */
  rewind(): void {
    this.#left = this.#duration;
  }

  /** Views were given up without a decision. */
  failed(views: number): void {
    this.#failedViews += views;
    this.rewind();
  }

  /**
   * A block was decided: doubling starts over, and so does the time, unless a transaction is overdue. Then the view has
   * what it had left, and never more than T.
   */
  decided(overdue: boolean): void {
    this.#failedViews = 0;
    this.#left = overdue ? Math.min(this.#left, this.#duration) : this.#duration;
  }
}
