// Ctrl-C and its like, for commands that run until they are told to stop.

/** The first signal is a request to stop; one after this time a demand, in milliseconds. */
const AGAIN_MS = 700;

/** What stands for being told to stop. */
export interface StopSignals {
  /** Aborted by the first signal. */
  readonly stop: AbortSignal;
  /**
   * Aborted by the next that comes at least 0.7 s later. Sooner it is the same one again: npm hands on to its child what
   * the terminal has sent to both.
   */
  readonly now: AbortSignal;
  /** Hears no more. */
  end(): void;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Hears SIGINT, SIGTERM and SIGHUP from now on, in place of what they do otherwise: to end the process. */
export function hearStopSignals(): StopSignals {
  const [stop, now] = [new AbortController(), new AbortController()];
  let first: number | undefined;
  const hear = (): void => {
    first ??= performance.now();
    if (!stop.signal.aborted) stop.abort();
    else if (performance.now() - first >= AGAIN_MS) now.abort();
  };
  for (const signal of SIGNALS) process.on(signal, hear);
  return {
    stop: stop.signal,
    now: now.signal,
    end: () => {
      for (const signal of SIGNALS) process.off(signal, hear);
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
