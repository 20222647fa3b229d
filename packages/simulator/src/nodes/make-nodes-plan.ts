// Draws the circumstances of a world of whole nodes from its seed. Never more liars than f; with them never more than f
// validators that lose data, since those are silent for a while; and every fault ends before the world turns kind.
import { byzantineMax } from "@witan/primitives";
import type { LiarPlan } from "../pbft/plan.ts";
import { Random } from "../random.ts";
import { drawFaults } from "../world/draw-faults.ts";
import { REGIONS } from "../world/network.ts";
import type { ClockPlan, NetworkPlan, NetworkProfile } from "../world/plan.ts";
import type { ChangePlan, DealingKind, DealingPlan, NodeFault, NodesPlan } from "./plan.ts";
import { TAPS } from "./taps.ts";

/** What is not left to the seed. */
export interface NodesWishes {
  readonly members?: number;
  /** How many lie; more than f is for who wants to see safety end. */
  readonly liars?: number;
  /** Names in TAPS that liars are drawn from; all, by default. */
  readonly taps?: readonly string[];
  /** Whether liars may run twice. */
  readonly twins?: boolean;
  readonly network?: NetworkProfile;
}

const TICK_MS = 25;
const VIEW_MS = 1_000;
/**
 * A dead line is given up after 10 s, and dialled anew within 5 s; a node that stopped is started after 1 s; then ten view
 * timers, and four for what is in hand; a client asks again every 3 s.
 */
const BOUND_US = 35_000_000;

const DEALINGS: readonly DealingKind[] = [
  ...(["pay", "pay", "pay", "pay", "pay", "pay", "everywhere", "chain", "brief", "double-spend"] as const),
  ...(["issue", "destroy", "forged", "unbalanced", "expired", "oversized", "garbage"] as const),
];

/** The plan of a seed. */
export function makeNodesPlan(seed: number, wishes: NodesWishes = {}): NodesPlan {
  const random = Random.of(seed, "nodes plan");
  const members = wishes.members ?? random.pick([1, 4, 4, 4, 4, 4, 5, 7]);
  const spares = random.pick([0, 0, 0, 1]);
  const liars = drawLiars(random, members, wishes);
  const processes = members + spares + liars.filter(({ twin }) => twin).length;
  const kindAtUs = random.between(4, 16) * 1_000_000;
  const room = { processes, kindAtUs };
  const nodes = members + spares;
  const losers = random
    .shuffled([...Array(nodes).keys()])
    .filter((node) => !liars.some((liar) => liar.node === node));
  const mayLose = losers.slice(0, Math.max(0, byzantineMax(members) - liars.length));
  const faults: readonly NodeFault[] = [
    ...drawFaults(random, room),
    ...drawNodeFaults(random, room, mayLose, members),
  ];
  return {
    seed,
    ...{ members, spares, liars, kindAtUs },
    network: drawNetwork(random, processes, wishes.network),
    clocks: Array.from({ length: processes }, () => drawClock(random)),
    writeUs: random.pick([
      [50, 200],
      [500, 3_000],
      [2_000, 20_000],
    ]),
    faults: [...faults].sort((a, b) => a.atUs - b.atUs),
    ...{ tickMs: TICK_MS, viewTimeoutMs: VIEW_MS, viewTimeoutMaxMs: 4 * VIEW_MS },
    emptyBlockIntervalMs: random.pick([1_000, 3_000, 10_000]),
    flushBlocks: random.pick([3, 10, 1_000]),
    mempoolTransactions: random.pick([20, 1_000]),
    clients: 4,
    dealings: drawDealings(random, kindAtUs),
    changes: drawChanges(random, { members, spares, liars, kindAtUs }),
    boundUs: BOUND_US,
  };
}

function drawLiars(random: Random, members: number, wishes: NodesWishes): readonly LiarPlan[] {
  const most = byzantineMax(members);
  const count = wishes.liars ?? (random.chance(600) ? random.between(Math.min(1, most), most) : 0);
  const names = wishes.taps ?? Object.keys(TAPS);
  const mayTwin = wishes.twins ?? true;
  const nodes = random.shuffled([...Array(members).keys()]).slice(0, count);
  return nodes.map((node) => {
    const conducts = random.shuffled(names).slice(0, random.pick([0, 1, 1, 2]));
    return { node, conducts, twin: mayTwin && (conducts.length === 0 || random.chance(300)) };
  });
}

