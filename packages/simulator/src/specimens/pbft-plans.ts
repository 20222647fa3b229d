// Worlds in which the specimens are searched: small ones, with bad networks, since what is left out shows between few
// validators. Distributions, never a schedule: the seed says what happens.
import type { LiarPlan, PbftPlan, TransactionPlan } from "../pbft/plan.ts";
import { Random } from "../random.ts";
import type { Fault, NetworkProfile } from "../world/plan.ts";

const TICK_US = 25_000;
/** T is half a second. */
const VIEW_TICKS = 20;
const BOUND_US = 14 * VIEW_TICKS * TICK_US;
/** The bad time of most of them. */
const BAD_US = 6_000_000;

/** What a specimen's worlds have of their own. */
export interface SpecimenWorld {
  /** Four, unless said. */
  readonly members?: number;
  readonly spares?: number;
  readonly liars?: (random: Random) => readonly LiarPlan[];
  readonly faults?: (random: Random, kindAtUs: number) => readonly Fault[];
  readonly kindAtUs?: number;
  readonly changesPermille?: number;
  /** Of a thousand messages so many are lost: one of these. */
  readonly loss?: readonly number[];
  readonly profiles?: readonly NetworkProfile[];
  readonly resendTicks?: number;
  /** One after another, so far apart at most. */
  readonly transactionsEveryUs?: number;
}

/** Makes the plan of a seed. */
export function specimenPlan(world: SpecimenWorld): (seed: number) => PbftPlan {
  return (seed) => {
    const random = Random.of(seed, "specimen");
    const { spares = 0, changesPermille = 0, loss = [100, 250, 400], kindAtUs = BAD_US } = world;
    const { transactionsEveryUs = 2_000_000 } = world;
    const { members = 4, profiles = ["lan", "heavy-tail"] } = world;
    const liars = world.liars?.(random) ?? [];
    const processes = members + spares + liars.filter(({ twin }) => twin).length;
    return {
      ...{ seed, members, spares, liars, changesPermille, kindAtUs, boundUs: BOUND_US },
      network: {
        profile: random.pick(profiles),
        regions: Array(processes).fill(0),
        lossPermille: random.pick(loss),
        duplicatePermille: 0,
        bytesPerMs: 0,
      },
      clocks: Array.from({ length: processes }, () => ({
        skewMs: 0,
        driftPpm: random.between(-5_000, 5_000),
      })),
      writeUs: [100, 2_000],
      faults: world.faults?.(random, kindAtUs) ?? [],
      ...{
        tickUs: TICK_US,
        viewTicks: VIEW_TICKS,
        viewTicksMax: 4 * VIEW_TICKS,
        resendTicks: world.resendTicks ?? VIEW_TICKS / 2,
      },
      ...{ bufferedMax: 16, changes: "all" as const, checkpointInterval: 100, blockBytes: 1_000 },
      ...{ transactions: someTransactions(random, kindAtUs, transactionsEveryUs), told: "all" as const },
    };
  };
}

/** What clients send, all through the bad time. */
export function someTransactions(
  random: Random,
  kindAtUs: number,
  everyUs: number,
): readonly TransactionPlan[] {
  const times: number[] = [];
  for (let atUs = random.below(1_000); atUs < kindAtUs; atUs += random.between(1, everyUs)) times.push(atUs);
  return times.map((atUs) => ({ atUs, client: 0 }));
}

/** One that is cut off from the others for some time, wholly or in one direction; again and again. */
export function cutsOff(processes: number): (random: Random, kindAtUs: number) => readonly Fault[] {
  return (random, kindAtUs) =>
    Array.from({ length: random.between(2, 6) }, (): Fault => {
      const alone = random.below(processes);
      const atUs = random.below(kindAtUs - 1);
      const cuts = random.pick(["from", "to", "both"] as const);
      const others = [...Array(processes).keys()].filter((other) => other !== alone);
      const from = others.map((other) => [alone, other] as const);
      const to = others.map((other) => [other, alone] as const);
      const cut = { from, to, both: [...from, ...to] }[cuts];
      const untilUs = Math.min(kindAtUs, atUs + random.between(50_000, 2_000_000));
      return { kind: "partition", atUs, untilUs, cut };
    }).sort((a, b) => a.atUs - b.atUs);
}

/** One after another hears nothing for some time, though it is heard. */
export function goDeaf(processes: number): (random: Random, kindAtUs: number) => readonly Fault[] {
  return (random, kindAtUs) => {
    const faults: Fault[] = [];
    for (let atUs = random.below(50_000); atUs < kindAtUs; ) {
      const deaf = random.below(processes);
      const cut = [...Array(processes).keys()]
        .filter((other) => other !== deaf)
        .map((other) => [other, deaf] as const);
      const untilUs = Math.min(kindAtUs, atUs + random.between(700_000, 2_500_000));
      faults.push({ kind: "partition", atUs, untilUs, cut });
      atUs = untilUs + random.below(50_000);
    }
    return faults;
  };
}

/** One of the members lies, like this. */
export function oneLiar(...conducts: readonly string[]): (random: Random) => readonly LiarPlan[] {
  return (random) => [{ node: random.below(4), conducts, twin: false }];
}
