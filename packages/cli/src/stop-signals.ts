// Ctrl-C and its like, for commands that run until they are told to stop. The end of npm, where npm started them, is such
// a signal too: npm's shell does not hand all on.
import { NpmStarters } from "./npm-starters.ts";

/** How often npm's end is looked for, in milliseconds. */
const LOOK_MS = 250;
/** The first signal is a request to stop; one after this time a demand, in milliseconds. */
const AGAIN_MS = 700;

/** What stands for being told to stop. */
export interface StopSignals {
  /** Aborted by the first signal; the reason is its name, or that who started this is gone. */
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

let starters: NpmStarters | undefined;

/** Has the end of npm, if npm started this process, count as a signal. Called first of all: who is gone can't be found. */
export function heedNpm(): void {
  starters = NpmStarters.find();
}

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
  const looking = setInterval(() => {
    if (!starters?.isOneGone()) return;
    clearInterval(looking);
    if (!stop.signal.aborted) stop.abort("npm, which started it, is gone");
  }, LOOK_MS).unref();
  if (starters === undefined || starters.isNobody) clearInterval(looking);
  return {
    stop: stop.signal,
    now: now.signal,
    end: () => {
      clearInterval(looking);
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
