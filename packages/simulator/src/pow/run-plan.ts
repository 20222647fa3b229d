// Runs the world of a plan with the real engine.
import type { WorldResult } from "../engines/world.ts";
import type { Recorder } from "../world/recorder.ts";
import { POW_CHECKS } from "./checks/checks.ts";
import { POW_CONDUCTS } from "./conducts.ts";
import type { PowPlan } from "./plan.ts";
import { realEngine } from "./real-engine.ts";
import { PowWorld } from "./world.ts";

/** Runs it, with every check and conduct there is. */
export function runPowPlan(plan: PowPlan, recorder?: Recorder): WorldResult {
  return new PowWorld(plan, {
    ...{ begin: realEngine, checks: POW_CHECKS, conducts: POW_CONDUCTS, recorder },
  }).run();
}
