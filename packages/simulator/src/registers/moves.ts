// How the plan of a world of registers gets smaller.
import { withoutPlace } from "../shrink/engine-moves.ts";
import {
  endsThere,
  fewer,
  fewerFaults,
  kindEarlier,
  shorterFaults,
  simplerNetwork,
  step,
  steps,
} from "../shrink/plan-moves.ts";
import type { Move } from "../shrink/shrink.ts";
import type { RegistersPlan } from "./plan.ts";

/** Good clients that do nothing go, and bad ones. */
const fewerClients: readonly Move<RegistersPlan>[] = [
  (first, holds) => {
    let plan = first;
    for (let client = first.goodClients - 1; client >= 0; client--) {
      if (plan.operations.some((one) => one.client === client)) continue;
      const next = withoutGood(plan, client);
      if (holds(next)) plan = next;
    }
    return plan;
  },
  steps((plan) => {
    const client = plan.badClients - 1;
    if (client < 0) return undefined;
    const isOther = (one: { readonly client: number }) => one.client !== client;
    const place = plan.replicas + plan.goodClients + client;
    return {
      ...withoutPlace(plan, place),
      badClients: client,
      mischief: plan.mischief.filter(isOther),
      revocations: plan.revocations.filter(isOther),
    };
  }),
];

function withoutGood(plan: RegistersPlan, client: number): RegistersPlan {
  const operations = plan.operations
    .filter((one) => one.client !== client)
    .map((one) => ({ ...one, client: one.client > client ? one.client - 1 : one.client }));
  return { ...withoutPlace(plan, plan.replicas + client), goodClients: plan.goodClients - 1, operations };
}

/** What happens later than the violation makes no difference to it. */
const noneLater: Move<RegistersPlan> = (plan, holds, endUs) => {
  const isBefore = (one: { readonly atUs: number }) => one.atUs <= endUs;
  const next = {
    ...plan,
    operations: plan.operations.filter(isBefore),
    mischief: plan.mischief.filter(isBefore),
  };
  return holds(next) ? next : plan;
};

/** The same in less time. */
const sooner: Move<RegistersPlan> = steps((plan) => {
  const half = <T extends { readonly atUs: number }>(one: T): T => ({
    ...one,
    atUs: Math.floor(one.atUs / 2),
  });
  if (plan.operations.every(({ atUs }) => atUs < 1_000)) return undefined;
  return {
    ...plan,
    operations: plan.operations.map(half),
    mischief: plan.mischief.map(half),
    revocations: plan.revocations.map(half),
    faults: plan.faults.map((one) => ({ ...half(one), untilUs: Math.floor(one.untilUs / 2) })),
    kindAtUs: Math.floor(plan.kindAtUs / 2),
  };
});

const fewerChances: readonly Move<RegistersPlan>[] = [
  fewer(
    ({ operations }) => operations,
    (plan, operations) => ({ ...plan, operations }),
  ),
  fewer(
    ({ mischief }) => mischief,
    (plan, mischief) => ({ ...plan, mischief }),
  ),
  fewerFaults(),
  fewer(
    ({ liars }) => liars,
    (plan, liars) => ({ ...plan, liars }),
  ),
  ...fewerClients,
  sooner,
  simplerNetwork(),
  step((plan) => ({ ...plan, writeUs: [100, 100] as const })),
  step((plan) => ({ ...plan, revocations: plan.revocations.map((one) => ({ ...one, spreadUs: 0 })) })),
];

/** For what may be broken at any time. */
export const REGISTERS_SAFETY_MOVES: readonly Move<RegistersPlan>[] = [
  noneLater,
  endsThere(),
  ...fewerChances,
  shorterFaults(),
  endsThere(),
];

/** For operations that never end, or fail. */
export const REGISTERS_LIVENESS_MOVES: readonly Move<RegistersPlan>[] = [
  ...fewerChances,
  kindEarlier(),
  shorterFaults(),
];
