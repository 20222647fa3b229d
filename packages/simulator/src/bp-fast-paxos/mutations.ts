// Mutations: the real engine, or its host in this world, with one rule taken out of its text. Each must be found by the
// checks of ordinary worlds. Only data; whoever runs one loads the sources with the text replaced
// (test/simulator/bp-fast-paxos/mutations.test.ts).
import { type BpfpWishes, makeBpfpPlan } from "./make-plan.ts";
import { LIVENESS } from "./mutations/liveness.ts";
import type { BpfpMutation } from "./mutations/mutation.ts";
import { SAFETY } from "./mutations/safety.ts";
import type { BpfpPlan } from "./plan.ts";

export type { BpfpMutation } from "./mutations/mutation.ts";

/** Every mutation, by its name. */
export const BPFP_MUTATIONS: Readonly<Record<string, BpfpMutation>> = { ...SAFETY, ...LIVENESS };

/** Small worlds are enough, and quick. */
const SMALL: Partial<BpfpWishes> = { acceptors: 4 };

/** The plan of a world in which a mutation may show. @param conducts all there are, for mutations that name none */
export function bpfpPlanFor({ wishes }: BpfpMutation, seed: number, conducts: readonly string[]): BpfpPlan {
  return makeBpfpPlan(seed, { ...SMALL, conducts, ...wishes });
}
