// Who listens to what, so that what nobody listens to is not written down. After the last listener has left, writing goes
// on for a while: a client whose connection broke comes back, and must miss nothing.
import type { Clock } from "@witan/primitives";

/** What is written down only for those who listen. */
export type Matter = "transactions" | "addresses" | "consensus";

/** How long a listener that has left may stay away and miss nothing, in milliseconds. */
export const LINGER_MS = 120_000;

/** What an interest is made with. */
export interface InterestOptions {
  readonly clock: Clock;
  /** The number of the last event of the log. */
  readonly last: () => number;
  /** Nobody has listened for so long that writing ends. */
  readonly onEnd: () => void;
}

/** The interest in one matter. */
export class Interest {
  readonly #options: InterestOptions;
  #listeners = 0;
  /** Events of the matter behind this one are all written down; undefined: none are. */
  #since: number | undefined;
  #cancel: (() => void) | undefined;

  constructor(options: InterestOptions) {
    this.#options = options;
  }

  /** Whether what happens is to be written down. */
  get isOn(): boolean {
    return this.#since !== undefined;
  }

  /** Whether everything behind an event has been written down. */
  covers(event: number): boolean {
    return this.#since !== undefined && event >= this.#since;
  }

  /** Somebody listens from now on. */
  enter(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#listeners++;
    this.#since ??= this.#options.last();
  }

  /** Somebody who had entered does not listen any more. */
  leave(): void {
    this.#listeners--;
    if (this.#listeners > 0) return;
    this.#cancel = this.#options.clock.after(LINGER_MS, () => {
      this.#cancel = undefined;
      this.#since = undefined;
      this.#options.onEnd();
    });
  }

  /** Nothing is to be written down or waited for any more. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#since = undefined;
  }
}
