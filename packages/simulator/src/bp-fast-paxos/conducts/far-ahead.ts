// Rounds and heights that nobody is in, and more of everything than anybody could keep.

import type { SealedPromise } from "@witan/consensus";
import type { Height, MemberIndex, View } from "@witan/primitives";
import { inventedHash } from "../../engines/conducts/made-up.ts";
import type { Random } from "../../random.ts";
import type { ConductMaker, Liar } from "../conduct.ts";
import { acceptOf, newHash, postTo, promisesBeside } from "./saying.ts";

/** Of a thousand ticks so many. */
const OFTEN = 60;

/** ACCEPTs in rounds of its own that nobody asked for: the next, and some far ahead; with or without a proof. */
export const farRounds: ConductMaker = (random) => ({
  name: "far-rounds",
  ticks: (liar) => {
    if (!random.chance(OFTEN)) return;
    const ahead = random.pick([1, 1, 5, 1_000, 1_000_000]);
    const [round] = liar.ownRounds(liar.round + ahead, 1);
    if (round === undefined) return;
    const known = promisesBeside(liar, round);
    const proof = random.chance(500) ? (known.length > 0 ? known : [madeUpPromise(liar, round, random)]) : [];
    const height = liar.ground.height + 1;
    postTo(liar, liar.acceptors, acceptOf(liar, { round, height, blockHash: newHash(liar), proof }));
  },
});

/** A promise of the first acceptor, which it has never given. */
function madeUpPromise(liar: Liar, round: number, random: Random): SealedPromise {
  const { membership, height, head } = liar.ground;
  return {
    ...{ membership: membership.from, round: round as View, vote: [] },
    acceptor: membership.members.findIndex(({ role }) => role === "acceptor") as MemberIndex,
    ...{ decidedHeight: height as Height, decidedHash: head },
    seal: { kind: "mac", mac: inventedHash(random) },
  };
}

/** ACCEPTs in rounds of its own that are over. */
export const oldRounds: ConductMaker = (random) => ({
  name: "old-rounds",
  ticks: (liar) => {
    if (liar.round === 0 || !random.chance(OFTEN)) return;
    const [round] = liar.ownRounds(random.below(liar.round), 1);
    if (round === undefined || round >= liar.round) return;
    const height = liar.ground.height + 1;
    postTo(liar, liar.acceptors, acceptOf(liar, { round, height, blockHash: newHash(liar) }));
  },
});

/** ACCEPTs for heights that are decided, or not reached. */
export const farHeights: ConductMaker = (random) => ({
  name: "far-heights",
  ticks: (liar) => {
    const [round] = liar.ownRounds(liar.round, 1);
    if (round === undefined || !random.chance(OFTEN)) return;
    const height = random.pick([1, liar.ground.height, liar.ground.height + 2, liar.ground.height + 50]);
    if (height < liar.ground.membership.from) return;
    postTo(liar, liar.acceptors, acceptOf(liar, { round, height, blockHash: newHash(liar) }));
  },
});

const FLOOD = 48;

/** ACCEPTs and STATUSes without end, of blocks, rounds and heights that are all different. */
export const flood: ConductMaker = (random) => ({
  name: "flood",
  ticks: (liar) => {
    if (!random.chance(OFTEN)) return;
    const of = random.pick(["rounds", "heights", "blocks", "statuses"] as const);
    const rounds = liar.ownRounds(liar.round, FLOOD);
    for (let more = 0; more < FLOOD; more++) {
      const blockHash = inventedHash<ReturnType<typeof newHash>>(random);
      const round = rounds[of === "rounds" ? more : 0] ?? 0;
      const height = liar.ground.height + 1 + (of === "heights" ? more : 0);
      const accept = acceptOf(liar, { round, height, blockHash });
      const { membership } = accept;
      if (of === "statuses")
        postTo(liar, liar.others, {
          ...{
            kind: "status",
            membership,
            round: accept.round,
            proven: "yes",
            height: accept.height,
            blockHash,
            vote: [],
          },
        });
      else postTo(liar, liar.acceptors, accept);
    }
  },
});
