// How the plan of one decision gets smaller.
import {
  endsThere,
  fewer,
  fewerFaults,
  shorterFaults,
  simplerMachines,
  simplerNetwork,
  step,
} from "../shrink/plan-moves.ts";
import type { Move } from "../shrink/shrink.ts";
import type { DecreePlan } from "./paxos-plan.ts";

const FEWER: readonly Move<DecreePlan>[] = [
  fewerFaults(),
  fewer(
    ({ gone }) => gone,
    (plan, gone) => ({ ...plan, gone }),
  ),
  simplerNetwork(),
  simplerMachines(),
];

/** For what may break at any time. */
export const DECREE_SAFETY_MOVES: readonly Move<DecreePlan>[] = [
  endsThere(),
  fewer(
    ({ wants }) => wants,
    (plan, wants) => ({ ...plan, wants }),
  ),
  ...FEWER,
  shorterFaults(),
  endsThere(),
];

/** So long a small world waits for what never comes. */
const SHORT_BOUND_US = 12_000;

/** For what is owed once the world is kind: whoever wants something goes on wanting it. */
export const DECREE_LIVENESS_MOVES: readonly Move<DecreePlan>[] = [
  ...FEWER,
  step((plan) => ({ ...plan, wants: plan.wants.map((want) => ({ ...want, atUs: want.atUs % 10_000 })) })),
  step((plan) => ({ ...plan, kindAtUs: 0 })),
  step((plan) => ({ ...plan, boundUs: SHORT_BOUND_US })),
];
