// How fast this node mines: hashes a second over the last seconds. For those who look.
import type { Clock } from "@witan/primitives";
import type { Miner } from "../../ports.ts";

/** What is looked back at. */
const WINDOW_MS = 10_000;
const SAMPLE_MS = 1_000;

interface Sample {
  readonly atMs: number;
  readonly hashes: number;
}

/** The hash rate of a miner. */
export class HashRate {
  readonly #clock: Clock;
  readonly #miner: Miner | undefined;
  #samples: readonly Sample[];

  /** @param miner undefined: the rate is 0 */
  constructor(clock: Clock, miner: Miner | undefined) {
    this.#clock = clock;
    this.#miner = miner;
    this.#samples = [{ atMs: clock.monotonicMs(), hashes: miner?.hashes ?? 0 }];
  }

  /** Hashes a second. */
  get perSecond(): number {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.atMs === first.atMs) return 0;
    return Math.round(((last.hashes - first.hashes) * 1_000) / (last.atMs - first.atMs));
  }

  /** Takes a sample, if it is time for one. */
  look(): void {
    const atMs = this.#clock.monotonicMs();
    if (this.#miner === undefined || atMs - (this.#samples.at(-1)?.atMs ?? 0) < SAMPLE_MS) return;
    const kept = this.#samples.filter((sample) => atMs - sample.atMs <= WINDOW_MS);
    this.#samples = [...kept, { atMs, hashes: this.#miner.hashes }];
  }
}
