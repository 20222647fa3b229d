// How the plan of a world of proof of work gets smaller. Somebody who keeps the rules, and finds blocks, is always left: else
// there is no chain that anything could be owed on.
import { powBoundUs } from "../pow/make-plan.ts";
import type { PowPlan } from "../pow/plan.ts";
import { withoutPlace } from "./engine-moves.ts";
import {
  fewer,
  fewerConducts,
  fewerFaults,
  fewerLiars,
  kindEarlier,
  shorterFaults,
  simplerMachines,
  simplerNetwork,
  step,
  steps,
} from "./plan-moves.ts";
import type { Move, PlanSize } from "./shrink.ts";

/** Between two blocks at most: then most of a world has few. */
const INTERVAL_MAX_MS = 64_000;

const fewerPayments: Move<PowPlan> = fewer(
  ({ payments }) => payments,
  (plan, payments) => ({ ...plan, payments }),
);

/** The world waits for the last of them. */
const noneAfterTheEnd: Move<PowPlan> = (plan, holds, endUs) => {
  const next = { ...plan, payments: plan.payments.filter(({ atUs }) => atUs <= endUs) };
  return holds(next) ? next : plan;
};

/** A world that is bad until the violation has happened, and ends there. */
const endsThere: Move<PowPlan> = (plan, holds, endUs) => {
  const next = { ...plan, kindAtUs: endUs + 1, closesAtUs: endUs + 1, boundUs: 0 };
  return holds(next) ? next : plan;
};

const fewerNodes: Move<PowPlan> = (first, holds) => {
  let plan = first;
  for (let node = first.power.length - 1; node >= 0; node--) {
    const next = withoutNode(plan, node);
    if (hasMiner(next) && holds(next)) plan = next;
  }
  return plan;
};

/** Nodes that only follow. */
const fewerMiners: Move<PowPlan> = (first, holds) => {
  let plan = first;
  for (const node of first.power.keys()) {
    const next = { ...plan, power: plan.power.with(node, 0) };
    if (hasMiner(next) && plan.power[node] !== 0 && holds(next)) plan = next;
  }
  return plan;
};

function hasMiner({ power, liars }: PowPlan): boolean {
  return power.some((share, place) => share > 0 && liars.every(({ node }) => node !== place));
}

function withoutNode(plan: PowPlan, node: number): PowPlan {
  const up = (other: number) => (other > node ? other - 1 : other);
  const { power, liars, payments } = plan;
  return {
    ...withoutPlace(plan, node),
    power: power.toSpliced(node, 1),
    liars: liars.filter((one) => one.node !== node).map((one) => ({ ...one, node: up(one.node) })),
    payments: payments.map((one) => ({ ...one, to: one.to.filter((place) => place !== node).map(up) })),
  };
}

const fewerChances: readonly Move<PowPlan>[] = [
  fewerPayments,
  fewerFaults(),
  fewerLiars(),
  fewerConducts(),
  fewerNodes,
  fewerMiners,
  simplerNetwork(),
  simplerMachines(),
  step(
    (plan) => ({ ...plan, judgeUs: [100, 100] }),
    (plan) => ({ ...plan, blockBytes: 1_000 }),
  ),
];

/** Fewer blocks in the same time. */
const slowerBlocks: Move<PowPlan> = steps((plan) => {
  const blockIntervalMs = plan.blockIntervalMs * 2;
  return blockIntervalMs > INTERVAL_MAX_MS ? undefined : { ...plan, blockIntervalMs };
});

/** The same where something is owed for which fewer blocks have to be enough; and no more time than that takes. */
const slowerAndSooner: Move<PowPlan> = step(
  ...[4_000, 2_000, 1_000, 0].map((least) => (plan: PowPlan): PowPlan => {
    const blockIntervalMs = Math.max(plan.blockIntervalMs, least);
    return { ...plan, blockIntervalMs, boundUs: powBoundUs(plan.payments.length, blockIntervalMs) };
  }),
);

/** For violations that may happen at any time. The strongest first. */
export const POW_SAFETY_MOVES: readonly Move<PowPlan>[] = [
  noneAfterTheEnd,
  endsThere,
  slowerBlocks,
  endsThere,
  ...fewerChances,
  shorterFaults(),
  endsThere,
];

/** For what is owed only after one miner alone is left. */
export const POW_LIVENESS_MOVES: readonly Move<PowPlan>[] = [
  ...fewerChances,
  slowerAndSooner,
  kindEarlier(),
  step((plan) => ({ ...plan, closesAtUs: plan.kindAtUs + 2_000 * plan.blockIntervalMs })),
  shorterFaults(),
];

/** How large a plan is. */
export function powSizeOf({ power, liars, faults, payments }: PowPlan): PlanSize {
  return {
    ...{ processes: power.length, liars: liars.length, faults: faults.length, requests: payments.length },
    conducts: liars.reduce((sum, { conducts }) => sum + conducts.length, 0),
  };
}
