// Says nothing to some, or hears nothing of some, while it takes part with the others.
import type { PbftMessage } from "@witan/consensus";
import { changingPlaces, fixedPlaces, type Places } from "../../engines/conducts/places.ts";
import type { Random } from "../../random.ts";
import type { ConductMaker } from "../conduct.ts";

const SHARES = [200, 500, 800, 1_000];
const EVERY_US = 2_000_000;
const KINDS: readonly PbftMessage["kind"][] = [
  "prePrepare",
  "prepare",
  "commit",
  "viewChange",
  "newView",
  "checkpoint",
  "status",
];

function silent(name: string, drawn: (random: Random) => Places): ConductMaker {
  return (random) => {
    const isLeftOut = drawn(random);
    return {
      name,
      sends: (outgoing, liar) => (isLeftOut(outgoing.to, liar) ? [] : [outgoing]),
      answersBody: (_hash, to, liar) => (isLeftOut(to, liar) ? "nothing" : undefined),
      answersSync: (blocks, to, liar) => (blocks.length > 0 && isLeftOut(to, liar) ? [] : blocks),
    };
  };
}

/** Says nothing to some, ever, and answers them nothing. */
export const silentToSome = silent("silent-to-some", (random) => fixedPlaces(random, SHARES));

/** Says nothing to some, and soon to others. */
export const silentByTurns = silent("silent-by-turns", (random) => changingPlaces(random, SHARES, EVERY_US));

/** Never sends messages of some kinds, to some. */
export const silentByKind: ConductMaker = (random) => {
  const kinds = random.shuffled(KINDS).slice(0, random.between(1, 4));
  const isLeftOut = fixedPlaces(random, [500, 1_000, 1_000]);
  return {
    name: "silent-by-kind",
    sends: (outgoing, liar) =>
      kinds.includes(outgoing.signed.message.kind) && isLeftOut(outgoing.to, liar) ? [] : [outgoing],
  };
};

/** Hears nothing of some. */
export const deafToSome: ConductMaker = (random) => {
  const isUnheard = fixedPlaces(random, SHARES);
  return {
    name: "deaf-to-some",
    hears: (_signed, from, liar) => from === liar.place || !isUnheard(from, liar),
  };
};
