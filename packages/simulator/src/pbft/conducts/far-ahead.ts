// Views and heights far ahead of everybody's, and very many of them, which must move nobody and fill nobody's memory; and a
// member that asks for the next view all the time.
import type { PbftMessage } from "@witan/consensus";
import type { Height, View } from "@witan/primitives";
import type { ConductMaker, Liar } from "../conduct.ts";
import { inventedHash, postAll, viewChangeOf } from "./saying.ts";

/** Of a thousand ticks so many. */
const OFTEN = 30;
const DISTANCES = [2, 7, 9, 100, 2 ** 20, 2 ** 40, 2 ** 52];

/** Asks for, votes in and stands in views far ahead. */
export const farViews: ConductMaker = (random) => ({
  name: "far-views",
  ticks: (liar) => {
    if (!random.chance(OFTEN)) return;
    const view = random.pick(DISTANCES) as View;
    const kind = random.pick([
      "viewChange",
      "viewChange",
      "prePrepare",
      "prepare",
      "commit",
      "status",
    ] as const);
    postAll(
      liar,
      liar.sign(
        kind === "viewChange" ? viewChangeOf(liar, view) : said(kind, liar, view, 1, inventedHash(random)),
      ),
    );
  },
});

/** Votes for, and has decided, heights far ahead. */
export const farHeights: ConductMaker = (random) => ({
  name: "far-heights",
  ticks: (liar) => {
    if (!random.chance(OFTEN)) return;
    const ahead = random.pick(DISTANCES);
    const kind = random.pick(["prePrepare", "prepare", "commit", "status", "checkpoint"] as const);
    const height = (liar.ground.height + ahead) as Height;
    const { from: membership } = liar.ground.membership;
    if (kind === "checkpoint")
      postAll(liar, liar.sign({ kind, membership, height, digest: inventedHash(random) }));
    else
      postAll(liar, liar.sign(said(kind, liar, random.pick([0, 0, 1]) as View, ahead, inventedHash(random))));
  },
});

function said(
  kind: "prePrepare" | "prepare" | "commit" | "status",
  { ground }: Liar,
  view: View,
  ahead: number,
  blockHash: ReturnType<typeof inventedHash>,
): PbftMessage {
  const height = (ground.height + ahead) as Height;
  return { kind, membership: ground.membership.from, view, height, blockHash: blockHash as never };
}

/** Asks for the next view again and again: with one correct member whose time is up, that is f + 1. */
export const restless: ConductMaker = (random) => {
  const permille = random.pick([20, 100, 300]);
  return {
    name: "restless",
    ticks: (liar) => {
      if (random.chance(permille)) postAll(liar, liar.sign(viewChangeOf(liar, liar.view + 1)));
    },
  };
};

/** So much at once. */
const FLOOD = 64;

/** Says more than anybody could keep, all of it well-formed: of views, of heights, of blocks and states, one after another. */
export const flood: ConductMaker = (random) => ({
  name: "flood",
  ticks: (liar) => {
    if (!random.chance(OFTEN)) return;
    const kind = random.pick(["viewChange", "prePrepare", "prepare", "commit", "checkpoint"] as const);
    const of = random.pick(["views", "views", "heights", "blocks"] as const);
    for (let more = 0; more < FLOOD; more++)
      postAll(liar, liar.sign(drop(kind, of, more, liar, inventedHash(random))));
  },
});

function drop(
  kind: "viewChange" | "prePrepare" | "prepare" | "commit" | "checkpoint",
  of: "views" | "heights" | "blocks",
  more: number,
  liar: Liar,
  hash: ReturnType<typeof inventedHash>,
): PbftMessage {
  const { ground } = liar;
  const view = (liar.view + (of === "views" ? more : 0)) as View;
  if (kind === "viewChange") return viewChangeOf(liar, view + (of === "views" ? 1 : more));
  if (kind !== "checkpoint") return said(kind, liar, view, 1 + (of === "heights" ? more : 0), hash);
  const height = (ground.height + (of === "blocks" ? 0 : more)) as Height;
  return { kind, membership: ground.membership.from, height, digest: hash as never };
}
