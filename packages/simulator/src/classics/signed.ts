// Worlds of SM(m). Traitors know each other's keys, and what any of them has heard; what a loyal general has not signed they
// can only forge, and then its signature does not hold.
import {
  COMMANDER,
  ORDERS,
  type Order,
  SignedMessages,
  type SignedOrder,
  signedOrderChecks,
  signedText,
} from "@witan/consensus";
import { Random } from "../random.ts";
import type { WorldWishes } from "../run/outcome.ts";
import { fewer, step } from "../shrink/plan-moves.ts";
import type { Move } from "../shrink/shrink.ts";
import type { ClassicConduct, ClassicDesign, EffectOf } from "./design.ts";
import {
  type GeneralsKinds,
  interactiveConsistency,
  obeysWords,
  owedByGenerals,
  requestsOfGenerals,
} from "./generals-checks.ts";
import { type Crew, drawCrew, type GeneralsPlan, generalsPlan, type Room } from "./generals-plan.ts";
import type { ClassicWorld } from "./world.ts";

/** A letter of a traitor. The last signer is who sends it. */
export interface TraitorLetter {
  /** From 1 on: it leaves as the round begins. */
  readonly round: number;
  readonly order: Order;
  readonly signers: readonly number[];
  readonly to: number;
}

/** The circumstances of a world of SM(m). */
export interface SignedPlan extends GeneralsPlan {
  /** What traitors send. */
  readonly letters: readonly TraitorLetter[];
}

/** The types of SM(m). */
export interface SignedKinds extends GeneralsKinds {
  readonly plan: SignedPlan;
  readonly message: SignedOrder;
}

/** With fewer than m + 2 generals there are not two loyal ones to agree. */
export const SIGNED_ROOM: Room = { least: (traitors) => traitors + 2, traitorsMost: 4 };

/** Letters of one traitor in one round: at most so many, by the world. */
const LETTERS_MOST = [1, 2, 6] as const;

/** A signature as only its signer can make it: a number that no other of a world has by chance. */
function signatureOf(seed: number, signer: number, text: string): string {
  return Random.of(seed, `signature ${signer} ${text}`).next().toString(16).padStart(8, "0");
}

const FORGED = "forged";

/** By world: signatures of loyal generals that a traitor has seen. */
const SEEN = new WeakMap<ClassicWorld<SignedKinds>, Map<string, string>>();

function seenIn(world: ClassicWorld<SignedKinds>): Map<string, string> {
  const known = SEEN.get(world) ?? new Map<string, string>();
  SEEN.set(world, known);
  return known;
}

function chainOf(world: ClassicWorld<SignedKinds>, { order, signers }: TraitorLetter): SignedOrder {
  const { seed, liars } = world.plan;
  const signatures = signers.map((signer, at) => {
    const text = signedText(order, signers.slice(0, at + 1));
    if (liars.some(({ place }) => place === signer)) return signatureOf(seed, signer, text);
    return seenIn(world).get(`${signer} ${text}`) ?? FORGED;
  });
  return { order, signers, signatures };
}

/** Letters of the plan, as its rounds begin: those that are forged, or the others. */
function sending(
  name: string,
  says: string,
  isForged: boolean,
  keeps: (effects: readonly EffectOf<SignedKinds>[]) => readonly EffectOf<SignedKinds>[],
): ClassicConduct<SignedKinds> {
  return {
    says,
    make(world, { place }) {
      const own = world.plan.letters.filter(({ signers }) => signers.at(-1) === place);
      let round = 0;
      return {
        effects(input, effects) {
          if (input.kind === "message") {
            remember(world, input.message);
            return keeps(effects);
          }
          round++;
          const letters = own
            .filter((letter) => letter.round === round)
            .map((letter) => ({ to: letter.to, message: chainOf(world, letter) }))
            .filter(({ message }) => message.signatures.includes(FORGED) === isForged);
          for (const _ of letters) world.count(name);
          return [...keeps(effects), ...letters.map((letter) => ({ kind: "send" as const, ...letter }))];
        },
      };
    },
  };
}

function remember(world: ClassicWorld<SignedKinds>, { order, signers, signatures }: SignedOrder): void {
  const seen = seenIn(world);
  for (const [at, signature] of signatures.entries())
    seen.set(`${signers[at]} ${signedText(order, signers.slice(0, at + 1))}`, signature);
}

