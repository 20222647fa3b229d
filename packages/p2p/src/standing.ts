// How a peer stands with us: faults that fade, and bans that grow when they come again.
import { FAULTS_TOLERATED, type NetworkTimes } from "./settings.ts";

/** The faults of one peer. Times are of the monotonic clock. */
export class Standing {
  readonly #times: NetworkTimes;
  #faults = 0;
  #faultAt = 0;
  #bannedUntil = Number.NEGATIVE_INFINITY;
  #banMs = 0;

  constructor(times: NetworkTimes) {
    this.#times = times;
  }

  /** Notes a minor fault. True: that was one too many. */
  addFault(now: number): boolean {
    const faded = (now - this.#faultAt) / this.#times.faultForgetMs;
    this.#faults = Math.max(0, this.#faults - faded) + 1;
    this.#faultAt = now;
    return this.#faults > FAULTS_TOLERATED;
  }

  /** Keeps the peer out, twice as long as the last time. Gives for how long. */
  ban(now: number): number {
    const { banMinMs, banMaxMs, banForgetMs } = this.#times;
    const isForgotten = now - this.#bannedUntil > banForgetMs;
    this.#banMs = isForgotten ? banMinMs : Math.min(banMaxMs, this.#banMs * 2);
    this.#bannedUntil = now + this.#banMs;
    this.#faults = 0;
    return this.#banMs;
  }

  /** For how long it is still kept out; 0: it is not. */
  bannedFor(now: number): number {
    return Math.max(0, this.#bannedUntil - now);
  }
}
