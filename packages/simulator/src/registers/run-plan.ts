// Runs the world of a plan with the rules, replicas and clients of the product.
import { REGISTER_RULES } from "@witan/consensus";
import type { Recorder } from "../world/recorder.ts";
import { REGISTERS_CHECKS } from "./check.ts";
import type { RegistersPlan } from "./plan.ts";
import { type RegistersResult, RegistersWorld } from "./world.ts";

/** Runs it, with every check there is. */
export function runRegistersPlan(plan: RegistersPlan, recorder?: Recorder): RegistersResult {
  return new RegistersWorld(plan, {
    ...{ rules: REGISTER_RULES, checks: REGISTERS_CHECKS, answersFirst: false, writesBack: true, recorder },
  }).run();
}
