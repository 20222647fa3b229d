// The wall clock of one process: ahead or behind by its skew, fast or slow by its drift, and off by more while a fault lasts.
import type { EventQueue } from "../world/event-queue.ts";
import type { ClockPlan } from "../world/plan.ts";

/** So often a clock that runs fast or slow is set right. */
const SET_RIGHT_US = 16_000_000;

/** One wall clock. */
export class WallClock {
  /** Off by so much beside its skew. */
  jumpMs = 0;
  readonly #queue: EventQueue;
  readonly #plan: ClockPlan;

  constructor(queue: EventQueue, plan: ClockPlan = { skewMs: 0, driftPpm: 0 }) {
    this.#queue = queue;
    this.#plan = plan;
  }

  /** Milliseconds since the world began. */
  get nowMs(): number {
    const { nowUs } = this.#queue;
    const { skewMs, driftPpm } = this.#plan;
    const driftedUs = Math.floor(((nowUs % SET_RIGHT_US) * driftPpm) / 1_000_000);
    return skewMs + this.jumpMs + Math.floor((nowUs + driftedUs) / 1_000);
  }
}
