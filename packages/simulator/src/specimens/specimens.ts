// The failing designs of protocols/pbft.md, by their names.
import { wordsOf } from "../pbft/words.ts";
import { cutsOff, goDeaf, oneLiar, specimenPlan } from "./pbft-plans.ts";
import { pbftSpecimen } from "./pbft-specimen.ts";
import type { Specimen } from "./specimen.ts";

/** Designs whose first message is a PREPARE. */
const primaryPrepares: typeof wordsOf = (signed) => wordsOf(signed).replace(/^PRE-PREPARE/, "PREPARE");

/** All specimens. */
export const SPECIMENS: Readonly<Record<string, Specimen>> = {
  "two-phase": pbftSpecimen({
    says: "no COMMIT phase: a validator decides when it is prepared",
    fails: "two blocks decided at one height, across a view change",
    check: "agreement",
    inWords: "across views",
    without: ["commitPhase"],
    certifies: "prepare",
    planOf: specimenPlan({ faults: cutsOff(4) }),
  }),
  "no-pre-prepare": pbftSpecimen({
    says: "no PRE-PREPARE phase: COMMIT answers any number of PREPAREs of the primary for one height",
    fails: "two blocks decided at one height in one view",
    check: "agreement",
    inWords: "in one view",
    without: ["preparePhase", "oneProposal"],
    words: primaryPrepares,
    planOf: specimenPlan({ liars: oneLiar("all-proposals") }),
  }),
  "first-prepare-only": pbftSpecimen({
    says: "like no-pre-prepare, but only the primary's first PREPARE for a height is taken",
    fails: "two blocks decided at one height across views",
    check: "agreement",
    inWords: "across views",
    without: ["preparePhase"],
    words: primaryPrepares,
    planOf: specimenPlan({ faults: cutsOff(4) }),
  }),
  "laggard-votes": pbftSpecimen({
    says: "a validator that is behind the height at which a view begins votes below it in that view",
    fails: "two commit certificates at one height, though nobody lies",
    check: "agreement",
    without: ["aboveBase"],
    planOf: specimenPlan({ faults: goDeaf(4), kindAtUs: 10_000_000, loss: [150, 250], transactionsEveryUs: 400_000 }),
  }),
  "views-run-on": pbftSpecimen({
    says: "views go on being counted, and NEW-VIEWs to be taken, when the members change",
    fails: "two blocks decided at the height after a change of the members",
    check: "agreement",
    without: ["viewsOfMembers"],
    planOf: specimenPlan({ spares: 3, faults: cutsOff(7), changesPermille: 500 }),
  }),
  "runaway-timer": pbftSpecimen({
    says: "the timer for a NEW-VIEW starts without waiting until a quorum asks for the view",
    fails: "a validator that is never met again: no decision after the heal",
    check: "liveness",
    without: ["owedByQuorum"],
    planOf: specimenPlan({ liars: oneLiar("falls-silent"), faults: cutsOff(4), loss: [0] }),
  }),
};
