// Draws the circumstances of a world of PBFT engines from its seed: sizes, network, clocks, liars, faults. Never more
// liars than f, and every fault ends before the world turns kind.
import { byzantineMax } from "@witan/primitives";
import { Random } from "../random.ts";
import { drawFaults } from "../world/draw-faults.ts";
import { REGIONS } from "../world/network.ts";
import type { ClockPlan, Fault, NetworkPlan, NetworkProfile } from "../world/plan.ts";
import type { LiarPlan, PbftPlan, TransactionPlan } from "./plan.ts";
import { BLOCK_MAX, OVERDUE_US } from "./pools.ts";

/** What is not left to the seed. */
export interface Wishes {
  readonly members?: number;
  /** How many lie; more than f is for who wants to see safety end. */
  readonly liars?: number;
  /** Names of conducts that liars are drawn from; empty: nobody lies, but by a twin. */
  readonly conducts: readonly string[];
  readonly network?: NetworkProfile;
  /** Whether liars may have twins; undefined: some have. */
  readonly twins?: boolean;
  /** Kinds of faults that may befall processes and links; undefined: all. */
  readonly faults?: readonly Fault["kind"][];
  /** Clients send nothing once the world is kind: nothing new uncovers what was missed. */
  readonly quiet?: boolean;
}

/** T, the view timer, is a second: a tick of 25 ms is enough to see all that ticks decide. */
const TICK_US = 25_000;
const VIEW_TICKS = 40;
const VIEW_TICKS_MAX = 160;

/** The plan of a seed. */
export function makePbftPlan(seed: number, wishes: Wishes): PbftPlan {
  const random = Random.of(seed, "plan");
  const members = wishes.members ?? random.pick([1, 4, 4, 4, 4, 5, 6, 7, 7, 10]);
  const spares = random.pick([0, 0, 1, 2]);
  const liars = drawLiars(random, members, wishes);
  const processes = members + spares + liars.filter(({ twin }) => twin).length;
  const kindAtUs = random.between(5, 25) * 1_000_000;
  const drawn = drawTransactions(random, kindAtUs);
  const transactions = wishes.quiet ? drawn.filter(({ atUs }) => atUs < kindAtUs) : drawn;
  return {
    seed,
    ...{ members, spares, liars, kindAtUs },
    network: drawNetwork(random, processes, wishes.network),
    clocks: Array.from({ length: processes }, () => drawClock(random)),
    writeUs: random.pick([
      [50, 200],
      [500, 3_000],
      [5_000, 60_000],
    ]),
    faults: drawFaults(random, { processes, kindAtUs }).filter(
      ({ kind }) => wishes.faults === undefined || wishes.faults.includes(kind),
    ),
    tickUs: TICK_US,
    viewTicks: VIEW_TICKS,
    viewTicksMax: VIEW_TICKS_MAX,
    resendTicks: 10,
    bufferedMax: 16,
    changesPermille: random.pick([0, 0, 20, 100]),
    checkpointInterval: 4,
    blockBytes: random.pick([1_000, 50_000, 1_000_000]),
    transactions,
    changes: random.pick(["one", "one", "several", "all"] as const),
    boundUs: boundUs(liars.length, transactions.length),
  };
}

/**
 * How long everything pending may take to be final in a kind world in which `liars` go on lying. The slowest link, there
 * and back, is a third of T. A timer that runs may be one of the longest, and each liar may be primary next and let one
 * pass: (liars + 1) Tmax. Then a correct one decides; but what liars left out, or were slow to take in, is first overdue,
 * and then each of them in a row may have a T of decisions before it is left: overdue + (liars + 2) T. And a quarter of T
 * for each full block of what has gathered.
 */
function boundUs(liars: number, transactions: number): number {
  const viewUs = VIEW_TICKS * TICK_US;
  const longestUs = VIEW_TICKS_MAX * TICK_US;
  const blocks = Math.ceil(transactions / BLOCK_MAX);
  return (liars + 1) * longestUs + OVERDUE_US + (liars + 2) * viewUs + Math.ceil((blocks * viewUs) / 4);
}

function drawLiars(random: Random, members: number, wishes: Wishes): readonly LiarPlan[] {
  const most = byzantineMax(members);
  const count = wishes.liars ?? (random.chance(800) ? random.between(Math.min(1, most), most) : 0);
  const all = [...Array(members).keys()];
  // Those who are primaries of early views, one after another, can do more.
  const first = random.below(3) % members;
  const early = [...all.slice(first), ...all.slice(0, first)];
  const nodes = (random.chance(700) ? early : random.shuffled(all)).slice(0, count);
  const draw = () => random.shuffled(wishes.conducts).slice(0, random.pick([1, 2, 2, 3]));
  const common = random.chance(300) ? draw() : undefined;
  return nodes.map((node) => {
    const conducts = common ?? draw();
    const isTwin = random.chance(200) && wishes.twins !== false;
    return { node, conducts, twin: conducts.length === 0 || isTwin };
  });
}

function drawNetwork(random: Random, processes: number, wished: NetworkProfile | undefined): NetworkPlan {
  return {
    profile: wished ?? random.pick(["lan", "lan", "wan", "heavy-tail"]),
    regions: Array.from({ length: processes }, () => random.below(REGIONS.length)),
    lossPermille: random.pick([0, 0, 10, 50, 300]),
    duplicatePermille: random.pick([0, 20, 100, 500]),
    bytesPerMs: random.pick([0, 0, 0, 12_500, 1_250]),
  };
}

function drawClock(random: Random): ClockPlan {
  return { skewMs: random.between(-400, 400), driftPpm: random.pick([0, 50, -50, 1_000, -20_000, 20_000]) };
}

/** Some through the bad days, and a few after them: the world must go on. */
function drawTransactions(random: Random, kindAtUs: number): readonly TransactionPlan[] {
  const everyUs = random.pick([20_000, 100_000, 500_000, 2_000_000]);
  const times: number[] = [];
  for (let atUs = random.below(everyUs); atUs < kindAtUs; atUs += random.between(1, 2 * everyUs))
    times.push(atUs);
  const [after, apartUs] = random.pick([
    [3, 100_000],
    [3, 100_000],
    [20, 400_000],
  ] as const);
  for (let more = 1; more <= after; more++) times.push(kindAtUs + more * apartUs);
  return times.map((atUs) => ({ atUs, client: random.below(4) }));
}
