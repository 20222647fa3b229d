// Says nothing: to anybody, to some, from some moment on, or too late.
import { changingPlaces, fixedPlaces, type Places } from "../../engines/conducts/places.ts";
import type { Random } from "../../random.ts";
import type { ConductMaker } from "../conduct.ts";

const SHARES = [200, 500, 800];
const EVERY_US = 2_000_000;

/** Never says anything. */
export const mute: ConductMaker = () => ({ name: "mute", sends: () => [], answersBody: () => "nothing" });

/** Takes part for some time, then never says anything again. */
export const fallsMute: ConductMaker = (random) => {
  const untilUs = random.between(1, 20) * 1_000_000;
  return {
    name: "falls-mute",
    sends: (outgoing, liar) => (liar.nowUs < untilUs ? [outgoing] : []),
    answersBody: (_hash, _to, liar) => (liar.nowUs < untilUs ? undefined : "nothing"),
  };
};

function muteTo(name: string, drawn: (random: Random) => Places): ConductMaker {
  return (random) => {
    const isLeftOut = drawn(random);
    return {
      name,
      sends: (outgoing, liar) => (isLeftOut(outgoing.to, liar) ? [] : [outgoing]),
      answersBody: (_hash, to, liar) => (isLeftOut(to, liar) ? "nothing" : undefined),
    };
  };
}

/** Says nothing to some, ever. */
export const muteToSome = muteTo("mute-to-some", (random) => fixedPlaces(random, SHARES));

/** Says nothing to some, and soon to others. */
export const muteByTurns = muteTo("mute-by-turns", (random) => changingPlaces(random, SHARES, EVERY_US));

/** Hears nothing of some. */
export const deafToSome: ConductMaker = (random) => {
  const isUnheard = fixedPlaces(random, SHARES);
  return {
    name: "deaf-to-some",
    hears: (_message, from, liar) => from === liar.place || !isUnheard(from, liar),
  };
};

/** Proposes just before the detectors of acceptors would suspect it. */
export const slowProposer: ConductMaker = (random) => {
  const hundredths = random.pick([50, 80, 90, 95, 99]);
  return {
    name: "slow-proposer",
    sends: (outgoing, liar) => {
      if (outgoing.message.kind !== "accept") return [outgoing];
      return [{ ...outgoing, afterUs: outgoing.afterUs + Math.floor((liar.roundUs * hundredths) / 100) }];
    },
  };
};

/** Anything later by up to T, each message to each by its own time: so they also overtake each other. */
export const slowAtRandom: ConductMaker = (random) => {
  const permille = random.pick([100, 500, 1_000]);
  return {
    name: "slow-at-random",
    sends: (outgoing, liar) =>
      random.chance(permille)
        ? [{ ...outgoing, afterUs: outgoing.afterUs + random.between(1, liar.roundUs) }]
        : [outgoing],
  };
};
