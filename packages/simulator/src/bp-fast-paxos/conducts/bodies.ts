// Holds back the bodies of blocks, or gives others in their place; and blocks that are wrong by the clock alone.
import { fixedPlaces } from "../../engines/conducts/places.ts";
import type { ConductMaker } from "../conduct.ts";
import { isAccept } from "./saying.ts";

/** ACCEPTs without bodies, which nobody gets of it later either. */
export const withheldBodies: ConductMaker = () => ({
  name: "withheld-bodies",
  sends: (outgoing) =>
    isAccept(outgoing) && !outgoing.bodiless ? [{ ...outgoing, bodiless: true }] : [outgoing],
  answersBody: () => "nothing",
});

/** Bodies for some only: they must pass them on. */
export const bodiesToSome: ConductMaker = (random) => {
  const isLeftOut = fixedPlaces(random, [300, 600, 900]);
  return {
    name: "bodies-to-some",
    sends: (outgoing, liar) =>
      isAccept(outgoing) && !outgoing.bodiless && isLeftOut(outgoing.to, liar)
        ? [{ ...outgoing, bodiless: true }]
        : [outgoing],
    answersBody: (_hash, to, liar) => (isLeftOut(to, liar) ? "nothing" : undefined),
  };
};

/** Whoever asks for a body gets another one; its ACCEPTs come without, so that some ask. */
export const wrongBodies: ConductMaker = () => ({
  name: "wrong-bodies",
  sends: (outgoing) =>
    isAccept(outgoing) && !outgoing.bodiless ? [{ ...outgoing, bodiless: true }] : [outgoing],
  answersBody: () => "something else",
});

/** Blocks whose time is off by about as much as acceptors bear: timely to some clocks, untimely to others. */
export const untimelyBlocks: ConductMaker = (random) => {
  const permille = random.pick([200, 1_000]);
  return {
    name: "untimely-blocks",
    builds: (on, pending, { conspiracy, nowUs }) => {
      if (!random.chance(permille)) return undefined;
      const offMs = random.pick([1_600, 1_900, 2_000, 2_100, 2_400, 10_000]);
      return conspiracy.blocks.build(on, pending, undefined, Math.floor(nowUs / 1_000) + offMs);
    },
  };
};
