// Mutations: the real engine, or its host in this world, with one rule taken out of its text. Each must be found by the
// checks of ordinary worlds: what they do not find here they would not find in the product either. Only data; whoever
// runs one loads the sources with the text replaced (test/simulator/mutations.test.ts).
import { makePbftPlan } from "./make-plan.ts";
import { ANNOUNCED_VIEWS } from "./mutations/announced-views.ts";
import { ENGINE_LIVENESS } from "./mutations/engine-liveness.ts";
import { ENGINE_SAFETY } from "./mutations/engine-safety.ts";
import { GOING_ON } from "./mutations/going-on.ts";
import { HOST } from "./mutations/host.ts";
import { MESSAGE_CHECKS } from "./mutations/message-checks.ts";
import type { Mutation } from "./mutations/mutation.ts";
import type { PbftPlan } from "./plan.ts";
import { SCENARIOS } from "./scenarios.ts";

export type { Mutation } from "./mutations/mutation.ts";

/** Every mutation, by its name. */
export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  ...ENGINE_SAFETY,
  ...ENGINE_LIVENESS,
  ...ANNOUNCED_VIEWS,
  ...GOING_ON,
  ...MESSAGE_CHECKS,
  ...HOST,
};

/** The plan of a world in which a mutation may show. @param conducts all there are, for mutations that name none */
export function planFor({ wishes, scenario }: Mutation, seed: number, conducts: readonly string[]): PbftPlan {
  const staged = scenario === undefined ? undefined : SCENARIOS[scenario];
  return staged?.plan(seed) ?? makePbftPlan(seed, { conducts, ...wishes });
}
