// The view timer, in ticks (protocols/pbft.md, "View change", 1): T doubles with each view given up since the last
// decision, and never exceeds its cap, so that validators decide soon after a heal, whatever was before.

/** Counts ticks towards the end of a view. */
export class ViewTimer {
  readonly #ticks: number;
  readonly #ticksMax: number;
  #elapsed = 0;
  #failedViews = 0;

  /** @param ticks T @param ticksMax what doubling never exceeds */
  constructor(ticks: number, ticksMax: number) {
    this.#ticks = ticks;
    this.#ticksMax = ticksMax;
  }

  /** Ticks until the view is given up. */
  get left(): number {
    return this.#duration - this.#elapsed;
  }

  get #duration(): number {
    // 2^30 ticks are four months: no cap is above.
    return Math.min(this.#ticks * 2 ** Math.min(this.#failedViews, 30), this.#ticksMax);
  }

  /** A tick while something is waited for. @returns whether the view is to be given up */
  tick(): boolean {
    this.#elapsed++;
    return this.#elapsed >= this.#duration;
  }

  /** Nothing is waited for, or a view begins: counts from 0 again. */
  rewind(): void {
    this.#elapsed = 0;
  }

  /** Views were given up without a decision. */
  failed(views: number): void {
    this.#failedViews += views;
    this.#elapsed = 0;
  }

  /** A block was decided. */
  decided(): void {
    this.#failedViews = 0;
    this.#elapsed = 0;
  }
}
