// Late, as late as it goes without being given up: by the view timer that others have.
import type { PbftMessage } from "@witan/consensus";
import type { ConductMaker } from "../conduct.ts";

function slow(name: string, kinds: readonly PbftMessage["kind"][]): ConductMaker {
  return (random) => {
    const hundredths = random.pick([50, 80, 90, 95, 99]);
    return {
      name,
      sends: (outgoing, liar) => {
        if (!kinds.includes(outgoing.signed.message.kind)) return [outgoing];
        return [{ ...outgoing, afterUs: outgoing.afterUs + Math.floor((liar.viewUs * hundredths) / 100) }];
      },
    };
  };
}

/** Proposals and NEW-VIEWs just before the others' view timers end. */
export const slowPrimary = slow("slow-primary", ["prePrepare", "newView"]);

/** Its votes as late: felt where a quorum needs them. */
export const slowVotes = slow("slow-votes", ["prepare", "commit", "viewChange"]);

/** Anything later by up to a view timer, each message to each by its own time: so they also overtake each other. */
export const slowAtRandom: ConductMaker = (random) => {
  const permille = random.pick([100, 500, 1_000]);
  return {
    name: "slow-at-random",
    sends: (outgoing, liar) =>
      random.chance(permille)
        ? [{ ...outgoing, afterUs: outgoing.afterUs + random.between(1, liar.viewUs) }]
        : [outgoing],
  };
};
