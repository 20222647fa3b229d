// Draws the circumstances of one decision from a seed: who proposes what and when, the network, clocks, disks, faults, who is
// gone for ever. Every fault but being gone ends before the world turns kind.
import { drawClock } from "../engines/draw-plan.ts";
import { Random } from "../random.ts";
import type { WorldWishes } from "../run/outcome.ts";
import { drawFaults } from "../world/draw-faults.ts";
import { drawNetwork } from "../world/draw-network.ts";
import type { Fault } from "../world/plan.ts";
import { decreeRulesOf } from "./paxos-designs.ts";
import type { DecreePlan, DecreeProtocol, DecreeWant } from "./paxos-plan.ts";

/** T is a second. */
export const TICK_US = 25_000;
export const ROUND_TICKS = 40;
export const ROUND_TICKS_MAX = 160;
const RESEND_TICKS = 10;
/** Effects between the moment of a crash and the crash. */
const EFFECTS_MAX = 12;
const SIZES: Readonly<Record<DecreeProtocol, readonly number[]>> = {
  paxos: [3, 3, 3, 4, 5, 7],
  "fast-paxos": [4, 4, 4, 5, 7, 10],
  "trust-change-paxos": [3, 3, 3, 4, 5, 7],
};

/** The plan of a seed. */
export function makeDecreePlan(protocol: DecreeProtocol, seed: number, wishes: WorldWishes): DecreePlan {
  const random = Random.of(seed, `plan of ${protocol}`);
  const proposers = wishes.proposers ?? random.pick([1, 2, 2, 3, 3, 4]);
  const acceptors = wishes.acceptors ?? random.pick(SIZES[protocol]);
  const processes = proposers + acceptors;
  const kindAtUs = random.between(1, 10) * 1_000_000;
  const gone = drawGone(random, { protocol, proposers, acceptors, kindAtUs, wanted: wishes.crashed });
  const survivors = placesUpTo(proposers).filter((place) => !gone.some((one) => one.place === place));
  return {
    ...{ seed, protocol, processes, proposers, acceptors, kindAtUs, gone, liars: [] },
    wants: drawWants(random, proposers, survivors, kindAtUs),
    network: drawNetwork(random, {
      ...{ processes, profile: wishes.network },
      ...{ losses: [0, 0, 10, 100, 300], duplicates: [0, 20, 200] },
    }),
    clocks: placesUpTo(processes).map(() => drawClock(random)),
    writeUs: random.pick([
      [50, 200],
      [500, 3_000],
      [5_000, 60_000],
    ]),
    faults: drawFaults(random, { processes, kindAtUs }).map((fault) => soon(random, fault)),
    ...{ tickUs: TICK_US, ticks: "apart", boundUs: decreeBoundUs(proposers) },
    ...{ roundTicks: ROUND_TICKS, roundTicksMax: ROUND_TICKS_MAX, resendTicks: RESEND_TICKS },
    ...{ recovery: random.pick(["coordinated", "uncoordinated"]), proofs: false },
  };
}

/**
 * How long a decision may take in a kind world: the longest timer of each proposer, crashed ones among them, a timer that runs
 * when the world turns kind, and twice more for rounds that met before their timers fell apart.
 */
export function decreeBoundUs(proposers: number): number {
  return (proposers + 3) * (ROUND_TICKS_MAX + proposers * ROUND_TICKS) * TICK_US;
}

function placesUpTo(count: number): readonly number[] {
  return [...Array(count).keys()];
}

/** One decision has few effects: who is to crash in the middle of it must not wait for many. */
export function soon(random: Random, fault: Fault): Fault {
  return fault.kind === "crash" || fault.kind === "power-cut"
    ? { ...fault, effects: random.below(EFFECTS_MAX) }
    : fault;
}

interface GoneRoom {
  readonly protocol: DecreeProtocol;
  readonly proposers: number;
  readonly acceptors: number;
  readonly kindAtUs: number;
  readonly wanted: number | undefined;
}

/** Up to t_a acceptors, and all proposers but one. */
function drawGone(
  random: Random,
  { protocol, proposers, acceptors, kindAtUs, wanted }: GoneRoom,
): DecreePlan["gone"] {
  const most = decreeRulesOf(protocol).tolerated(acceptors);
  const count = Math.min(wanted ?? (random.chance(500) ? random.between(0, most) : 0), most);
  const left = random.chance(300) ? random.between(0, proposers - 1) : 0;
  const places = [
    ...random.shuffled(placesUpTo(acceptors).map((at) => proposers + at)).slice(0, count),
    ...random.shuffled(placesUpTo(proposers)).slice(0, left),
  ];
  return places.map((place) => ({ place, atUs: random.below(random.pick([2_000, kindAtUs])) }));
}

const NAMES = ["x", "y", "z", "u", "w"];

/** What the client of a proposer wants. */
export function wantedBy(place: number): string {
  return NAMES[place] ?? `value ${place}`;
}

/** Several at nearly the same moment as a rule; and one that survives has something to propose in any case. */
function drawWants(
  random: Random,
  proposers: number,
  survivors: readonly number[],
  kindAtUs: number,
): readonly DecreeWant[] {
  const first = random.below(kindAtUs / 2);
  const apartUs = random.pick([100, 2_000, 1_000_000]);
  const wants = random
    .some(placesUpTo(proposers), 700)
    .map((place) => ({ place, atUs: first + random.below(apartUs), value: wantedBy(place) }));
  const last = random.pick(survivors);
  return [...wants, { place: last, atUs: kindAtUs + 100_000, value: wantedBy(last) }];
}
