// Two blocks for one height in one round: in round 0, where nothing has to be proven, and later, where the promises do not
// force one.
import { fixedPlaces, remembered } from "../../engines/conducts/places.ts";
import type { ConductMaker } from "../conduct.ts";
import { instead, rivalHash } from "./saying.ts";

const SHARES = [300, 500, 700];
const REMEMBERED = 16;

/** Shows one block to some acceptors, and another to the rest. */
export const twoBlocks: ConductMaker = (random) => {
  const isOther = fixedPlaces(random, SHARES);
  const permille = random.pick([200, 1_000, 1_000]);
  const drawn = remembered<boolean>(REMEMBERED);
  return {
    name: "two-blocks",
    sends: (outgoing, liar) => {
      const { message, to } = outgoing;
      if (message.kind !== "accept" || !isOther(to, liar)) return [outgoing];
      const { height, round, blockHash } = message;
      if (!drawn(`${height} ${round}`, () => random.chance(permille))) return [outgoing];
      return [instead(outgoing, { ...message, blockHash: rivalHash(liar, blockHash) }, liar)];
    },
  };
};

/** Shows everybody both, one after the other, in either order. */
export const proposesTwice: ConductMaker = (random) => {
  const isSwapped = fixedPlaces(random, SHARES);
  return {
    name: "proposes-twice",
    sends: (outgoing, liar) => {
      const { message, to } = outgoing;
      if (message.kind !== "accept") return [outgoing];
      const rival = instead(outgoing, { ...message, blockHash: rivalHash(liar, message.blockHash) }, liar);
      return isSwapped(to, liar) ? [rival, outgoing] : [outgoing, rival];
    },
  };
};

/** Proposes another block than its promises force, with the proof that shows it. */
export const noSupport: ConductMaker = (random) => {
  const isTold = fixedPlaces(random, [500, 1_000]);
  return {
    name: "no-support",
    sends: (outgoing, liar) => {
      const { message, to } = outgoing;
      if (message.kind !== "accept" || message.round === 0 || !isTold(to, liar)) return [outgoing];
      return [instead(outgoing, { ...message, blockHash: rivalHash(liar, message.blockHash) }, liar)];
    },
  };
};
