// Worlds in which the specimens of BP Fast Paxos are searched: small ones, with bad networks. Distributions, never a
// schedule: the seed says what happens.
import type { BpfpLiarPlan, BpfpPlan } from "../bp-fast-paxos/plan.ts";
import { Random } from "../random.ts";
import type { Fault } from "../world/plan.ts";
import { someTransactions } from "./pbft-plans.ts";

const TICK_US = 25_000;
/** T is half a second. */
const ROUND_TICKS = 20;
/** Nothing is owed but where liveness is what fails: what is to happen has happened by then. */
const BOUND_US = 1_000_000;
const BAD_US = 6_000_000;

/** What a specimen's worlds have of their own. */
export interface BpfpSpecimenWorld {
  /** Proposers: two, unless said. They have the first places, the four acceptors those behind. */
  readonly proposers?: number;
  readonly liars?: readonly BpfpLiarPlan[];
  readonly faults?: (random: Random, kindAtUs: number) => readonly Fault[];
  readonly kindAtUs?: number;
  /** Of a thousand messages so many are lost: one of these. */
  readonly loss?: readonly number[];
  readonly resendTicks?: number;
  /** One after another, so far apart at most. */
  readonly transactionsEveryUs?: number;
  readonly detects?: boolean;
  /** What is owed is owed so soon; undefined: nothing is looked for so late. */
  readonly boundUs?: number;
}

/** How many acceptors such worlds have. */
const ACCEPTORS = 4;

/** Makes the plan of a seed. */
export function bpfpSpecimenPlan(world: BpfpSpecimenWorld): (seed: number) => BpfpPlan {
  return (seed) => {
    const random = Random.of(seed, "specimen of bp-fast-paxos");
    const { proposers = 2, liars = [], loss = [100, 250], kindAtUs = BAD_US } = world;
    const {
      transactionsEveryUs = 2_000_000,
      resendTicks = ROUND_TICKS / 2,
      detects = false,
      boundUs = BOUND_US,
    } = world;
    const nodes = [
      ...Array(proposers).fill({ role: "proposer", isSpare: false }),
      ...Array(ACCEPTORS).fill({ role: "acceptor", isSpare: false }),
    ];
    return {
      ...{ seed, nodes, liars, gone: [], changesPermille: 0, kindAtUs, boundUs },
      network: {
        ...{ profile: random.pick(["lan", "heavy-tail"] as const), regions: Array(nodes.length).fill(0) },
        ...{ lossPermille: random.pick(loss), duplicatePermille: 0, bytesPerMs: 0 },
      },
      clocks: nodes.map(() => ({ skewMs: 0, driftPpm: random.between(-5_000, 5_000) })),
      writeUs: [100, 2_000],
      faults: world.faults?.(random, kindAtUs) ?? [],
      ...{ tickUs: TICK_US, roundTicks: ROUND_TICKS, roundTicksMax: 4 * ROUND_TICKS, resendTicks },
      ...{ bufferedMax: 16, checkpointInterval: 100, blockBytes: 1_000 },
      ...{ promiseAuthentication: "mac", detectByzantineAcceptors: detects },
      ...{ transactions: someTransactions(random, kindAtUs, transactionsEveryUs), told: "all" },
    };
  };
}

/** All lose power soon after the beginning, in the middle of something; and one acceptor is cut off from then on. */
export function powerCut(random: Random, kindAtUs: number): readonly Fault[] {
  const atUs = random.below(1_000);
  const alone = 2 + random.below(ACCEPTORS);
  const others = [...Array(2 + ACCEPTORS).keys()].filter((other) => other !== alone);
  const cut = others.flatMap((other) => [[alone, other] as const, [other, alone] as const]);
  return [
    { kind: "power-cut", atUs, effects: random.below(60), untilUs: atUs + random.between(10_000, 50_000) },
    { kind: "partition", atUs: atUs + random.between(3_000, 9_000), untilUs: kindAtUs, cut },
  ];
}

/** Nobody hears of the only proposer for some time, until it is suspected; it hears all. */
export function mutedFirst(random: Random): readonly Fault[] {
  const untilUs = random.between(550_000, 900_000);
  const cut = Array.from({ length: ACCEPTORS }, (_, at) => [0, at + 1] as const);
  return [{ kind: "partition", atUs: 0, untilUs, cut }];
}
