// A clock that a test of the client moves.
import type { ClientClock } from "@witan/client";
import type { Timestamp } from "@witan/primitives";
import { GENESIS_TIME } from "../ledger/build.ts";

/** A clock that a test moves: waiting takes no time, and moves it on. */
export class MadeUpClock implements ClientClock {
  ms = 0;
  readonly pauses: number[] = [];
  now = () => (GENESIS_TIME + 500) as Timestamp;
  monotonicMs = () => this.ms;
  after = (ms: number, call: () => void) => {
    this.pauses.push(ms);
    const timer = setImmediate(() => {
      this.ms += ms;
      call();
    });
    return () => clearImmediate(timer);
  };
}
