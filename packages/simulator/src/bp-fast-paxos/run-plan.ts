// Runs the world of a plan, with the engine of the product and every check.
import type { WorldResult } from "../engines/world.ts";
import type { Recorder } from "../world/recorder.ts";
import type { CheckMaker } from "./check.ts";
import { ALL_BPFP_CHECKS } from "./checks/checks.ts";
import { BPFP_CONDUCT_MAKERS } from "./conducts/conducts.ts";
import type { BpfpPlan } from "./plan.ts";
import { realEngine } from "./real-engine.ts";
import { BpfpWorld } from "./world.ts";

/** How it is run, beside the plan. */
export interface BpfpRunOptions {
  readonly recorder?: Recorder | undefined;
  /** As `EngineWorldOptions` has it. */
  readonly arriving?: ReadonlySet<string> | undefined;
}

/** What came of it. */
export interface BpfpRun extends WorldResult {
  /** Inputs that engines took in, beside ticks. */
  readonly inputs: number;
}

/** Runs it to its end, or to the first violation. */
export function runBpfpPlan(plan: BpfpPlan, options: BpfpRunOptions = {}): BpfpRun {
  let inputs = 0;
  const counts: CheckMaker = () => ({
    name: "steps",
    stepped: (_at, { kind }) => {
      if (kind !== "tick") inputs++;
    },
  });
  const world = new BpfpWorld(plan, {
    ...{ begin: realEngine, checks: [...ALL_BPFP_CHECKS, counts], conducts: BPFP_CONDUCT_MAKERS },
    ...options,
  });
  return { ...world.run(), inputs };
}
