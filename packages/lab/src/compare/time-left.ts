// How long a comparison still takes: from what its parts were thought to take, and what those that are through did take. Pure
// but for the clock that it is given.

/** A part of a comparison, as far as its time is concerned. */
export interface TimedPart {
  /** What it is thought to take, in seconds. */
  readonly seconds: number;
  /** It waits for a clock, as miners do for blocks: it takes no longer on a slow machine. */
  readonly isPaced?: boolean;
  /** It began with the part of this number, beside those after it: what is waited for here is its end. */
  readonly begunIn?: number;
}

/** What a part that takes longer than it was thought to is thought to take yet, as a share of what it has taken. */
const OVERRUN_SHARE = 0.1;

/** An estimate that gets better while parts end. */
export class TimeLeft {
  readonly #parts: readonly TimedPart[];
  readonly #nowSeconds: () => number;
  /** When each part began, as far as they have. */
  readonly #began: number[];
  #thought = 0;
  #took = 0;

  /** The first part begins now. */
  constructor(parts: readonly TimedPart[], nowSeconds: () => number) {
    this.#parts = parts;
    this.#nowSeconds = nowSeconds;
    this.#began = [nowSeconds()];
  }

  /** A part is through, and the next begins. */
  next(): void {
    const now = this.#nowSeconds();
    const at = this.#began.length - 1;
    const part = this.#parts[at];
    if (part !== undefined && part.isPaced !== true && part.begunIn === undefined) {
      this.#thought += part.seconds;
      this.#took += now - (this.#began[at] ?? now);
    }
    this.#began.push(now);
  }

  /** In seconds: what is left as it was thought, as much longer or shorter as those before were. */
  get seconds(): number {
    const now = this.#nowSeconds();
    const scale = this.#thought === 0 ? 1 : this.#took / this.#thought;
    let left = 0;
    /** When each part will have begun, from now on. */
    const begins = this.#began.map((began) => began - now);
    for (const [at, { seconds, isPaced = false, begunIn }] of this.#parts.entries()) {
      if (at < this.#began.length - 1) continue;
      begins[at] ??= left;
      const begun = begins[begunIn ?? at] ?? 0;
      left = Math.max(left, begun + (isPaced ? 1 : scale) * seconds, -begun * OVERRUN_SHARE);
    }
    return left;
  }
}
