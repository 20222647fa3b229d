// Old messages again, whatever height and view they are of: others' and its own; and old signatures under other votes.
import type { PbftMessage, SignedMessage } from "@witan/consensus";
import type { Height, View } from "@witan/primitives";
import type { ConductMaker } from "../conduct.ts";
import { VOTES, type Vote } from "./saying.ts";

/** Of a thousand ticks so many. */
const OFTEN = 50;
const KEPT = 128;
const KINDS: readonly PbftMessage["kind"][] = [
  "prePrepare",
  "prepare",
  "commit",
  "viewChange",
  "newView",
  "checkpoint",
  "status",
];

/** Passes on what others said long ago. */
export const replayedOthers: ConductMaker = (random) => ({
  name: "replayed-others",
  ticks: (liar) => {
    if (!random.chance(OFTEN)) return;
    const heard = liar.conspiracy.heard(random.pick(KINDS)).filter((signed) => !liar.isOwn(signed));
    if (heard.length === 0) return;
    const signed = random.pick(heard);
    for (const to of random.some(liar.others, 500)) liar.post({ to, signed, afterUs: 0 });
  },
});

/** Says again what it said long ago. */
export const replayedOwn: ConductMaker = (random) => {
  const said: SignedMessage[] = [];
  return {
    name: "replayed-own",
    sends: (outgoing) => {
      if (said.at(-1) !== outgoing.signed) {
        // Once full a random one makes room, so that some are of long ago.
        if (said.length === KEPT) said.splice(random.below(KEPT), 1);
        said.push(outgoing.signed);
      }
      return [outgoing];
    },
    ticks: (liar) => {
      if (said.length === 0 || !random.chance(OFTEN)) return;
      const signed = random.pick(said);
      for (const to of random.some(liar.others, 500)) liar.post({ to, signed, afterUs: 0 });
    },
  };
};

/** What others voted for in another view, at another height or in another round, as if it were a vote that is due now. */
export const movedVotes: ConductMaker = (random) => ({
  name: "moved-votes",
  ticks: (liar) => {
    if (!random.chance(OFTEN)) return;
    const heard = liar.conspiracy.heard(random.pick(VOTES)).filter((signed) => !liar.isOwn(signed));
    if (heard.length === 0) return;
    const { sender, signature, message } = random.pick(heard);
    const { height, membership } = liar.ground;
    const now: Vote = {
      ...(message as Vote),
      kind: random.pick(VOTES),
      ...{ membership: membership.from, height: (height + 1) as Height, view: liar.view as View },
    };
    const signed = liar.conspiracy.forge(sender, signature, now);
    for (const to of random.some(liar.others, 500)) liar.post({ to, signed, afterUs: 0 });
  },
});