const CONDUCTS: ClassicDesign<SignedKinds>["conducts"] = {
  schemes: sending(
    "schemes",
    "signs any order, keeps orders back, tells some and not others, with all traitors' keys",
    false,
    () => [],
  ),
  forges: sending(
    "forges",
    "sends orders with signatures of loyal generals that it made up",
    true,
    (effects) =>
      // What a traitor obeys is nobody's affair.
      effects.filter(({ kind }) => kind !== "tell"),
  ),
};

/** `SIGNED attack by p0 p2`. */
export function signedWords({ order, signers, signatures }: SignedOrder): string {
  const forged = signatures.flatMap((one, at) => (one === FORGED ? [`p${signers[at]}`] : []));
  const by = signers.map((place) => `p${place}`).join(" ");
  return `SIGNED ${order} by ${by}${forged.length > 0 ? `, forged of ${forged.join(" ")}` : ""}`;
}

/** SM(m), as worlds need it. */
export const SIGNED_DESIGN: ClassicDesign<SignedKinds> = {
  begin: ({ processes, traitorsMax }, me) => new SignedMessages({ me, generals: processes, traitorsMax }),
  requestsOf: requestsOfGenerals,
  wordsOf: signedWords,
  requestWords: () => undefined,
  outcomeWords: obeysWords,
  seals(world, place, message) {
    const { order, signers, signatures } = message;
    if (signatures.length >= signers.length) return message;
    const own = signatureOf(world.plan.seed, place, signedText(order, signers));
    return { ...message, signatures: [...signatures, own] };
  },
  faultOf({ plan }, message, from) {
    const checks = signedOrderChecks(message, from, plan.processes);
    if (checks === undefined) return "it is no chain of signatures";
    const wrong = checks.find(
      ({ signer, text, signature }) => signature !== signatureOf(plan.seed, signer, text),
    );
    return wrong && `the signature of p${wrong.signer} does not hold`;
  },
  conducts: CONDUCTS,
  checks: interactiveConsistency<SignedKinds>(),
  owed: owedByGenerals,
};

function drawLetters(random: Random, { generals, traitorsMax, traitors }: Crew): readonly TraitorLetter[] {
  const all = [...Array(generals).keys()];
  const letters: TraitorLetter[] = [];
  // Who says much says everything to everybody: some worlds have silent traitors.
  const most = random.pick(LETTERS_MOST);
  for (let round = 1; round <= traitorsMax + 1; round++)
    for (const traitor of traitors)
      for (let more = random.below(most + 1); more > 0; more--) {
        const others = random.shuffled(all.filter((one) => one !== COMMANDER && one !== traitor));
        // Mostly with hands that are at hand: others are forged, or were seen before.
        const ready = random.chance(700) ? others.filter((one) => traitors.includes(one)) : others;
        const length = random.chance(800) ? round : random.between(1, traitorsMax + 1);
        const between = ready.slice(0, Math.max(0, length - 2));
        const signers = traitor === COMMANDER ? [COMMANDER] : [COMMANDER, ...between, traitor];
        const left = all.filter((one) => !signers.includes(one));
        const [to] = random.shuffled(left);
        if (to !== undefined) letters.push({ round, order: random.pick(ORDERS), signers, to });
      }
  return letters;
}

/** A world of these generals. What traitors send is left to the seed. */
export function signedPlanOf(
  seed: number,
  crew: Crew,
  conducts: readonly string[] = Object.keys(CONDUCTS),
): SignedPlan {
  const letters = drawLetters(Random.of(seed, "signed lies"), crew);
  return { ...generalsPlan(seed, crew, conducts), letters };
}

/** The world of a seed. */
export function makeSignedPlan(seed: number, wishes: WorldWishes): SignedPlan {
  return signedPlanOf(seed, drawCrew(Random.of(seed, "generals"), wishes, SIGNED_ROOM), wishes.adversaries);
}

/** Longer than a message takes in an even network. */
const ROUND_OF_SMALL_US = 2_000;

/** How a world gets smaller: fewer letters of traitors, and as many generals as before. */
export const SIGNED_MOVES: readonly Move<SignedPlan>[] = [
  fewer(
    ({ letters }) => letters,
    (plan, letters) => ({ ...plan, letters }),
  ),
  step((plan) => ({ ...plan, network: { ...plan.network, profile: "even" }, tickUs: ROUND_OF_SMALL_US })),
];
