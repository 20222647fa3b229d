// Draws the misfortunes of a world: how many of each kind, whom they meet and when. Ranges after TigerBeetle's VOPR and
// what operators of such chains report.
import type { Random } from "../random.ts";
import type { Fault } from "./plan.ts";

/** Whom and how long faults may meet. */
export interface FaultRoom {
  readonly processes: number;
  /** All have ended by then. */
  readonly kindAtUs: number;
  /** They may last so many times as long as usual. */
  readonly times?: number;
}

/** Others depend on who else is met: whoever makes a plan draws them. */
type Drawn = Exclude<Fault["kind"], "disk-full" | "clock-jump">;

type Draw = (random: Random, room: FaultRoom) => Fault;

/** Effects between the moment of a crash and the crash. */
const EFFECTS_MAX = 60;

const DRAWS: Readonly<Record<Drawn, Draw>> = {
  crash: (random, room) => ({
    kind: "crash",
    process: random.below(room.processes),
    effects: random.below(EFFECTS_MAX),
    ...span(random, room, 8_000_000),
  }),
  "power-cut": (random, room) => ({
    kind: "power-cut",
    effects: random.below(2 * EFFECTS_MAX),
    ...span(random, room, 4_000_000),
  }),
  pause: (random, room) => ({
    kind: "pause",
    process: random.below(room.processes),
    ...span(random, room, 5_000_000),
  }),
  "slow-process": (random, room) => ({
    kind: "slow-process",
    process: random.below(room.processes),
    perInputUs: random.pick([500, 5_000, 20_000]),
    ...span(random, room, 5_000_000),
  }),
  partition: (random, room) => ({
    kind: "partition",
    cut: drawCut(random, room.processes),
    ...span(random, room, 10_000_000),
  }),
  "slow-link": (random, room) => ({
    kind: "slow-link",
    ...drawLink(random, room.processes),
    addUs: random.pick([50_000, 400_000, 2_000_000]),
    ...span(random, room, 10_000_000),
  }),
  storm: (random, room) => ({
    kind: "storm",
    lossPermille: random.pick([50, 300, 600]),
    ...span(random, room, 5_000_000),
  }),
  "slow-disk": (random, room) => ({
    kind: "slow-disk",
    process: random.below(room.processes),
    perWriteUs: random.pick([10_000, 100_000, 1_000_000]),
    ...span(random, room, 5_000_000),
  }),
  "write-error": (random, room) => ({
    kind: "write-error",
    process: random.below(room.processes),
    ...span(random, room, 4_000_000),
  }),
};

/** How many of a kind there may be. */
const MOST: Readonly<Record<Drawn, readonly number[]>> = {
  crash: [0, 0, 2, 6, 20],
  "power-cut": [0, 0, 0, 1, 3],
  pause: [0, 0, 2, 6],
  "slow-process": [0, 0, 2],
  partition: [0, 0, 1, 4, 12],
  "slow-link": [0, 0, 3, 10],
  storm: [0, 0, 1, 4],
  "slow-disk": [0, 0, 2],
  "write-error": [0, 0, 0, 2],
};

const OF_LINKS: readonly Drawn[] = ["partition", "slow-link", "storm"];

/** The faults of a world, in the order of their beginning. */
export function drawFaults(random: Random, room: FaultRoom): readonly Fault[] {
  const all = Object.keys(DRAWS) as Drawn[];
  // One alone has no links.
  const kinds = room.processes > 1 ? all : all.filter((kind) => !OF_LINKS.includes(kind));
  const drawn = kinds.flatMap((kind) =>
    Array.from({ length: random.pick(MOST[kind]) }, () => DRAWS[kind](random, room)),
  );
  return drawn.sort((a, b) => a.atUs - b.atUs);
}

/** When a fault begins and ends: most are short. */
export function span(
  random: Random,
  { kindAtUs, times = 1 }: Omit<FaultRoom, "processes">,
  longest: number,
): { readonly atUs: number; readonly untilUs: number } {
  const atUs = random.below(kindAtUs - 1);
  const longestUs = longest * times;
  const lasts = random.between(1, random.pick([longestUs / 100, longestUs / 10, longestUs]));
  return { atUs, untilUs: Math.min(atUs + lasts, kindAtUs) };
}

function drawLink(random: Random, processes: number): { readonly from: number; readonly to: number } {
  const from = random.below(processes);
  return { from, to: (from + random.between(1, processes - 1)) % processes };
}

/** Two sides that hardly hear each other, some deaf ears within each; or one that nobody hears, or that hears nobody. */
function drawCut(random: Random, processes: number): readonly (readonly [number, number])[] {
  for (;;) {
    const cut = cutOnce(random, processes);
    if (cut.length > 0) return cut;
  }
}

function cutOnce(random: Random, processes: number): readonly (readonly [number, number])[] {
  const all = [...Array(processes).keys()];
  const alone = random.below(processes);
  const shape = random.pick(["sides", "sides", "mute", "deaf", "alone"]);
  const side = all.map(() => random.below(2));
  const isCut = (from: number, to: number): boolean => {
    if (shape === "mute") return from === alone;
    if (shape === "deaf") return to === alone;
    if (shape === "alone") return from === alone || to === alone;
    return random.chance(side[from] === side[to] ? 100 : 850);
  };
  return all.flatMap((from) =>
    all.filter((to) => from !== to && isCut(from, to)).map((to) => [from, to] as const),
  );
}
