// The failing designs, by protocol and name: those of protocols/pbft.md here, those of BP Fast Paxos in a file of their own.

import { PAXOS_SPECIMENS } from "../classics/paxos-specimens.ts";
import { CLASSIC_SPECIMENS } from "../classics/specimens.ts";
import { wordsOf } from "../pbft/words.ts";
import { REGISTERS_SPECIMENS } from "../registers/specimens.ts";
import { BPFP_SPECIMENS } from "./bpfp-specimens.ts";
import { cutsOff, goDeaf, oneLiar, specimenPlan } from "./pbft-plans.ts";
import { PbftSpecimen } from "./pbft-specimen.ts";
import { registerSpecimen } from "./registers/specimen.ts";
import type { Specimen } from "./specimen.ts";

/** Designs whose first message is a PREPARE. */
const primaryPrepares: typeof wordsOf = (signed) => wordsOf(signed).replace(/^PRE-PREPARE/, "PREPARE");

/** What is lost is not soon said again: two sides stay apart for longer. */
const SELDOM_AGAIN = { loss: [250, 400], resendTicks: 20 };

const OF_PBFT: Readonly<Record<string, Specimen>> = {
  "all-must-agree": registerSpecimen({
    says: "a register on n servers: the client waits until all n have answered alike",
    fails: "one silent server stops it for ever",
    check: "liveness",
    ...{ servers: 4, replies: 4, lie: "silent" },
  }),
  "majority-of-2f+1": registerSpecimen({
    says: "a register on 2f + 1 servers: the client waits for f + 1 that answer alike",
    fails: "a read that misses a completed write",
    check: "reads",
    ...{ servers: 3, replies: 2, lie: "keeps-nothing" },
  }),
  "two-phase": new PbftSpecimen({
    says: "no COMMIT phase: a validator decides when it is prepared",
    fails: "two blocks decided at one height, across a view change",
    check: "agreement",
    // The simplest of them: one of the blocks is decided before any view change.
    inWords: "in view 0",
    without: ["commitPhase"],
    certifies: "prepare",
    worlds: 60,
    planOf: specimenPlan({ faults: cutsOff(4), ...SELDOM_AGAIN }),
  }),
  "no-pre-prepare": new PbftSpecimen({
    says: "no PRE-PREPARE phase: COMMIT answers any number of PREPAREs of the primary for one height",
    fails: "two blocks decided at one height in one view",
    check: "agreement",
    inWords: "in one view",
    without: ["preparePhase", "oneProposal"],
    worlds: 10,
    words: primaryPrepares,
    planOf: specimenPlan({ liars: oneLiar("all-proposals"), transactionsEveryUs: 8_000_000 }),
  }),
  "first-prepare-only": new PbftSpecimen({
    says: "like no-pre-prepare, but only the primary's first PREPARE for a height is taken",
    fails: "two blocks decided at one height across views",
    check: "agreement",
    inWords: "across views",
    without: ["preparePhase"],
    words: primaryPrepares,
    worlds: 20,
    planOf: specimenPlan({ faults: cutsOff(4), ...SELDOM_AGAIN }),
  }),
  "laggard-votes": new PbftSpecimen({
    says: "a validator that is behind the height at which a view begins votes below it in that view",
    fails: "two commit certificates at one height, though nobody lies",
    check: "agreement",
    without: ["aboveBase"],
    worlds: 20,
    planOf: specimenPlan({
      ...{ faults: goDeaf(4), loss: [150, 250], profiles: ["lan"] },
      ...{ resendTicks: 20, transactionsEveryUs: 300_000 },
    }),
  }),
  "views-run-on": new PbftSpecimen({
    says: "views go on being counted, and NEW-VIEWs to be taken, when the members change",
    fails: "two blocks decided at the height after a change of the members",
    check: "agreement",
    without: ["viewsOfMembers"],
    worlds: 320,
    planOf: specimenPlan({
      ...{ members: 3, spares: 3, changesPermille: 1_000, loss: [150, 300] },
      ...{ resendTicks: 20, transactionsEveryUs: 300_000, kindAtUs: 4_000_000 },
    }),
  }),
  "runaway-timer": new PbftSpecimen({
    says: "the timer for a NEW-VIEW starts without waiting until a quorum asks for the view",
    fails: "a validator that is never met again: no decision after the heal",
    check: "liveness",
    without: ["owedByQuorum"],
    // Nothing is lost, so that saying it all again is needless: with it the small world would be hundreds of messages.
    planOf: specimenPlan({
      ...{ liars: oneLiar("falls-silent"), faults: cutsOff(4), loss: [0], resendTicks: 80 },
    }),
  }),
};

/** All specimens, by the protocol that they are of. */
export const SPECIMENS: Readonly<Record<string, Readonly<Record<string, Specimen>>>> = {
  pbft: OF_PBFT,
  "bp-fast-paxos": BPFP_SPECIMENS,
  registers: REGISTERS_SPECIMENS,
  ...PAXOS_SPECIMENS,
  ...CLASSIC_SPECIMENS,
};
