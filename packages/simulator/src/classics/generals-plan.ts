// What befalls a world of generals, by either algorithm: how many they are, who is a traitor, what is ordered. What traitors
// say is in the plan of the algorithm.
import { ORDERS, type Order } from "@witan/consensus";
import type { Random } from "../random.ts";
import type { Actor, WorldWishes } from "../run/outcome.ts";
import type { NetworkProfile } from "../world/plan.ts";
import { type ClassicPlan, quietPlan } from "./plan.ts";

/** The circumstances of generals. Place 0 is the commander. */
export interface GeneralsPlan extends ClassicPlan {
  /** m of OM(m) and SM(m). */
  readonly traitorsMax: number;
  /** What the commander is asked to order. */
  readonly order: Order;
}

/** Who there is, before a word is said. */
export interface Crew {
  readonly generals: number;
  readonly traitorsMax: number;
  /** Ascending. */
  readonly traitors: readonly number[];
  readonly order: Order;
  readonly profile: NetworkProfile;
}

/** Longer than any message takes. */
const ROUND_US: Readonly<Record<NetworkProfile, number>> = {
  lan: 10_000,
  even: 2_000,
  wan: 250_000,
  "heavy-tail": 3_100_000,
};

/**
 * A world in which every message arrives, and within a round: what both algorithms rest on.
 * @param conducts of every traitor
 */
export function generalsPlan(seed: number, crew: Crew, conducts: readonly string[]): GeneralsPlan {
  const { generals, traitorsMax, traitors, order, profile } = crew;
  const quiet = quietPlan(seed, generals);
  const tickUs = ROUND_US[profile];
  const endsUs = (traitorsMax + 2) * tickUs;
  return {
    ...quiet,
    network: { ...quiet.network, profile, regions: quiet.network.regions.map((_, place) => place % 4) },
    liars: traitors.map((place) => ({ place, conducts })),
    ...{ tickUs, ticks: "together", traitorsMax, order },
    // A kind network has no tail; here it is to have one, and rounds that are as long.
    ...(profile === "heavy-tail" ? { kindAtUs: endsUs, boundUs: 0 } : { boundUs: endsUs }),
  };
}

/** How many generals bear so many traitors. */
export interface Room {
  /** The fewest that bear so many. */
  readonly least: (traitors: number) => number;
  /** m where nobody says it: at most. */
  readonly traitorsMost: number;
}

/** Who there is in the world of a seed. */
export function drawCrew(random: Random, { members, byzantine, network }: WorldWishes, room: Room): Crew {
  const most = (generals: number): number => {
    let m = 0;
    while (m < room.traitorsMost && room.least(m + 1) <= generals) m++;
    return m;
  };
  const traitorsMax =
    byzantine ?? (members === undefined ? random.below(room.traitorsMost + 1) : most(members));
  const generals = members ?? room.least(traitorsMax) + random.below(3);
  const count = byzantine ?? random.pick([0, traitorsMax, traitorsMax, traitorsMax]);
  const traitors = random
    .shuffled([...Array(generals).keys()])
    .slice(0, count)
    .sort((a, b) => a - b);
  const profile = network ?? random.pick(["even", "lan", "lan", "wan", "heavy-tail"] as const);
  return { generals, traitorsMax, traitors, order: random.pick(ORDERS), profile };
}

/** Generals by their places. */
export function generalActors({ processes, liars }: GeneralsPlan): readonly Actor[] {
  return Array.from({ length: processes }, (_, place): Actor => {
    const isLiar = liars.some((one) => one.place === place);
    const words = [...(place === 0 ? ["commander"] : []), ...(isLiar ? ["traitor"] : [])];
    return { name: `g${place}`, role: words.join(", "), isLiar };
  });
}
