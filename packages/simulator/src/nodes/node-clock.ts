// The clock of one process: the world's time as a quartz sees it that is fast or slow, and a wall clock that is set wrong.
import type { Clock, Timestamp } from "@witan/primitives";
import type { EventQueue } from "../world/event-queue.ts";
import type { ClockPlan } from "../world/plan.ts";
import type { Life } from "./life.ts";

/** When worlds begin, in milliseconds since 1970: a while after their genesis, 2026-01-01. */
export const BEGIN_MS = 1_767_225_600_000 + 3_600_000;

const MILLION = 1_000_000;

/** The clock of a machine. */
export class NodeClock {
  readonly #queue: EventQueue;
  readonly #plan: ClockPlan;
  /** The wall clock is wrong by so much more, now. */
  jumpMs = 0;

  constructor(queue: EventQueue, plan: ClockPlan) {
    this.#queue = queue;
    this.#plan = plan;
  }

  /** Microseconds that have passed by this quartz. */
  get #localUs(): number {
    const { nowUs } = this.#queue;
    return nowUs + Math.floor((nowUs * this.#plan.driftPpm) / MILLION);
  }

  /** The world's microseconds in so many milliseconds of this quartz. */
  #worldUs(ms: number): number {
    return Math.ceil((Math.ceil(ms * 1_000) * MILLION) / (MILLION + this.#plan.driftPpm));
  }

  now(): Timestamp {
    return (BEGIN_MS + this.#plan.skewMs + this.jumpMs + Math.floor(this.#localUs / 1_000)) as Timestamp;
  }

  /** The clock as one process sees it. */
  port(life: Life): Clock {
    const queue = this.#queue;
    const wait = (ms: number, call: () => void): (() => void) => {
      let isOver = false;
      life.timers++;
      const end = (): boolean => {
        if (isOver) return false;
        isOver = true;
        life.timers--;
        return true;
      };
      queue.at(queue.nowUs + this.#worldUs(ms), () => {
        life.enter(() => {
          if (end()) call();
        });
      });
      return end;
    };
    return {
      now: () => this.now(),
      monotonicMs: () => Math.floor(this.#localUs / 1_000),
      after: wait,
      every: (ms, call) => {
        let cancel = (): void => {};
        let isOver = false;
        const again = (): void => {
          cancel = wait(ms, () => {
            call();
            if (!isOver) again();
          });
        };
        again();
        return () => {
          isOver = true;
          cancel();
        };
      },
    };
  }
}
