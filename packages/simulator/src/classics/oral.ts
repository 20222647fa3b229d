// Worlds of OM(m): what traitors say instead of what they should, word by word.
import { COMMANDER, ORDERS, type OralMessage, OralMessages, type Order } from "@witan/consensus";
import { Random } from "../random.ts";
import type { WorldWishes } from "../run/outcome.ts";
import { fewer, step } from "../shrink/plan-moves.ts";
import type { Move } from "../shrink/shrink.ts";
import type { ClassicConduct, ClassicDesign } from "./design.ts";
import {
  type GeneralsKinds,
  interactiveConsistency,
  obeysWords,
  owedByGenerals,
  requestsOfGenerals,
} from "./generals-checks.ts";
import { type Crew, drawCrew, type GeneralsPlan, generalsPlan, type Room } from "./generals-plan.ts";

/** What a traitor says to one general, instead of passing on what it heard by this way. `nothing` counts as the default. */
export interface OralLie {
  /** The traitor is its last. */
  readonly path: readonly number[];
  readonly to: number;
  readonly say: Order | "nothing";
}

/** The circumstances of a world of OM(m). */
export interface OralPlan extends GeneralsPlan {
  readonly lies: readonly OralLie[];
}

/** The types of OM(m). */
export interface OralKinds extends GeneralsKinds {
  readonly plan: OralPlan;
  readonly message: OralMessage;
}

/** OM(m) needs more than three generals for each traitor; and one alone has nobody to agree with. */
export const ORAL_ROOM: Room = { least: (traitors) => Math.max(2, 3 * traitors + 1), traitorsMost: 2 };

/** Every word that traitors owe to loyal generals: what they tell each other changes nothing. */
export function oralChances({
  generals,
  traitorsMax,
  traitors,
}: Omit<Crew, "order" | "profile">): readonly Omit<OralLie, "say">[] {
  const all = [...Array(generals).keys()];
  const loyal = all.filter((place) => !traitors.includes(place));
  let paths: readonly (readonly number[])[] = [[COMMANDER]];
  const found: Omit<OralLie, "say">[] = [];
  for (let round = 1; round <= traitorsMax + 1; round++) {
    for (const path of paths)
      if (traitors.includes(path.at(-1) as number))
        found.push(...loyal.filter((to) => !path.includes(to)).map((to) => ({ path, to })));
    paths = paths.flatMap((path) => all.filter((at) => !path.includes(at)).map((at) => [...path, at]));
  }
  return found;
}

/** Ways to lie, each for a traitor as a whole: what comes out of pure chance alone seldom splits anybody. */
const MANNERS = ["any", "any", "opposite", "split", "silent", "now-and-then"] as const;

function drawLies(random: Random, crew: Crew, conducts: readonly string[]): readonly OralLie[] {
  const speaks = conducts.includes("says-otherwise");
  const quiet = conducts.includes("says-nothing");
  const manners = new Map(crew.traitors.map((place) => [place, random.pick(MANNERS)] as const));
  const opposite: Order = crew.order === "attack" ? "retreat" : "attack";
  const drawOne = (path: readonly number[], to: number): OralLie["say"] | undefined => {
    if (!speaks) return random.chance(600) ? "nothing" : undefined;
    switch (manners.get(path.at(-1) as number)) {
      case "opposite":
        return opposite;
      case "split":
        return ORDERS[to % 2];
      case "silent":
        return quiet ? "nothing" : opposite;
      case "now-and-then":
        return random.chance(300) ? random.pick(ORDERS) : undefined;
      default:
        return random.pick<OralLie["say"]>(quiet ? [...ORDERS, "nothing"] : ORDERS);
    }
  };
  return oralChances(crew).flatMap(({ path, to }) => {
    const say = drawOne(path, to);
    return say === undefined ? [] : [{ path, to, say }];
  });
}

/** A world of these generals. What traitors say is left to the seed. */
export function oralPlanOf(
  seed: number,
  crew: Crew,
  conducts: readonly string[] = Object.keys(CONDUCTS),
): OralPlan {
  const random = Random.of(seed, "oral lies");
  return { ...generalsPlan(seed, crew, conducts), lies: drawLies(random, crew, conducts) };
}

/** The world of a seed. */
export function makeOralPlan(seed: number, wishes: WorldWishes): OralPlan {
  const crew = drawCrew(Random.of(seed, "generals"), wishes, ORAL_ROOM);
  return oralPlanOf(seed, crew, wishes.adversaries);
}

function lieKey(path: readonly number[], to: number): string {
  return `${path.join()} ${to}`;
}

function lying(
  says: string,
  isOne: (say: OralLie["say"]) => boolean,
  name: string,
): ClassicConduct<OralKinds> {
  return {
    says,
    make(world) {
      const lies = new Map(
        world.plan.lies.filter(({ say }) => isOne(say)).map(({ path, to, say }) => [lieKey(path, to), say]),
      );
      return {
        effects: (_, effects) =>
          effects.flatMap((effect) => {
            // What a traitor obeys is nobody's affair.
            if (effect.kind === "tell") return [];
            const say = effect.kind === "send" ? lies.get(lieKey(effect.message.path, effect.to)) : undefined;
            if (say === undefined || effect.kind !== "send" || say === effect.message.order) return [effect];
            world.count(name);
            return say === "nothing" ? [] : [{ ...effect, message: { ...effect.message, order: say } }];
          }),
      };
    },
  };
}

const CONDUCTS: ClassicDesign<OralKinds>["conducts"] = {
  "says-otherwise": lying(
    "says that it heard what it did not hear, to each as it likes",
    (say) => say !== "nothing",
    "says-otherwise",
  ),
  "says-nothing": lying("says nothing where it should", (say) => say === "nothing", "says-nothing"),
};

/** `SAYS that p2 says that p0 orders attack`. */
export function oralWords({ path, order }: OralMessage): string {
  if (path.length === 1) return `ORDERS ${order}`;
  const [commander, ...others] = path.slice(0, -1);
  return `SAYS that ${others
    .toReversed()
    .map((place) => `p${place} says that `)
    .join("")}p${commander} orders ${order}`;
}

/** OM(m), as worlds need it. */
export const ORAL_DESIGN: ClassicDesign<OralKinds> = {
  begin: ({ processes, traitorsMax }, me) => new OralMessages({ me, generals: processes, traitorsMax }),
  requestsOf: requestsOfGenerals,
  wordsOf: oralWords,
  requestWords: () => undefined,
  outcomeWords: obeysWords,
  conducts: CONDUCTS,
  checks: interactiveConsistency<OralKinds>(),
  owed: owedByGenerals,
};

/** How a world gets smaller: fewer lies, and as many generals as before. */
export const ORAL_MOVES: readonly Move<OralPlan>[] = [
  fewer(
    ({ lies }) => lies,
    (plan, lies) => ({ ...plan, lies }),
  ),
  (first, holds) => {
    // Who has no lie left is no traitor.
    const liars = first.liars.filter(({ place }) => first.lies.some(({ path }) => path.at(-1) === place));
    const next = { ...first, liars };
    return liars.length < first.liars.length && holds(next) ? next : first;
  },
  step((plan) => ({ ...plan, network: { ...plan.network, profile: "even" }, tickUs: ROUND_OF_SMALL_US })),
];

/** Longer than a message takes in an even network. */
const ROUND_OF_SMALL_US = 2_000;
