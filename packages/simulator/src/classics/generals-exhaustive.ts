// Tries all that traitors can do, for every placement of them: whether IC1 and IC2 hold whatever they say. Lies over two
// orders are many (2^40 for seven generals and two traitors), but what is said below different paths of OM's tree is
// independent, so that it is enough to know which outcomes each subtree can have. Tests hold it against trying one by one.
import { COMMANDER, ORDERS } from "@witan/consensus";
import { signedEngines } from "./generals-direct.ts";
import { oralChances } from "./oral.ts";
import type { TraitorLetter } from "./signed.ts";

/** The algorithms. */
export type GeneralsAlgorithm = "om" | "sm";

/** What is tried: so many generals, so many of them traitors; m is the same number unless said. */
export interface ExhaustiveJob {
  readonly algorithm: GeneralsAlgorithm;
  readonly generals: number;
  readonly traitors: number;
  readonly traitorsMax: number;
}

/** What came of one placement. */
export interface PlacementVerdict {
  readonly traitors: readonly number[];
  /** Ways to lie, as the exponent of two; of SM(m) as their number. */
  readonly lies: bigint;
  readonly ic1: boolean;
  /** True also where the commander is a traitor: then nothing is owed. */
  readonly ic2: boolean;
}

/** What came of all. */
export interface ExhaustiveVerdict extends ExhaustiveJob {
  readonly placements: readonly PlacementVerdict[];
  readonly lies: bigint;
  readonly ic1: boolean;
  readonly ic2: boolean;
}

/** More than these are not tried: trees of OM grow by the factorial. */
export const EXHAUSTIVE_GENERALS_MAX = 7;

/** Every set of so many of the places. */
export function placementsOf(generals: number, traitors: number): readonly (readonly number[])[] {
  if (traitors === 0) return [[]];
  return placementsOf(generals, traitors - 1).flatMap((some) =>
    Array.from({ length: generals }, (_, place) => place)
      .filter((place) => place > (some.at(-1) ?? -1))
      .map((place) => [...some, place]),
  );
}

/** Tries everything. */
export function tryAll(job: ExhaustiveJob): ExhaustiveVerdict {
  const placements = placementsOf(job.generals, job.traitors).map((traitors) =>
    job.algorithm === "om" ? tryOral(job, traitors) : trySigned(job, traitors),
  );
  return {
    ...{ ...job, placements, lies: placements.reduce((sum, { lies }) => sum + lies, 0n) },
    ic1: placements.every(({ ic1 }) => ic1),
    ic2: placements.every(({ ic2 }) => ic2),
  };
}

/** Who attacks, as a set of places in bits. */
export type Attackers = number;

function verdictOf(
  { traitors, lies }: Pick<PlacementVerdict, "traitors" | "lies">,
  loyal: Attackers,
  outcomes: Iterable<{ readonly ordered: boolean | undefined; readonly attackers: Attackers }>,
): PlacementVerdict {
  let [ic1, ic2] = [true, true];
  for (const { ordered, attackers } of outcomes) {
    if (attackers !== 0 && attackers !== loyal) ic1 = false;
    if (ordered !== undefined && attackers !== (ordered ? loyal : 0)) ic2 = false;
  }
  return { traitors, lies, ic1, ic2 };
}

function bitsOf(places: readonly number[]): Attackers {
  return places.reduce((bits, place) => bits | (1 << place), 0);
}

function tryOral({ generals, traitorsMax }: ExhaustiveJob, traitors: readonly number[]): PlacementVerdict {
  const tree = new OralTree(generals, traitorsMax, traitors);
  const { loyal } = tree;
  const isLoyal = !traitors.includes(COMMANDER);
  const said = isLoyal ? [loyal, 0] : subsetsOf(loyal);
  const outcomes = said.flatMap((sent) =>
    [...tree.outcomesBelow([COMMANDER], sent)].map((attackers) => ({
      ...{ ordered: isLoyal ? sent !== 0 : undefined, attackers },
    })),
  );
  const chances = oralChances({ generals, traitorsMax, traitors }).length;
  return verdictOf({ traitors, lies: BigInt(isLoyal ? 2 : 1) << BigInt(chances) }, loyal, outcomes);
}

function subsetsOf(places: Attackers): readonly Attackers[] {
  const all: Attackers[] = [];
  for (let part = places; ; part = (part - 1) & places) {
    all.push(part);
    if (part === 0) return all;
  }
}

/** More than a general can count: votes of each are a digit of one number. */
const DIGIT = 8;

/** The tree of OM(m), with all that can come out below each of its paths. */
export class OralTree {
  /** Loyal lieutenants. */
  readonly loyal: Attackers;
  readonly #generals: number;
  readonly #depth: number;
  readonly #traitors: readonly number[];

