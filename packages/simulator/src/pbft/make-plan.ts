// Draws the circumstances of a world of PBFT engines from its seed: sizes, network, clocks, liars, faults. Every fault ends
// before the world turns kind. In one of ten worlds there are more liars than f.
import { byzantineMax } from "@witan/primitives";
import { drawClock, drawHost, drawTransactions, HOST_US_MAX } from "../engines/draw-plan.ts";
import { BLOCK_MAX, CLIENT_PATIENCE_US, OVERDUE_US } from "../engines/pools.ts";
import { Random } from "../random.ts";
import { drawFaults, type FaultRoom, span } from "../world/draw-faults.ts";
import { drawNetwork } from "../world/draw-network.ts";
import type { Fault, NetworkProfile } from "../world/plan.ts";
import { hasManyLiars, type LiarPlan, type PbftPlan } from "./plan.ts";
import { tornFaults } from "./torn.ts";

/** What is not left to the seed. */
export interface Wishes {
  readonly members?: number;
  /** How many lie; undefined: as a rule f at most, and up to 2f in one world of ten. */
  readonly liars?: number;
  /** Names of conducts that liars are drawn from; empty: nobody lies, but by a twin. */
  readonly conducts: readonly string[];
  readonly network?: NetworkProfile;
  /** Whether liars may have twins; undefined: some have. */
  readonly twins?: boolean;
  /** Kinds of faults that may befall processes and links; undefined: all. */
  readonly faults?: readonly Fault["kind"][];
}

/** T, the view timer, is a second: a tick of 25 ms is enough to see all that ticks decide. */
const TICK_US = 25_000;
const VIEW_TICKS = 40;
const VIEW_TICKS_MAX = 160;
const MEMBERS = [1, 2, 3, 4, 4, 4, 4, 4, 5, 6, 7, 7, 10];

/** Of a thousand worlds so many last for minutes. */
const LONG_PERMILLE = 50;
/** In them faults last so many times as long. */
const LONG_TIMES = 15;
/** Of a thousand worlds in which some may lie so many have more liars than f: one of ten of all. */
const MANY_PERMILLE = 130;
/** The conduct by which liars tell each side its own story. */
const TOGETHER = "double-game";

/** The plan of a seed. */
export function makePbftPlan(seed: number, wishes: Wishes): PbftPlan {
  const random = Random.of(seed, "plan");
  const isLong = random.chance(LONG_PERMILLE);
  const members = wishes.members ?? random.pick(isLong ? [1, 2, 3, 4, 4, 5] : MEMBERS);
  const spares = random.pick([0, 0, 1, 2]);
  const liars = drawLiars(random, members, wishes);
  const processes = members + spares + liars.filter(({ twin }) => twin).length;
  const kindAtUs = (isLong ? random.between(60, 200) : random.between(5, 25)) * 1_000_000;
  const room = { processes, kindAtUs, times: isLong ? LONG_TIMES : 1 };
  const changesPermille = random.pick([0, 0, 20, 100]);
  const torn = hasManyLiars({ members, liars })
    ? tornFaults(random, { nodes: members + spares, liars, kindAtUs })
    : [];
  const faults = [
    ...drawFaults(random, room),
    ...drawOwnFaults(random, room, { members, changesPermille }),
    ...torn,
  ];
  const transactions = drawTransactions(random, kindAtUs, isLong);
  return {
    seed,
    ...{ members, spares, liars, kindAtUs },
    network: drawNetwork(random, {
      ...{ processes, profile: wishes.network },
      ...{ losses: [0, 0, 10, 50, 300], duplicates: [0, 20, 100, 500] },
    }),
    clocks: Array.from({ length: processes }, () => drawClock(random)),
    writeUs: random.pick([
      [50, 200],
      [500, 3_000],
      [5_000, 60_000],
    ]),
    host: drawHost(random),
    faults: faults
      .filter(({ kind }) => wishes.faults === undefined || wishes.faults.includes(kind))
      .sort((a, b) => a.atUs - b.atUs),
    tickUs: TICK_US,
    viewTicks: VIEW_TICKS,
    viewTicksMax: VIEW_TICKS_MAX,
    resendTicks: 10,
    bufferedMax: 16,
    changesPermille,
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
 * for each full block of what has gathered. Before all that an old answer of a slow host may still be awaited, and a client
 * may find out that nothing came of what it sent.
 */
function boundUs(liars: number, transactions: number): number {
  const viewUs = VIEW_TICKS * TICK_US;
  const longestUs = VIEW_TICKS_MAX * TICK_US;
  const blocks = Math.ceil(transactions / BLOCK_MAX);
  const beforeUs = HOST_US_MAX + CLIENT_PATIENCE_US;
  const viewsUs = (liars + 1) * longestUs + OVERDUE_US + (liars + 2) * viewUs;
  return beforeUs + viewsUs + Math.ceil((blocks * viewUs) / 4);
}

function drawLiars(random: Random, members: number, wishes: Wishes): readonly LiarPlan[] {
  const most = byzantineMax(members);
  const isMany = wishes.liars === undefined && most > 0 && random.chance(MANY_PERMILLE);
  const few = random.chance(800) ? random.between(Math.min(1, most), most) : 0;
  const count = wishes.liars ?? (isMany ? random.between(most + 1, 2 * most) : few);
  const all = [...Array(members).keys()];
  // Those who are primaries of early views, one after another, can do more.
  const first = random.below(3) % members;
  const early = [...all.slice(first), ...all.slice(0, first)];
  const nodes = (random.chance(700) ? early : random.shuffled(all)).slice(0, count);
  const draw = () => random.shuffled(wishes.conducts).slice(0, random.pick([1, 2, 2, 3]));
  let common = random.chance(300) ? draw() : undefined;
  // Together they can do most by one story for each side, told by twins or by what they say.
  if (isMany && random.chance(600) && wishes.twins !== false)
    return nodes.map((node) => ({ node, conducts: [], twin: true }));
  if (isMany && random.chance(500) && wishes.conducts.includes(TOGETHER)) common = [TOGETHER];
  return nodes.map((node) => {
    const conducts = common ?? draw();
    const isTwin = random.chance(200) && wishes.twins !== false;
    return { node, conducts, twin: conducts.length === 0 || isTwin };
  });
}

/** What depends on who the members are. */
function drawOwnFaults(
  random: Random,
  room: FaultRoom,
  { members, changesPermille }: Pick<PbftPlan, "members" | "changesPermille">,
): readonly Fault[] {
  const process = () => random.below(room.processes);
  const faults: Fault[] = [];
  for (let more = random.pick([0, 0, 0, 1, 2]); more > 0; more--)
    faults.push({ kind: "disk-full", process: process(), ...span(random, room, 4_000_000) });
  // One clock may be far off: with more, the chain's time itself would be, and wait for the others.
  if (byzantineMax(members) > 0 && changesPermille === 0 && random.chance(200)) {
    const byMs = random.pick([-60_000, -3_000, 3_000, 60_000]);
    faults.push({ kind: "clock-jump", process: process(), ...span(random, room, 8_000_000), byMs });
  }
  return faults;
}
