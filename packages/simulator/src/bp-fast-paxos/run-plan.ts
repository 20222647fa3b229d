// Runs the world of a plan, with the engine of the product and every check.
import type { EngineWorldResult } from "../engines/world.ts";
import type { Recorder } from "../world/recorder.ts";
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

/** Runs it to its end, or to the first violation. */
export function runBpfpPlan(plan: BpfpPlan, options: BpfpRunOptions = {}): EngineWorldResult {
  const parts = { begin: realEngine, checks: ALL_BPFP_CHECKS, conducts: BPFP_CONDUCT_MAKERS };
  return new BpfpWorld(plan, { ...parts, ...options }).run();
}
