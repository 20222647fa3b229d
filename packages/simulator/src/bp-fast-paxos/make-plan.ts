// Draws the circumstances of a world of BP Fast Paxos from its seed: sizes, network, clocks, who lies, who is gone, faults.
// Every fault but being gone ends before the world turns kind. In some worlds every proposer lies.
import { crashMax } from "@witan/primitives";
import { drawClock, drawHost, drawTransactions, HOST_US_MAX } from "../engines/draw-plan.ts";
import { BLOCK_MAX, CLIENT_PATIENCE_US, OVERDUE_US } from "../engines/pools.ts";
import { Random } from "../random.ts";
import { drawFaults, type FaultRoom, span } from "../world/draw-faults.ts";
import { drawNetwork } from "../world/draw-network.ts";
import type { Fault, NetworkProfile } from "../world/plan.ts";
import type { BpfpLiarPlan, BpfpPlan, GonePlan, NodePlan } from "./plan.ts";

/** What is not left to the seed. */
export interface BpfpWishes {
  readonly proposers?: number;
  readonly acceptors?: number;
  /** How many proposers lie. */
  readonly liars?: number;
  /** How many acceptors crash for ever. */
  readonly gone?: number;
  /** Names of conducts that liars are drawn from. */
  readonly conducts: readonly string[];
  readonly network?: NetworkProfile;
  /** Kinds of faults that may befall processes and links; undefined: all. */
  readonly faults?: readonly Fault["kind"][];
  /** Whether blocks may change the members; undefined: in some worlds. */
  readonly changes?: boolean;
  /** Clients send nothing once the world is kind: nothing new uncovers what was missed. */
  readonly quiet?: boolean;
}

/** T is a second: a tick of 25 ms is enough to see all that ticks decide. */
const TICK_US = 25_000;
const ROUND_TICKS = 40;
const ROUND_TICKS_MAX = 160;
const ACCEPTORS = [4, 4, 4, 4, 5, 6, 7, 7, 8, 10];

/** Of a thousand worlds so many last for minutes. */
const LONG_PERMILLE = 50;
/** In them faults last so many times as long. */
const LONG_TIMES = 15;
/** Of a thousand worlds in so many every proposer lies, if any may. */
const ALL_LIE_PERMILLE = 120;
/** Such worlds are bad no longer than this. */
const ALL_LIE_SECONDS = 8;
/** What is waited for where nothing is owed. */
const IDLE_BOUND_US = 3_000_000;

/** The plan of a seed. */
export function makeBpfpPlan(seed: number, wishes: BpfpWishes): BpfpPlan {
  const random = Random.of(seed, "plan of bp-fast-paxos");
  const isLong = random.chance(LONG_PERMILLE);
  const proposers = wishes.proposers ?? random.between(1, 3);
  const acceptors = wishes.acceptors ?? random.pick(isLong ? [4, 4, 5] : ACCEPTORS);
  const changes = random.pick([0, 0, 20, 100]);
  const changesPermille = wishes.changes === undefined ? changes : wishes.changes ? 100 : 0;
  const nodes = drawNodes(random, proposers, acceptors);
  const liars = drawLiars(random, proposers, wishes);
  const allLie = liars.length === proposers;
  const seconds = isLong ? random.between(60, 200) : random.between(5, 25);
  // Nothing need be decided, and nothing keeps rounds from following each other as fast as messages go.
  const kindAtUs = (allLie ? Math.min(seconds, ALL_LIE_SECONDS) : seconds) * 1_000_000;
  const gone = drawGone(random, { proposers, acceptors, kindAtUs, wanted: wishes.gone });
  const room = { processes: nodes.length, kindAtUs, times: isLong ? LONG_TIMES : 1 };
  const faults = [...drawFaults(random, room), ...drawOwnFaults(random, room)];
  const drawn = drawTransactions(random, kindAtUs, isLong);
  const transactions = wishes.quiet ? drawn.filter(({ atUs }) => atUs < kindAtUs) : drawn;
  return {
    ...{ seed, nodes, liars, gone, kindAtUs, changesPermille },
    network: drawNetwork(random, {
      ...{ processes: nodes.length, profile: wishes.network },
      ...{ losses: [0, 0, 10, 50, 300], duplicates: [0, 20, 100, 500] },
    }),
    clocks: nodes.map(() => drawClock(random)),
    writeUs: random.pick([
      [50, 200],
      [500, 3_000],
      [5_000, 60_000],
    ]),
    host: drawHost(random),
    faults: faults
      .filter(({ kind }) => wishes.faults === undefined || wishes.faults.includes(kind))
      .sort((a, b) => a.atUs - b.atUs),
    ...{ tickUs: TICK_US, roundTicks: ROUND_TICKS, roundTicksMax: ROUND_TICKS_MAX },
    ...{ resendTicks: 10, bufferedMax: 16, checkpointInterval: 4 },
    promiseAuthentication: random.pick(["mac", "mac", "signature"]),
    detectByzantineAcceptors: random.chance(300),
    blockBytes: random.pick([1_000, 50_000, 1_000_000]),
    transactions,
    boundUs: allLie ? IDLE_BOUND_US : boundUs(liars.length, transactions.length),
  };
}

