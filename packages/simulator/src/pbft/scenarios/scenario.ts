// What a scenario is: an accident that befell other implementations, as worlds of ours. And what all of them begin from: four
// members in one room, a second of T, and a client that pays ten times a second.
import { Random } from "../../random.ts";
import type { ClockPlan, Fault } from "../../world/plan.ts";
import type { PbftPlan, TransactionPlan } from "../plan.ts";

/** An accident of others. */
export interface Scenario {
  /** What befalls the world. */
  readonly says: string;
  /** What must hold, beside every check. */
  readonly holds: string;
  /** Who suffered from it, and where that is told. */
  readonly source: string;
  /** Its world of a seed: seeds differ in times and in who is met. */
  readonly plan: (seed: number) => PbftPlan;
}

/** A second of the world; T is one. */
export const SECOND = 1_000_000;

const TICK_US = 25_000;
const QUIET: ClockPlan = { skewMs: 0, driftPpm: 0 };

/** The plan of a seed: what a scenario does not say is as on a good day. Faults and clients end when the world turns kind. */
export function staged(own: (random: Random) => Partial<PbftPlan>): (seed: number) => PbftPlan {
  return (seed) => {
    const made = own(Random.of(seed, "scenario"));
    const { members = 4, spares = 0, liars = [], kindAtUs = 10 * SECOND } = made;
    const places = members + spares + liars.filter(({ twin }) => twin).length;
    return {
      ...{ seed, members, spares, liars, kindAtUs, faults: [] },
      network: {
        ...{ profile: "lan", regions: Array<number>(places).fill(0) },
        ...{ lossPermille: 0, duplicatePermille: 0, bytesPerMs: 0 },
      },
      clocks: Array<ClockPlan>(places).fill(QUIET),
      writeUs: [100, 2_000],
      ...{ tickUs: TICK_US, viewTicks: 40, viewTicksMax: 160, resendTicks: 10, bufferedMax: 16 },
      ...{ changesPermille: 0, changes: "one", checkpointInterval: 4, blockBytes: 1_000 },
      ...{ transactions: every(SECOND / 10, { until: kindAtUs }), told: "all" as const },
      boundUs: 6 * SECOND,
      ...made,
    };
  };
}

/** A transaction every so often. */
export function every(
  apartUs: number,
  { from = 1_000, until }: { readonly from?: number; readonly until: number },
): readonly TransactionPlan[] {
  const times: number[] = [];
  for (let atUs = from; atUs < until; atUs += apartUs) times.push(atUs);
  return times.map((atUs) => ({ atUs, client: 1 }));
}

/** From when until when. */
interface Span {
  readonly atUs: number;
  readonly untilUs: number;
}

/** A process stops at the first thing that it does in this time (it says something every quarter of a second), and comes back. */
export function away(process: number, span: Span): Fault {
  return { kind: "crash", process, effects: 0, ...span };
}

/** Nothing goes from some to others. */
export function cut(from: readonly number[], to: readonly number[], span: Span): Fault {
  const links = from.flatMap((one) =>
    to.filter((other) => other !== one).map((other) => [one, other] as const),
  );
  return { kind: "partition", cut: links, ...span };
}

/** All links between so many processes are slower. */
export function slowed(processes: number, addUs: number, span: Span): readonly Fault[] {
  const all = [...Array(processes).keys()];
  return all.flatMap((from) =>
    all.filter((to) => to !== from).map((to): Fault => ({ kind: "slow-link", from, to, addUs, ...span })),
  );
}
