// The ways to misbehave that plans name, each with what it is in a line.

import {
  badDoubleSpend,
  badParent,
  badRoot,
  badSignature,
  badSize,
  censorship,
} from "../../engines/conducts/bad-blocks.ts";
import type { ConductMaker } from "../conduct.ts";
import { amnesia } from "./amnesia.ts";
import { bodiesToSome, withheldBodies, wrongBodies } from "./bodies.ts";
import { forgedSenders, forgedSync } from "./certificates.ts";
import { slowAtRandom, slowPrimary, slowVotes } from "./delay.ts";
import { doubleGame } from "./double-game.ts";
import { blindVotes, prematureCommits } from "./eager.ts";
import {
  twoCheckpoints,
  twoCommits,
  twoPrepares,
  twoProposals,
  twoStatuses,
  twoViewChanges,
} from "./equivocation.ts";
import { farHeights, farViews, flood, restless } from "./far-ahead.ts";
import { mutation, wildMutation } from "./mutations.ts";
import { belowBase, chosenNewViews, ignoredForce, malformedNewViews, twoNewViews } from "./new-views.ts";
import { movedVotes, replayedOthers, replayedOwn } from "./replays.ts";
import { deafToSome, silentByKind, silentByTurns, silentToSome } from "./silence.ts";
import {
  claimedHeight,
  forgedDecided,
  forgedPreparedCertificate,
  hiddenPrepared,
  paddedPrepared,
  staleDecided,
  stalePrepared,
} from "./view-changes.ts";

/** A conduct, and what it is. */
export interface NamedConduct {
  readonly make: ConductMaker;
  readonly says: string;
}

/** Every conduct, by its name. */
export const CONDUCTS: Readonly<Record<string, NamedConduct>> = {
  "two-proposals": { make: twoProposals, says: "as primary shows two blocks for one height, in any view" },
  "two-prepares": { make: twoPrepares, says: "PREPAREs two blocks" },
  "two-commits": { make: twoCommits, says: "COMMITs two blocks" },
  "two-view-changes": {
    make: twoViewChanges,
    says: "VIEW-CHANGEs that differ in what they carry or ask for",
  },
  "two-new-views": { make: twoNewViews, says: "two NEW-VIEWs of one view, on different VIEW-CHANGEs" },
  "two-checkpoints": { make: twoCheckpoints, says: "CHECKPOINTs of two states after one height" },
  "two-statuses": { make: twoStatuses, says: "says to some that it stands elsewhere" },
  "double-game": { make: doubleGame, says: "liars together back two blocks, each before its own audience" },
  "silent-to-some": { make: silentToSome, says: "says nothing to some, always the same" },
  "silent-by-turns": { make: silentByTurns, says: "says nothing to some, and soon to others" },
  "silent-by-kind": { make: silentByKind, says: "never sends messages of some kinds" },
  "deaf-to-some": { make: deafToSome, says: "hears nothing of some" },
  "slow-primary": { make: slowPrimary, says: "proposes just before the view timers of others end" },
  "slow-votes": { make: slowVotes, says: "votes just before the view timers of others end" },
  "slow-at-random": { make: slowAtRandom, says: "sends late, by up to a view timer" },
  "bad-signature": { make: badSignature, says: "blocks with a wrong signature in them" },
  "bad-double-spend": { make: badDoubleSpend, says: "blocks that spend what is spent" },
  "bad-root": { make: badRoot, says: "blocks whose root is not that of their transactions" },
  "bad-parent": { make: badParent, says: "blocks on a parent that nobody decided" },
  "bad-size": { make: badSize, says: "blocks larger than allowed" },
  censorship: { make: censorship, says: "leaves out one client's transactions" },
  "withheld-bodies": { make: withheldBodies, says: "proposes without the body, and keeps it" },
  "bodies-to-some": { make: bodiesToSome, says: "gives the body to some only" },
  "wrong-bodies": { make: wrongBodies, says: "answers with other bodies than it is asked for" },
  "forged-decided": { make: forgedDecided, says: "VIEW-CHANGEs with a forged commit certificate" },
  "forged-prepared": {
    make: forgedPreparedCertificate,
    says: "VIEW-CHANGEs with a forged prepared certificate",
  },
  "padded-prepared": {
    make: paddedPrepared,
    says: "VIEW-CHANGEs with a prepared certificate that counts one PREPARE several times",
  },
  "forged-senders": { make: forgedSenders, says: "votes in the name of others" },
  "forged-sync": { make: forgedSync, says: "decided blocks with a forged certificate, for who is behind" },
  "hidden-prepared": { make: hiddenPrepared, says: "VIEW-CHANGEs without what it has prepared" },
  "stale-prepared": { make: stalePrepared, says: "VIEW-CHANGEs with an older prepared certificate" },
  "stale-decided": { make: staleDecided, says: "VIEW-CHANGEs with an older decided height" },
  "claimed-height": {
    make: claimedHeight,
    says: "VIEW-CHANGEs with a decided height and no certificate for it",
  },
  "chosen-new-views": { make: chosenNewViews, says: "NEW-VIEWs on the VIEW-CHANGEs that tell least" },
  "malformed-new-views": { make: malformedNewViews, says: "NEW-VIEWs that must be refused" },
  "ignored-force": { make: ignoredForce, says: "proposes another block than its view forces" },
  "below-base": {
    make: belowBase,
    says: "begins views above a block that it hides, and proposes another one in its place",
  },
  "far-views": { make: farViews, says: "asks for and votes in views far ahead" },
  "far-heights": { make: farHeights, says: "votes for heights far ahead" },
  flood: { make: flood, says: "says more than anybody could keep: views, heights, blocks without end" },
  restless: { make: restless, says: "asks for the next view all the time" },
  "replayed-others": { make: replayedOthers, says: "sends old messages of others again" },
  "replayed-own": { make: replayedOwn, says: "sends its own old messages again" },
  "moved-votes": { make: movedVotes, says: "puts old votes of others under the present view and height" },
  amnesia: { make: amnesia, says: "forgets its votes now and then" },
  "blind-votes": { make: blindVotes, says: "votes for all that it hears of" },
  "premature-commits": { make: prematureCommits, says: "COMMITs what nobody has prepared" },
  mutation: { make: mutation, says: "messages off by a little, for some, now and then (ByzzFuzz)" },
  "wild-mutation": { make: wildMutation, says: "messages with anything in them" },
};

/** What makes each conduct, by its name: as a world wants it. */
export const CONDUCT_MAKERS: Readonly<Record<string, ConductMaker>> = Object.fromEntries(
  Object.entries(CONDUCTS).map(([name, { make }]) => [name, make]),
);
