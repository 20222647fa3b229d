// How long a comparison still takes: from what its parts were thought to take, and what those that are through did take. Pure
// but for the clock that it is given.

/** An estimate that gets better while parts end. */
export class TimeLeft {
  readonly #seconds: readonly number[];
  readonly #nowSeconds: () => number;
  #at = 0;
  #began: number;
  #thought = 0;
  #took = 0;

  /** @param seconds what each part is thought to take; the first begins now */
  constructor(seconds: readonly number[], nowSeconds: () => number) {
    this.#seconds = seconds;
    this.#nowSeconds = nowSeconds;
    this.#began = nowSeconds();
  }

  /** A part is through, and the next begins. */
  next(): void {
    const now = this.#nowSeconds();
    this.#thought += this.#seconds[this.#at] ?? 0;
    this.#took += now - this.#began;
    this.#began = now;
    this.#at++;
  }

  /** In seconds: what is left as it was thought, as much longer or shorter as those before were. */
  get seconds(): number {
    const [current = 0, ...rest] = this.#seconds.slice(this.#at);
    const scale = this.#thought === 0 ? 1 : this.#took / this.#thought;
    const gone = this.#nowSeconds() - this.#began;
    return Math.max(0, scale * current - gone) + scale * rest.reduce((sum, one) => sum + one, 0);
  }
}
