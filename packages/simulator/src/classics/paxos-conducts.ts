// How proposers of Trust Change Paxos lie, which it does not bear: the two ways that section V of the paper names, and one that
// only forged promises would help.
import type { DecreeMessage, DecreeVote } from "@witan/consensus";
import type { Random } from "../random.ts";
import type { ClassicConduct, EffectOf } from "./design.ts";
import { acceptorsOf, type DecreeKinds } from "./paxos-plan.ts";
import { decreeWords } from "./paxos-words.ts";
import type { ClassicProcess } from "./process.ts";
import type { ClassicWorld } from "./world.ts";

type Accept = Extract<DecreeMessage, { readonly kind: "accept" }>;

/** What a liar says to one acceptor in place of its proposal; undefined: the proposal. */
type Instead = (accept: Accept, to: number, others: ReadonlySet<number>) => Accept | undefined;

/** Another value than this: there are two of each. */
function otherThan(value: string): string {
  return value.endsWith("*") ? value.slice(0, -1) : `${value}*`;
}

function lying(name: string, says: string, instead: Instead): ClassicConduct<DecreeKinds> {
  return {
    says,
    make(world, at, random) {
      const others = someOf(world, random);
      return {
        effects: (_input, effects) =>
          effects.map((effect) => told(world, at, { name, instead, others, effect })),
      };
    },
  };
}

/** Some acceptors, not none and not all. */
function someOf({ plan }: ClassicWorld<DecreeKinds>, random: Random): ReadonlySet<number> {
  const places = random.shuffled(acceptorsOf(plan));
  return new Set(places.slice(0, random.between(1, places.length - 1)));
}

interface Lie {
  readonly name: string;
  readonly instead: Instead;
  readonly others: ReadonlySet<number>;
  readonly effect: EffectOf<DecreeKinds>;
}

function told(
  world: ClassicWorld<DecreeKinds>,
  at: ClassicProcess<DecreeKinds>,
  { name, instead, others, effect }: Lie,
): EffectOf<DecreeKinds> {
  if (effect.kind !== "send" || effect.message.kind !== "accept") return effect;
  const message = instead(effect.message, effect.to, others);
  if (message === undefined) return effect;
  world.count(name);
  world.tell(at, "lie", `${name}: ${decreeWords(message)} for p${effect.to}`);
  return { ...effect, message };
}

/** An acceptor says to some that it voted for one of two values, to the rest, and in its promises, for the other. */
const liesToEach: ClassicConduct<DecreeKinds> = {
  says: "an acceptor tells some that it voted for one value and others that it voted for another (section VI)",
  make(world, at, random) {
    const others = someOf(world, random);
    const lie = (vote: DecreeVote): DecreeVote => ({ ...vote, value: otherThan(vote.value) });
    return {
      effects: (_input, effects) =>
        effects.map((effect) => {
          if (effect.kind !== "send") return effect;
          const { message, to } = effect;
          const changed = changedVote(message, others.has(to), lie);
          if (changed === undefined) return effect;
          world.count("lies-to-each");
          world.tell(at, "lie", `lies-to-each: ${decreeWords(changed)} for p${to}`);
          return { ...effect, message: changed };
        }),
    };
  },
};

function changedVote(
  message: DecreeMessage,
  isOther: boolean,
  lie: (vote: DecreeVote) => DecreeVote,
): DecreeMessage | undefined {
  if (message.kind === "learn" && isOther) return { ...message, ...lie(message) };
  if (message.kind === "promise" && message.vote) return { ...message, vote: lie(message.vote) };
  return undefined;
}

/** By the names that plans use. */
export const DECREE_CONDUCTS: Readonly<Record<string, ClassicConduct<DecreeKinds>>> = {
  "changes-the-value": lying(
    "changes-the-value",
    "in later rounds it proposes another value than the promises force, the same to all (case (i) of section V)",
    (accept) => (accept.round === 0 ? undefined : { ...accept, value: otherThan(accept.value) }),
  ),
  "tells-two-values": lying(
    "tells-two-values",
    "it proposes one value to some acceptors and another to the rest (case (ii) of section V)",
    (accept, to, others) => (others.has(to) ? { ...accept, value: otherThan(accept.value) } : undefined),
  ),
  "forges-promises": lying(
    "forges-promises",
    "it proposes another value than the promises force, and changes the promises that it shows",
    (accept) => {
      if (accept.round === 0) return undefined;
      const value = otherThan(accept.value);
      const proof = accept.proof.map((promise) => ({
        ...promise,
        vote: promise.vote && { ...promise.vote, value },
      }));
      return { ...accept, value, proof };
    },
  ),
  "lies-to-each": liesToEach,
};