interface Room {
  readonly processes: number;
  readonly kindAtUs: number;
}

/** @param mayLose nodes whose data may be lost */
function drawNodeFaults(
  random: Random,
  { processes, kindAtUs }: Room,
  mayLose: readonly number[],
  members: number,
): readonly NodeFault[] {
  const span = (longestUs: number) => {
    const atUs = random.below(kindAtUs - 1);
    return { atUs, untilUs: Math.min(atUs + random.between(1, longestUs), kindAtUs) };
  };
  const faults: NodeFault[] = [];
  for (let more = random.pick([0, 0, 0, 1]); more > 0; more--)
    faults.push({ kind: "disk-full", process: random.below(processes), ...span(3_000_000) });
  for (let more = mayLose.length > 0 ? random.pick([0, 0, 1, 2]) : 0; more > 0; more--) {
    const kind = random.pick(["corruption", "corruption", "lost-data", "old-copy"] as const);
    faults.push({ kind, process: random.pick(mayLose), ...span(6_000_000) });
  }
  // One clock at a time may be far off: with more, the chain's time itself would be, and wait for the others.
  if (members >= 4 && random.chance(250)) {
    const byMs = random.pick([-60_000, -3_000, 3_000, 60_000]);
    faults.push({ kind: "clock-jump", process: random.below(processes), ...span(5_000_000), byMs });
  }
  return faults;
}

function drawNetwork(random: Random, processes: number, wished: NetworkProfile | undefined): NetworkPlan {
  return {
    profile: wished ?? random.pick(["lan", "lan", "wan", "heavy-tail"]),
    regions: Array.from({ length: processes }, () => random.below(REGIONS.length)),
    lossPermille: random.pick([0, 0, 10, 50, 200]),
    duplicatePermille: random.pick([0, 20, 100]),
    bytesPerMs: random.pick([0, 0, 0, 12_500, 1_250]),
  };
}

/** Two clocks are never further apart than validators bear, 2 s: in 60 s a drift of 1% is 600 ms. */
function drawClock(random: Random): ClockPlan {
  return { skewMs: random.between(-300, 300), driftPpm: random.pick([0, 50, -50, 1_000, -10_000, 10_000]) };
}

/** Some through the bad days, and a few after them: the world must go on. */
function drawDealings(random: Random, kindAtUs: number): readonly DealingPlan[] {
  const everyUs = random.pick([30_000, 100_000, 400_000]);
  const times: number[] = [];
  for (let atUs = random.below(everyUs); atUs < kindAtUs; atUs += random.between(1, 2 * everyUs))
    times.push(atUs);
  for (let more = 1; more <= 3; more++) times.push(kindAtUs + more * 100_000);
  return times.map((atUs) => ({ atUs, client: random.below(4), kind: random.pick(DEALINGS) }));
}

function drawChanges(
  random: Random,
  { members, spares, liars, kindAtUs }: Pick<NodesPlan, "members" | "spares" | "liars" | "kindAtUs">,
): readonly ChangePlan[] {
  const changes: ChangePlan[] = [];
  const at = (): number => random.below(kindAtUs);
  for (let node = members; node < members + spares; node++) {
    const atUs = at();
    changes.push({ atUs, kind: "add", node });
    // Only who has lied to nobody leaves: the share of liars must not grow beyond f.
    if (random.chance(300)) changes.push({ atUs: random.between(atUs, kindAtUs), kind: "remove", node });
  }
  for (let more = random.pick([0, 0, 1, 2]); more > 0; more--) {
    const node = random.below(members);
    if (!liars.some((liar) => liar.node === node)) changes.push({ atUs: at(), kind: "replace-key", node });
  }
  return changes.sort((a, b) => a.atUs - b.atUs);
}
