// How the plan of any world of engines gets smaller: what clients send, who stands at a place, heights.
import type { EnginePlan } from "../engines/plan.ts";
import type { Fault, Plan } from "../world/plan.ts";
import { fewer } from "./plan-moves.ts";
import type { Move, Trial } from "./shrink.ts";

/** The world waits for the last of them, so that those behind the violation cost time. */
export function noneAfterTheEnd<P extends EnginePlan>(): Move<P> {
  return (plan, holds, endUs) => {
    const next = { ...plan, transactions: plan.transactions.filter(({ atUs }) => atUs <= endUs) };
    return holds(next) ? next : plan;
  };
}

/** Fewer of them. */
export function fewerTransactions<P extends EnginePlan>(): Move<P> {
  return fewer(
    ({ transactions }) => transactions,
    (plan, transactions) => ({ ...plan, transactions }),
  );
}

/** Each sooner after the one before it. */
export function earlierTransactions<P extends EnginePlan>(): Move<P> {
  return (first, holds) => {
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
}

/** Takes a place out of what is said of places; those behind it move up. */
export function withoutPlace<P extends Plan>(plan: P, place: number): P {
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

const HEIGHT = /( h| after )(\d+)/;

/**
 * Fewer heights: transactions, and the letters about as many heights, go; what is about later heights is about lower
 * ones. (A plan alone can't say this: without its letters the world behind a height is another.) Runs of heights first:
 * where two groups of members take turns, a single one cannot go.
 */
export function fewerHeights<P extends EnginePlan>(
  first: Trial<P>,
  holds: (trial: Trial<P>) => boolean,
): void {
  let trial = first;
  for (let count = first.plan.transactions.length - 1; count > 0; count = nextCount(count))
    for (let height = 1; height + count <= trial.plan.transactions.length; ) {
      const next = withoutHeights(trial, height, count).find(holds);
      if (next === undefined) height++;
      else trial = next;
    }
}

/** Not every length of the long ones: of either parity one is enough. */
function nextCount(count: number): number {
  return count > 8 ? count - 2 : count - 1;
}

/** By a different transaction for each try where one height goes: some height may hold several. */
function withoutHeights<P extends EnginePlan>(
  { plan, arriving }: Trial<P>,
  height: number,
  count: number,
): readonly Trial<P>[] {
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
