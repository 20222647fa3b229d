// How the plan of a world of BP Fast Paxos gets smaller. Never into one with fewer acceptors than can bear a crash.
import { crashMax } from "@witan/primitives";
import { type BpfpPlan, membersOf } from "../bp-fast-paxos/plan.ts";
import { earlierTransactions, fewerTransactions, noneAfterTheEnd, withoutPlace } from "./engine-moves.ts";
import {
  endsThere,
  fewer,
  fewerConducts,
  fewerFaults,
  fewerLiars,
  kindEarlier,
  shorterFaults,
  simplerMachines,
  simplerNetwork,
  step,
} from "./plan-moves.ts";
import type { Move, PlanSize } from "./shrink.ts";

/** With fewer none may crash. */
const ACCEPTORS_LEAST = 4;

const fewerGone: Move<BpfpPlan> = fewer(
  ({ gone }) => gone,
  (plan, gone) => ({ ...plan, gone }),
);

/** Those at the end first: observers, and who is no member yet. */
const fewerNodes: Move<BpfpPlan> = (first, holds) => {
  let plan = first;
  for (let node = first.nodes.length - 1; node >= 0; node--) {
    const next = withoutNode(plan, node);
    const acceptors = membersOf(next, "acceptor").length;
    const isWhole = acceptors >= ACCEPTORS_LEAST && membersOf(next, "proposer").length > 0;
    if (isWhole && next.gone.length <= crashMax(acceptors) && holds(next)) plan = next;
  }
  return plan;
};

function withoutNode(plan: BpfpPlan, node: number): BpfpPlan {
  const moved = <One extends { readonly node: number }>(all: readonly One[]): readonly One[] =>
    all
      .filter((one) => one.node !== node)
      .map((one) => (one.node > node ? { ...one, node: one.node - 1 } : one));
  const { nodes, liars, gone } = plan;
  return {
    ...withoutPlace(plan, node),
    ...{ nodes: nodes.toSpliced(node, 1), liars: moved(liars), gone: moved(gone) },
  };
}

const fewerChances: readonly Move<BpfpPlan>[] = [
  fewerTransactions(),
  fewerFaults(),
  step((plan) => ({ ...plan, changesPermille: 0 })),
  fewerGone,
  fewerLiars(),
  fewerConducts(),
  fewerNodes,
  earlierTransactions(),
  simplerNetwork(),
  simplerMachines(),
  step(({ host: _, ...plan }) => plan),
  step((plan) => ({ ...plan, blockBytes: 1_000 })),
];

/** For violations that may happen at any time. The strongest first. */
export const BPFP_SAFETY_MOVES: readonly Move<BpfpPlan>[] = [
  noneAfterTheEnd(),
  endsThere(),
  ...fewerChances,
  shorterFaults(),
  endsThere(),
];

/** For what is owed only after the world has turned kind. */
export const BPFP_LIVENESS_MOVES: readonly Move<BpfpPlan>[] = [
  ...fewerChances,
  kindEarlier(),
  shorterFaults(),
];

/** How large a plan is. */
export function bpfpSizeOf({ nodes, liars, faults, gone, transactions }: BpfpPlan): PlanSize {
  return {
    ...{ processes: nodes.length, liars: liars.length, faults: faults.length + gone.length },
    conducts: liars.reduce((sum, { conducts }) => sum + conducts.length, 0),
    requests: transactions.length,
  };
}
