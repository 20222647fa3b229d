// Runs the world of a plan with the real engine.
import type { EngineWorldResult } from "../engines/world.ts";
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

/** Runs it, with every check and conduct there is. */
export function runPowPlan(plan: PowPlan, options: PowRunOptions = {}): EngineWorldResult {
  const parts = { begin: realEngine, checks: POW_CHECKS, conducts: POW_CONDUCTS };
  return new PowWorld(plan, { ...parts, ...options }).run();
}
