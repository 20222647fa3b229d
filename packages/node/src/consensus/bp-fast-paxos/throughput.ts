// How much the blocks of a round hold against the best of late, while there is more to do than blocks take: a proposer that
// keeps others' throughput low on purpose shows in nothing else. Measures only, and only under a backlog that lasts: who
// has little to put into blocks makes small ones rightly.
import { assert, type Clock } from "@witan/primitives";

/** With each measure the best counts for so much of what it did: what a network once did, it need not do for ever. */
const FADING = 0.95;

/** What is measured with. */
export interface ThroughputOptions {
  readonly clock: Clock;
  /** How long a backlog lasts until the blocks in it are measured. */
  readonly windowMs: number;
}

/** A measure of one round. */
export interface Measure {
  readonly round: number;
  /** In thousandths of the best. */
  readonly sharePermille: number;
}

/** Measures the bytes of blocks in time. */
export class Throughput {
  readonly #options: ThroughputOptions;
  /** Bytes in a millisecond. */
  #best = 0;
  #isPending = false;
  #round = 0;
  #sinceMs = 0;
  #bytes = 0;

  constructor(options: ThroughputOptions) {
    assert(options.windowMs > 0, `a window of ${options.windowMs} ms`);
    this.#options = options;
  }

  /** There is something to put into blocks, or nothing any more: then blocks took all that there was. */
  workChanged(isPending: boolean): void {
    this.#isPending = isPending;
    this.#begin();
  }

  /** A block was applied. */
  applied(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Time has passed. @returns a measure, if the backlog has lasted for a window in this round */
  look(round: number): Measure | undefined {
    if (round !== this.#round) {
      this.#round = round;
      this.#begin();
      return undefined;
    }
    const passedMs = this.#options.clock.monotonicMs() - this.#sinceMs;
    if (!this.#isPending || passedMs < this.#options.windowMs) return undefined;
    const rate = this.#bytes / passedMs;
    this.#begin();
    // Where nothing is decided at all, the timer of the round sees to it.
    if (rate === 0) return undefined;
    this.#best = Math.max(FADING * this.#best, rate);
    return { round, sharePermille: Math.round((1_000 * rate) / this.#best) };
  }

  #begin(): void {
    this.#sinceMs = this.#options.clock.monotonicMs();
    this.#bytes = 0;
  }
}
