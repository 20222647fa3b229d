// Runs the world of a plan with the real engine.
import type { WorldResult } from "../engines/world.ts";
import type { Recorder } from "../world/recorder.ts";
import { POW_CHECKS } from "./checks/checks.ts";
import { POW_CONDUCTS } from "./conducts.ts";
import type { PowPlan } from "./plan.ts";
import { realEngine } from "./real-engine.ts";
import { PowWorld } from "./world.ts";

/** How it is run, beside the plan. */
export interface PowRunOptions {
  readonly recorder?: Recorder | undefined;
  /** As `PowWorldOptions` has it. */
  readonly arriving?: ReadonlySet<string> | undefined;
}

/** What came of it. */
export interface PowRun extends WorldResult {
  /** Inputs that engines took in, beside ticks. */
  readonly inputs: number;
}

/** Runs it, with every check and conduct there is. */
export function runPowPlan(plan: PowPlan, options: PowRunOptions = {}): PowRun {
  let inputs = 0;
  const counts = {
    says: "counts inputs",
    make: () => ({
      stepped: (_at: unknown, { kind }: { readonly kind: string }) => {
        if (kind !== "tick") inputs++;
      },
    }),
  };
  const world = new PowWorld(plan, {
    ...{ begin: realEngine, checks: { ...POW_CHECKS, counts }, conducts: POW_CONDUCTS },
    ...options,
  });
  return { ...world.run(), inputs };
}
