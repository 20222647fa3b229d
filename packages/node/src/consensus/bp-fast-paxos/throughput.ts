// How much the blocks of a round hold against the best of late, while there is more to do than blocks take: a proposer that
// keeps others' throughput low on purpose shows in nothing else. Measures only, and finds nobody slow unless more waited
// than the blocks of a whole window then took: who has little to put into blocks makes small ones rightly.
import { assert, type Clock } from "@witan/primitives";

/** With each window the best counts for so much of what it did: what a network once did, it need not do for ever. */
const FADING = 0.95;
/** The share of a proposer whose blocks take what there is. */
const WHOLE = 1_000;

/** What is measured with. */
export interface ThroughputOptions {
  readonly clock: Clock;
  /** How long blocks are counted until they are measured. */
  readonly windowMs: number;
  /** The bytes of all transactions that wait now. */
  readonly waitingBytes: () => number;
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
  /** Whether there was something to put into blocks all through the window. */
  #isBusy = false;
  #isPending = false;
  #round = 0;
  #sinceMs = 0;
  /** The bytes that waited then. */
  #waiting = 0;
  #bytes = 0;

  constructor(options: ThroughputOptions) {
    assert(options.windowMs > 0, `a window of ${options.windowMs} ms`);
    this.#options = options;
    this.#begin();
  }

  /** There is something to put into blocks, or nothing any more: then blocks took all that there was. */
  workChanged(isPending: boolean): void {
    this.#isPending = isPending;
    if (!isPending) this.#isBusy = false;
  }

  /** A block was applied. */
  applied(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Time has passed. @returns a measure, if a window of this round is over in which something was decided */
  look(round: number): Measure | undefined {
    if (round !== this.#round) {
      this.#round = round;
      this.#begin();
      return undefined;
    }
    const passedMs = this.#options.clock.monotonicMs() - this.#sinceMs;
    if (passedMs < this.#options.windowMs) return undefined;
    const bytes = this.#bytes;
    const isBacklog = this.#isBusy && this.#waiting > bytes;
    this.#begin();
    const rate = bytes / passedMs;
    this.#best = Math.max(FADING * this.#best, rate);
    // Where nothing is decided at all, the timer of the round sees to it.
    if (bytes === 0) return undefined;
    return { round, sharePermille: isBacklog ? Math.round((WHOLE * rate) / this.#best) : WHOLE };
  }

  #begin(): void {
    this.#sinceMs = this.#options.clock.monotonicMs();
    this.#waiting = this.#options.waitingBytes();
    this.#bytes = 0;
    this.#isBusy = this.#isPending;
  }
}