/**
 * How long everything pending may take to be final in a kind world in which `liars` proposers go on lying. A timer that runs
 * may be one of the longest, and each liar may be trusted next and let one pass: (liars + 1) Tmax. Then a correct one is
 * trusted; but what liars left out, or were slow to propose, is first overdue, and then each of them in a row may have a T of
 * decisions before it is left: overdue + (liars + 2) T. And a quarter of T for each full block of what has gathered. Before
 * all that an old answer of a slow host may still be awaited, and a client may find out that nothing came of what it sent.
 */
function boundUs(liars: number, transactions: number): number {
  const roundUs = ROUND_TICKS * TICK_US;
  const longestUs = ROUND_TICKS_MAX * TICK_US;
  const blocks = Math.ceil(transactions / BLOCK_MAX);
  const beforeUs = HOST_US_MAX + CLIENT_PATIENCE_US;
  const roundsUs = (liars + 1) * longestUs + OVERDUE_US + (liars + 2) * roundUs;
  return beforeUs + roundsUs + Math.ceil((blocks * roundUs) / 4);
}

/** Proposers first, then acceptors, then those that are no members at first, then observers. */
function drawNodes(random: Random, proposers: number, acceptors: number): readonly NodePlan[] {
  const spares = random.pick<readonly NodePlan["role"][]>([
    [],
    [],
    ["acceptor"],
    ["proposer"],
    ["proposer", "acceptor"],
  ]);
  const observers = random.pick([0, 1, 1, 2]);
  return [
    ...Array<NodePlan>(proposers).fill({ role: "proposer", isSpare: false }),
    ...Array<NodePlan>(acceptors).fill({ role: "acceptor", isSpare: false }),
    ...spares.map((role) => ({ role, isSpare: true })),
    ...Array<NodePlan>(observers).fill({ role: "observer", isSpare: false }),
  ];
}

function drawLiars(random: Random, proposers: number, wishes: BpfpWishes): readonly BpfpLiarPlan[] {
  const all = random.chance(ALL_LIE_PERMILLE);
  const some = random.chance(750) ? random.between(Math.min(1, proposers - 1), proposers - 1) : 0;
  const count = Math.min(wishes.liars ?? (all ? proposers : some), proposers);
  if (wishes.conducts.length === 0) return [];
  // Who is trusted first can do most.
  const nodes = [...Array(proposers).keys()];
  const order = random.chance(600) ? nodes : random.shuffled(nodes);
  const draw = () => random.shuffled(wishes.conducts).slice(0, random.pick([1, 2, 2, 3]));
  const common = random.chance(300) ? draw() : undefined;
  return order.slice(0, count).map((node) => ({ node, conducts: common ?? draw() }));
}

interface GoneRoom {
  readonly proposers: number;
  readonly acceptors: number;
  readonly kindAtUs: number;
  readonly wanted: number | undefined;
}

function drawGone(random: Random, { proposers, acceptors, kindAtUs, wanted }: GoneRoom): readonly GonePlan[] {
  const some = random.chance(400) ? random.between(1, Math.max(1, crashMax(acceptors))) : 0;
  const count = Math.min(wanted ?? some, crashMax(acceptors));
  const places = Array.from({ length: acceptors }, (_, at) => proposers + at);
  return random
    .shuffled(places)
    .slice(0, count)
    .map((node) => ({ node, atUs: random.below(kindAtUs) }));
}

function drawOwnFaults(random: Random, room: FaultRoom): readonly Fault[] {
  const process = () => random.below(room.processes);
  const faults: Fault[] = [];
  for (let more = random.pick([0, 0, 0, 1, 2]); more > 0; more--)
    faults.push({ kind: "disk-full", process: process(), ...span(random, room, 4_000_000) });
  if (random.chance(200)) {
    const byMs = random.pick([-60_000, -3_000, 3_000, 60_000]);
    faults.push({ kind: "clock-jump", process: process(), ...span(random, room, 8_000_000), byMs });
  }
  return faults;
}
