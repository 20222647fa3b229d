// One listener on a cancel signal, however many calls wait for it. An AbortSignal walks over all its listeners whenever
// one is added or removed, so a listener for each of n calls would cost n² steps of the main thread.
import type { CancelSignal } from "@witan/primitives";

interface Watched {
  readonly callbacks: Set<() => void>;
  readonly onAbort: () => void;
}

/** Which calls wait for which signals. A signal is held only while a call waits for it. */
export class SharedSignals {
  readonly #watched = new Map<CancelSignal, Watched>();

  /** Calls back once when a signal that is not aborted yet is, unless `unwatch` comes first. */
  watch(signal: CancelSignal, callback: () => void): void {
    let watched = this.#watched.get(signal);
    if (watched === undefined) {
      watched = { callbacks: new Set(), onAbort: () => this.#onAbort(signal) };
      this.#watched.set(signal, watched);
      signal.addEventListener("abort", watched.onAbort, { once: true });
    }
    watched.callbacks.add(callback);
  }

  /** Forgets a callback; does nothing for one that was called or never watched. */
  unwatch(signal: CancelSignal, callback: () => void): void {
    const watched = this.#watched.get(signal);
    if (watched === undefined) return;
    watched.callbacks.delete(callback);
    if (watched.callbacks.size > 0) return;
    this.#watched.delete(signal);
    signal.removeEventListener("abort", watched.onAbort);
  }

  #onAbort(signal: CancelSignal): void {
    const callbacks = this.#watched.get(signal)?.callbacks ?? [];
    this.#watched.delete(signal);
    for (const callback of callbacks) callback();
  }
}
