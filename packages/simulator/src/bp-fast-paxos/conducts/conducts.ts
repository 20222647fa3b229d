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
import { bodiesToSome, untimelyBlocks, withheldBodies, wrongBodies } from "./bodies.ts";
import { noSupport, proposesTwice, twoBlocks } from "./equivocation.ts";
import { farHeights, farRounds, flood, oldRounds } from "./far-ahead.ts";
import { mutation, wildMutation } from "./mutations.ts";
import { acceptorsWords, amnesia, falseStatuses, replayedOthers, replayedOwn } from "./others-words.ts";
import {
  chosenProofs,
  forgedProofs,
  hiddenVotes,
  partialProofs,
  replayedProofs,
  staleProofs,
} from "./proofs.ts";
import {
  deafToSome,
  fallsMute,
  mute,
  muteByTurns,
  muteToSome,
  slowAtRandom,
  slowProposer,
} from "./silence.ts";

/** A conduct, and what it is. */
export interface NamedConduct {
  readonly make: ConductMaker;
  readonly says: string;
}

/** Every conduct, by its name. */
export const BPFP_CONDUCTS: Readonly<Record<string, NamedConduct>> = {
  "two-blocks": { make: twoBlocks, says: "shows two blocks for one height, each to some, in any round" },
  "proposes-twice": { make: proposesTwice, says: "shows everybody two blocks for one height, in any round" },
  "no-support": { make: noSupport, says: "proposes another block than its proof forces" },
  "forged-proofs": {
    make: forgedProofs,
    says: "proofs of promises that were never given, without the acceptor that they are for",
  },
  "hidden-votes": { make: hiddenVotes, says: "proofs of promises with their votes left out" },
  "stale-proofs": { make: staleProofs, says: "proofs of promises for an earlier round" },
  "replayed-proofs": {
    make: replayedProofs,
    says: "promises for another round or height, said to be for this one",
  },
  "partial-proofs": { make: partialProofs, says: "proofs of too few promises, or of one several times" },
  "chosen-proofs": {
    make: chosenProofs,
    says: "proofs that hold, of another quorum for each acceptor, and whichever block each lets it propose",
  },
  "far-rounds": { make: farRounds, says: "ACCEPTs in rounds of its own that nobody asked for, near and far" },
  "old-rounds": { make: oldRounds, says: "ACCEPTs in rounds of its own that are over" },
  "far-heights": { make: farHeights, says: "ACCEPTs for heights that are decided, or not reached" },
  flood: { make: flood, says: "says more than anybody could keep: rounds, heights, blocks without end" },
  "bad-signature": { make: badSignature, says: "blocks with a wrong signature in them" },
  "bad-double-spend": { make: badDoubleSpend, says: "blocks that spend what is spent" },
  "bad-root": { make: badRoot, says: "blocks whose root is not that of their transactions" },
  "bad-parent": { make: badParent, says: "blocks on a parent that nobody decided" },
  "bad-size": { make: badSize, says: "blocks larger than allowed" },
  "untimely-blocks": {
    make: untimelyBlocks,
    says: "blocks whose time is about as far off as acceptors bear: timely to some of them",
  },
  censorship: { make: censorship, says: "leaves out one client's transactions" },
  mute: { make: mute, says: "never says anything" },
  "falls-mute": { make: fallsMute, says: "takes part, and from some moment on says nothing any more" },
  "mute-to-some": { make: muteToSome, says: "says nothing to some, always the same" },
  "mute-by-turns": { make: muteByTurns, says: "says nothing to some, and soon to others" },
  "deaf-to-some": { make: deafToSome, says: "hears nothing of some" },
  "slow-proposer": { make: slowProposer, says: "proposes just before acceptors would suspect it" },
  "slow-at-random": { make: slowAtRandom, says: "sends late, by up to T" },
  "withheld-bodies": { make: withheldBodies, says: "proposes without the body, and keeps it" },
  "bodies-to-some": { make: bodiesToSome, says: "gives the body to some only" },
  "wrong-bodies": { make: wrongBodies, says: "answers with other bodies than it is asked for" },
  "acceptors-words": { make: acceptorsWords, says: "says what only acceptors may say" },
  "false-statuses": { make: falseStatuses, says: "says that it stands elsewhere" },
  "replayed-own": { make: replayedOwn, says: "sends its own old messages again" },
  "replayed-others": {
    make: replayedOthers,
    says: "sends old messages of acceptors as if they were its own",
  },
  amnesia: { make: amnesia, says: "forgets what it proposed now and then" },
  mutation: { make: mutation, says: "messages off by a little, for some, now and then (ByzzFuzz)" },
  "wild-mutation": { make: wildMutation, says: "messages with anything in them" },
};

/** What makes each conduct, by its name: as a world wants it. */
export const BPFP_CONDUCT_MAKERS: Readonly<Record<string, ConductMaker>> = Object.fromEntries(
  Object.entries(BPFP_CONDUCTS).map(([name, { make }]) => [name, make]),
);
