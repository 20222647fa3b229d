// What befalls a world of a classic, whatever its protocol.
import type { Plan } from "../world/plan.ts";

/** A process that lies, and how: names of conducts. */
export interface ClassicLiarPlan {
  readonly place: number;
  readonly conducts: readonly string[];
}

/** The circumstances of a world of a classic. */
export interface ClassicPlan extends Plan {
  readonly processes: number;
  readonly liars: readonly ClassicLiarPlan[];
  /** Who crashes, and never comes back. */
  readonly gone: readonly { readonly place: number; readonly atUs: number }[];
  /** A tick by a clock without drift, in microseconds. */
  readonly tickUs: number;
  /** `together`: the ticks are rounds, the same for all. `apart`: each process ticks by its own clock. */
  readonly ticks: "together" | "apart";
  /** So long after the world turned kind all that is owed is there. */
  readonly boundUs: number;
}

/** A world in which nothing goes wrong by itself: no loss, exact clocks, no faults. */
export function quietPlan(seed: number, processes: number): ClassicPlan {
  return {
    ...{ seed, processes, liars: [], gone: [], faults: [], kindAtUs: 0, boundUs: 10_000_000 },
    network: {
      ...{ profile: "lan", regions: Array(processes).fill(0), lossPermille: 0 },
      ...{ duplicatePermille: 0, bytesPerMs: 0 },
    },
    clocks: Array.from({ length: processes }, () => ({ skewMs: 0, driftPpm: 0 })),
    ...{ writeUs: [100, 200], tickUs: 10_000, ticks: "apart" },
  };
}
