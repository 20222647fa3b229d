// How the plan of a world of PBFT engines gets smaller. Never into a world in which more lie than may.
import { byzantineMax } from "@witan/primitives";
import { hasManyLiars, type PbftPlan } from "../pbft/plan.ts";
import { earlierTransactions, fewerTransactions, noneAfterTheEnd, withoutPlace } from "./engine-moves.ts";
import {
  endsThere,
  fewerConducts,
  fewerFaults,
  kindEarlier,
  shorterFaults,
  simplerMachines,
  simplerNetwork,
  step,
  steps,
} from "./plan-moves.ts";
import type { Move, PlanSize } from "./shrink.ts";

/** With fewer none may lie: hardly the same protocol, and nothing that a reader knows from elsewhere. */
const MEMBERS_LEAST = 4;

/** The liars that are left keep the places of their twins: one place less is one for each twin that goes. */
const fewerLiars: Move<PbftPlan> = (first, holds) => {
  let plan = first;
  for (const { node } of first.liars) {
    const next = withoutLiar(plan, node);
    if (holds(next)) plan = next;
  }
  return plan;
};

function withoutLiar(plan: PbftPlan, node: number): PbftPlan {
  const place = twinOf(plan, node);
  const liars = plan.liars.filter((one) => one.node !== node);
  return { ...(place === undefined ? plan : withoutPlace(plan, place)), liars };
}

const fewerTwins: Move<PbftPlan> = (first, holds) => {
  let plan = first;
  for (const { node, twin } of first.liars) {
    const place = twinOf(plan, node);
    if (!twin || place === undefined) continue;
    const liars = plan.liars.map((one) => (one.node === node ? { ...one, twin: false } : one));
    const next = { ...withoutPlace(plan, place), liars };
    if (holds(next)) plan = next;
  }
  return plan;
};

const fewerSpares: Move<PbftPlan> = steps((plan) => {
  if (plan.spares === 0) return undefined;
  return { ...withoutNode(plan, plan.members + plan.spares - 1), spares: plan.spares - 1 };
});

const fewerMembers: Move<PbftPlan> = (first, holds) => {
  let plan = first;
  for (let node = first.members - 1; node >= 0; node--) {
    const next = { ...withoutNode(plan, node), members: plan.members - 1 };
    const isSafe = hasManyLiars(first) || next.liars.length <= byzantineMax(next.members);
    if (next.members >= MEMBERS_LEAST && isSafe && holds(next)) plan = next;
  }
  return plan;
};

/** The place of a liar's twin: behind all nodes, in the order of liars. */
function twinOf({ members, spares, liars }: PbftPlan, node: number): number | undefined {
  const at = liars.filter(({ twin }) => twin).findIndex((one) => one.node === node);
  return at < 0 ? undefined : members + spares + at;
}

function withoutNode(plan: PbftPlan, node: number): PbftPlan {
  const twin = twinOf(plan, node);
  const rest = withoutPlace(twin === undefined ? plan : withoutPlace(plan, twin), node);
  const liars = rest.liars
    .filter((one) => one.node !== node)
    .map((one) => ({ ...one, node: one.node > node ? one.node - 1 : one.node }));
  return { ...rest, liars };
}

const fewerChances: readonly Move<PbftPlan>[] = [
  fewerTransactions(),
  fewerFaults(),
  step((plan) => ({ ...plan, changesPermille: 0 })),
  fewerSpares,
  fewerLiars,
  fewerTwins,
  fewerConducts(),
  fewerMembers,
  earlierTransactions(),
  simplerNetwork(),
  simplerMachines(),
  step(({ host: _, ...plan }) => plan),
  step((plan) => ({ ...plan, blockBytes: 1_000 })),
];

/** For violations that may happen at any time. The strongest first. */
export const PBFT_SAFETY_MOVES: readonly Move<PbftPlan>[] = [
  noneAfterTheEnd(),
  endsThere(),
  ...fewerChances,
  shorterFaults(),
  endsThere(),
];

/** For what is owed only after the world has turned kind. */
export const PBFT_LIVENESS_MOVES: readonly Move<PbftPlan>[] = [
  ...fewerChances,
  kindEarlier(),
  shorterFaults(),
];

/** How large a plan is. */
export function pbftSizeOf({ members, spares, liars, faults, transactions }: PbftPlan): PlanSize {
  const twins = liars.filter(({ twin }) => twin).length;
  return {
    ...{ processes: members + spares + twins, liars: liars.length, faults: faults.length },
    conducts: liars.reduce((sum, { conducts }) => sum + conducts.length, twins),
    requests: transactions.length,
  };
}