  constructor(generals: number, traitorsMax: number, traitors: readonly number[]) {
    this.#generals = generals;
    this.#depth = traitorsMax + 1;
    this.#traitors = traitors;
    this.loyal = this.#loyalBeyond([COMMANDER]);
  }

  /** What the loyal ones may take a path's last general to have said. @param sent to whom of them it says: attack */
  outcomesBelow(path: readonly number[], sent: Attackers): ReadonlySet<Attackers> {
    const here = this.#loyalBeyond(path);
    if (path.length === this.#depth) return new Set([sent & here]);
    const others = this.#placesBeyond(path);
    let votes = new Set([votesOf(sent & here)]);
    for (const other of others) {
      const below = [...this.#saidBy(path, other, sent)].map(votesOf);
      const next = new Set<number>();
      for (const count of votes) for (const more of below) next.add(count + more);
      votes = next;
    }
    const places = others.filter((place) => here & (1 << place));
    return new Set([...votes].map((count) => majorities(count, places, others.length)));
  }

  /** What may come of another general's word on what the last of the path said. */
  #saidBy(path: readonly number[], other: number, sent: Attackers): ReadonlySet<Attackers> {
    const longer = [...path, other];
    const hearers = this.#loyalBeyond(longer);
    if (!this.#traitors.includes(other)) return this.outcomesBelow(longer, sent & (1 << other) ? hearers : 0);
    return new Set(subsetsOf(hearers).flatMap((said) => [...this.outcomesBelow(longer, said)]));
  }

  #placesBeyond(path: readonly number[]): readonly number[] {
    return Array.from({ length: this.#generals }, (_, place) => place).filter(
      (place) => !path.includes(place),
    );
  }

  #loyalBeyond(path: readonly number[]): Attackers {
    return bitsOf(this.#placesBeyond(path).filter((place) => !this.#traitors.includes(place)));
  }
}

function votesOf(attackers: Attackers): number {
  let votes = 0;
  for (let place = 0, digit = 1; attackers >> place !== 0; place++, digit *= DIGIT)
    if (attackers & (1 << place)) votes += digit;
  return votes;
}

function power(base: number, times: number): number {
  let product = 1;
  for (let left = times; left > 0; left--) product *= base;
  return product;
}

/** Votes that are level are for the default: not to attack. */
function majorities(votes: number, places: readonly number[], voters: number): Attackers {
  return bitsOf(places.filter((place) => 2 * (Math.floor(votes / power(DIGIT, place)) % DIGIT) > voters));
}

/**
 * Of SM(m). Where the commander is loyal traitors have no second order to show: they can only keep quiet. Else they can show
 * each loyal lieutenant each order for the first time in any round, as long as they have enough signatures of their own for
 * it; with a loyal one's among them it has been told to all. What they show of one order changes nothing of the other.
 */
function trySigned({ generals, traitorsMax }: ExhaustiveJob, traitors: readonly number[]): PlacementVerdict {
  const places = Array.from({ length: generals - 1 }, (_, at) => at + 1).filter(
    (one) => !traitors.includes(one),
  );
  const loyal = bitsOf(places);
  if (!traitors.includes(COMMANDER)) {
    const outcomes = ORDERS.map((order) => {
      const engines = signedEngines({ generals, traitorsMax, traitors, order }, []);
      const attackers = bitsOf(places.filter((place) => engines[place]?.status().obeys === "attack"));
      return { ordered: order === "attack", attackers };
    });
    return verdictOf({ traitors, lies: 2n }, loyal, outcomes);
  }
  const rounds = Math.min(traitors.length, traitorsMax + 1);
  const knowing = new Set<Attackers>();
  const ways = power(rounds + 1, places.length);
  for (let way = 0; way < ways; way++) {
    const letters = lettersOf(way, places, rounds, traitors);
    const engines = signedEngines({ generals, traitorsMax, traitors, order: "attack" }, letters);
    knowing.add(bitsOf(places.filter((place) => engines[place]?.status().orders.includes("attack"))));
  }
  // Who knows of attack, and of nothing else, attacks.
  const outcomes = [...knowing].flatMap((attack) =>
    [...knowing].map((retreat) => ({ ordered: undefined, attackers: attack & ~retreat })),
  );
  return verdictOf({ traitors, lies: BigInt(ways) * BigInt(ways) }, loyal, outcomes);
}

/** A digit for each loyal lieutenant: the round in which it is first shown the order; 0: never. */
function lettersOf(
  way: number,
  places: readonly number[],
  rounds: number,
  traitors: readonly number[],
): readonly TraitorLetter[] {
  let rest = way;
  return places.flatMap((to) => {
    const round = rest % (rounds + 1);
    rest = Math.floor(rest / (rounds + 1));
    return round === 0 ? [] : [{ round, order: "attack" as const, signers: traitors.slice(0, round), to }];
  });
}
