// The clock of the machine, as nodes take it.
import { type Clock, type Timestamp, toTimestamp } from "@witan/primitives";

/** The machine's clock and timers. */
export const REAL_CLOCK: Clock = Object.freeze({
  now: (): Timestamp => toTimestamp(Date.now()),
  monotonicMs: () => performance.now(),
  after: (ms: number, call: () => void) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
  every: (ms: number, call: () => void) => {
    const timer = setInterval(call, ms);
    return () => clearInterval(timer);
  },
});
