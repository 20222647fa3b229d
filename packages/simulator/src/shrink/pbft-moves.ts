// How the plan of a world of PBFT engines gets smaller. Never into a world in which more lie than may.
import { byzantineMax } from "@witan/primitives";
import { hasManyLiars, type LiarPlan, type PbftPlan } from "../pbft/plan.ts";
import type { Fault } from "../world/plan.ts";
import {
  endsThere,
  fewer,
  fewerFaults,
  kindEarlier,
  shorterFaults,
  simplerMachines,
  simplerNetwork,
  step,
  steps,
} from "./plan-moves.ts";
import type { Move, Trial, TrialMove } from "./shrink.ts";

/** With fewer none may lie: hardly the same protocol, and nothing that a reader knows from elsewhere. */
const MEMBERS_LEAST = 4;

/** The world waits for the last of them, so that those behind the violation cost time. */
const noneAfterTheEnd: Move<PbftPlan> = (plan, holds, endUs) => {
  const next = { ...plan, transactions: plan.transactions.filter(({ atUs }) => atUs <= endUs) };
  return holds(next) ? next : plan;
};

const fewerTransactions: Move<PbftPlan> = fewer(
  ({ transactions }) => transactions,
  (plan, transactions) => ({ ...plan, transactions }),
);

/** Each sooner after the one before it. */
const earlierTransactions: Move<PbftPlan> = (first, holds) => {
  let plan = first;
  for (const at of first.transactions.keys())
    for (const afterUs of [0, 10_000, 100_000, 500_000]) {
      const before = plan.transactions[at - 1]?.atUs ?? 0;
      const soonerUs = (plan.transactions[at]?.atUs ?? 0) - before - afterUs;
      if (soonerUs <= 0) break;
      const transactions = plan.transactions.map((one, other) =>
        other < at ? one : { ...one, atUs: one.atUs - soonerUs },
      );
      const next = { ...plan, transactions };
      if (!holds(next)) continue;
      plan = next;
      break;
    }
  return plan;
};

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

const fewerConducts: Move<PbftPlan> = (first, holds) => {
  let plan = first;
  for (const { node, conducts } of first.liars)
    for (const name of conducts) {
      const without = (one: LiarPlan) =>
        one.node === node ? { ...one, conducts: one.conducts.filter((other) => other !== name) } : one;
      const next = { ...plan, liars: plan.liars.map(without) };
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

/** Takes a place out of what is said of places; those behind it move up. */
function withoutPlace(plan: PbftPlan, place: number): PbftPlan {
  const { regions } = plan.network;
  return {
    ...plan,
    network: { ...plan.network, regions: regions.toSpliced(place, 1) },
    clocks: plan.clocks.toSpliced(place, 1),
    faults: plan.faults.flatMap((fault) => faultWithout(fault, place)),
  };
}

function faultWithout(fault: Fault, place: number): readonly Fault[] {
  const moved = (other: number) => (other > place ? other - 1 : other);
  if ("process" in fault) return fault.process === place ? [] : [{ ...fault, process: moved(fault.process) }];
  if (fault.kind === "slow-link") {
    const { from, to } = fault;
    return from === place || to === place ? [] : [{ ...fault, from: moved(from), to: moved(to) }];
  }
  if (fault.kind !== "partition") return [fault];
  const cut = fault.cut
    .filter(([from, to]) => from !== place && to !== place)
    .map(([from, to]) => [moved(from), moved(to)] as const);
  return [{ ...fault, cut }];
}

const fewerChances: readonly Move<PbftPlan>[] = [
  fewerTransactions,
  fewerFaults(),
  step((plan) => ({ ...plan, changesPermille: 0 })),
  fewerSpares,
  fewerLiars,
  fewerTwins,
  fewerConducts,
  fewerMembers,
  earlierTransactions,
  simplerNetwork(),
  simplerMachines(),
  step(({ host: _, ...plan }) => plan),
  step((plan) => ({ ...plan, blockBytes: 1_000 })),
];

/** For violations that may happen at any time. The strongest first. */
export const PBFT_SAFETY_MOVES: readonly Move<PbftPlan>[] = [
  noneAfterTheEnd,
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

const HEIGHT = /( h| after )(\d+)/;

/**
 * Fewer heights: transactions, and the letters about as many heights, go; what is about later heights is about lower
 * ones. (A plan alone can't say this: without its letters the world behind a height is another.) Runs of heights first:
 * where two groups of members take turns, a single one cannot go.
 */
export const fewerHeights: TrialMove<PbftPlan> = (first, holds) => {
  let trial = first;
  for (let count = first.plan.transactions.length - 1; count > 0; count = nextCount(count))
    for (let height = 1; height + count <= trial.plan.transactions.length; ) {
      const next = withoutHeights(trial, height, count).find(holds);
      if (next === undefined) height++;
      else trial = next;
    }
};

/** Not every length of the long ones: of either parity one is enough. */
function nextCount(count: number): number {
  return count > 8 ? count - 2 : count - 1;
}

/** By a different transaction for each try where one height goes: some height may hold several. */
function withoutHeights(
  { plan, arriving }: Trial<PbftPlan>,
  height: number,
  count: number,
): readonly Trial<PbftPlan>[] {
  if (arriving === undefined) return [];
  const names = new Set([...arriving].flatMap((name) => lowered(name, height, count)));
  const starts = count === 1 ? plan.transactions.keys() : [height - 1];
  return [...starts].map((at) => {
    const transactions = plan.transactions.toSpliced(at, count);
    return { plan: { ...plan, transactions }, arriving: names };
  });
}

/** A letter's name without these heights; none, if it is about one of them. */
function lowered(name: string, height: number, count: number): readonly string[] {
  const [, word = "", number = "0"] = HEIGHT.exec(name) ?? [];
  const about = Number(number);
  const to = (other: number) => [name.replace(HEIGHT, `$1${other}`)];
  if (about < height) return [name];
  // These say how far their sender has come, not what they vote on.
  if (word === " after " || name.includes("STATUS")) return to(Math.max(height - 1, about - count));
  return about < height + count ? [] : to(about - count);
}
