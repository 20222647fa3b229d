// The clock and timers of the platform, in Node and in browsers, behind the port that tests and simulated worlds replace.
import { type CancelSignal, type Clock, toTimestamp } from "@witan/primitives";

/** What of a clock a client needs. */
export type ClientClock = Pick<Clock, "now" | "monotonicMs" | "after">;

/** What timers can count: a longer wait would end at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** The clock of the platform. */
export const PLATFORM_CLOCK: ClientClock = Object.freeze({
  now: () => toTimestamp(Date.now()),
  monotonicMs: () => performance.now(),
  after: (ms: number, call: () => void) => {
    const timer = setTimeout(call, Math.min(ms, TIMER_MS_MAX));
    return () => clearTimeout(timer);
  },
});

/** Waits so long, or until the signal. */
export function pause(clock: ClientClock, ms: number, signal?: CancelSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const end = () => {
      stop();
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const stop = clock.after(ms, end);
    signal?.addEventListener("abort", end, { once: true });
  });
}
