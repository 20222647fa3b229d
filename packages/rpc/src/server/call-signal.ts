// What tells the calls of one request that nobody waits for their answers any more. Not an AbortController: a batch has
// hundreds of listeners, and each request makes one of these.
import type { CancelSignal } from "@witan/primitives";

/** A signal and what sets it off. */
export class CallSignal implements CancelSignal {
  readonly #listeners = new Set<() => void>();
  #aborted = false;

  get aborted(): boolean {
    return this.#aborted;
  }

  addEventListener(_type: "abort", listener: () => void): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_type: "abort", listener: () => void): void {
    this.#listeners.delete(listener);
  }

  /** Calls every listener, once for all. */
  abort(): void {
    if (this.#aborted) return;
    this.#aborted = true;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener();
  }
}
