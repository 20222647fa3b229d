// Ctrl-C and its like, for commands that run until they are told to stop.

/** The first signal is a request to stop; one after this time a demand, in milliseconds. */
const AGAIN_MS = 700;

/** What stands for being told to stop. */
export interface StopSignals {
  /** Aborted by the first signal; the reason is its name. */
  readonly stop: AbortSignal;
  /**
   * Aborted by the next that comes at least 0.7 s later. Sooner it is the same one again: npm hands on to its child what
   * the terminal has sent to both.
   */
  readonly now: AbortSignal;
  /** Hears no more. */
  end(): void;
}

/** Signals that ask a process to end. A terminal that is closed sends SIGHUP; to a node it means something else. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Hears signals from now on, in place of what they do otherwise: to end the process. */
export function hearStopSignals(signals: readonly NodeJS.Signals[] = SIGNALS): StopSignals {
  const [stop, now] = [new AbortController(), new AbortController()];
  let first: number | undefined;
  const hear = (signal: NodeJS.Signals): void => {
    first ??= performance.now();
    if (!stop.signal.aborted) stop.abort(signal);
    else if (performance.now() - first >= AGAIN_MS) now.abort(signal);
  };
  for (const signal of signals) process.on(signal, hear);
  return {
    stop: stop.signal,
    now: now.signal,
    end: () => {
      for (const signal of signals) process.off(signal, hear);
    },
  };
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
