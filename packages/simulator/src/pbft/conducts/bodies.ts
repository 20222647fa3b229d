// Holds back the bodies of blocks, or gives others in their place.

import { fixedPlaces } from "../../engines/conducts/places.ts";
import type { ConductMaker } from "../conduct.ts";

/** Proposals without bodies, which nobody gets of it later either. */
export const withheldBodies: ConductMaker = () => ({
  name: "withheld-bodies",
  sends: (outgoing) =>
    outgoing.signed.message.kind === "prePrepare" && !outgoing.bodiless
      ? [{ ...outgoing, bodiless: true }]
      : [outgoing],
  answersBody: () => "nothing",
});

/** Bodies for some only: they must pass them on. */
export const bodiesToSome: ConductMaker = (random) => {
  const isLeftOut = fixedPlaces(random, [300, 600, 900]);
  return {
    name: "bodies-to-some",
    sends: (outgoing, liar) =>
      outgoing.signed.message.kind === "prePrepare" && !outgoing.bodiless && isLeftOut(outgoing.to, liar)
        ? [{ ...outgoing, bodiless: true }]
        : [outgoing],
    answersBody: (_hash, to, liar) => (isLeftOut(to, liar) ? "nothing" : undefined),
  };
};

/** Whoever asks for a body gets another one; its proposals come without, so that some ask. */
export const wrongBodies: ConductMaker = () => ({
  name: "wrong-bodies",
  sends: (outgoing) =>
    outgoing.signed.message.kind === "prePrepare" && !outgoing.bodiless
      ? [{ ...outgoing, bodiless: true }]
      : [outgoing],
  answersBody: () => "something else",
});
