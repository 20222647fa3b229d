// The paper's derivation, step by step: Paxos, Fast Paxos, Trust Change Paxos, that with promises that are shown, BP Fast Paxos.
// Data: which engine each step runs, and what breaks without what the next one brings.
import { crashMax, majorityCrashMax } from "@witan/primitives";
import type { Violation } from "../world/violation.ts";
import { type ClassicStep, runClassicStep, type StepRun } from "./derive-classic.ts";
import type { Authentication } from "./derive-costs.ts";
import { type RealStep, runRealStep } from "./derive-real.ts";

/** A design that shows what a step lacks: one of SPECIMENS. */
export interface Lack {
  readonly protocol: string;
  readonly specimen: string;
}

/** One step. */
export interface DerivationStep {
  readonly name: string;
  /** What it adds to the one before. */
  readonly adds: string;
  readonly section: string;
  /** The least number of acceptors, as the page has it. */
  readonly needs: string;
  /** How many of so many acceptors may crash. */
  readonly tolerated: (acceptors: number) => number;
  readonly authentication: Authentication;
  /** Kinds of circumstances that it must survive: what is measured is held against it. */
  readonly bears: readonly string[];
  run(run: StepRun): Violation | undefined;
  /** What breaks without the protection that the next step brings, and what that is. */
  readonly lacks: Lack & { readonly next: string };
}

/** What no step may break under: nobody lies. */
const CRASHES = ["competing", "network", "restarts", "acceptors-gone", "proposer-gone"];

const PLAIN: Authentication = {
  ...{ isChannelProtected: false, promises: "none", areProposalsSigned: false, areDecisionsSigned: false },
};

type Words = Pick<DerivationStep, "name" | "adds" | "section" | "lacks">;

function classic(words: Words, step: ClassicStep): DerivationStep {
  const isFast = step.protocol === "fast-paxos";
  return {
    ...words,
    needs: isFast ? "3t + 1" : "2t + 1",
    tolerated: isFast ? crashMax : majorityCrashMax,
    authentication: step.proofs ? { ...PLAIN, isChannelProtected: true, promises: "signature" } : PLAIN,
    bears: step.proofs ? [...CRASHES, "value-changed"] : CRASHES,
    run: (run) => runClassicStep(step, run),
  };
}

function real(words: Words, step: RealStep): DerivationStep {
  return {
    ...words,
    ...{ needs: "3t + 1", tolerated: crashMax },
    authentication: {
      isChannelProtected: true,
      promises: step.promiseAuthentication,
      areProposalsSigned: step.detectByzantineAcceptors,
      areDecisionsSigned: true,
    },
    bears: [...CRASHES, "value-changed", "two-values-told"],
    run: (run) => runRealStep(step, run),
  };
}

const FAST = { protocol: "fast-paxos", proofs: false } as const;
const COLLISIONS = {
  ...{ protocol: "paxos", specimen: "duelling-proposers" },
  next: "acceptors, not proposers, begin rounds: the next step",
};

/** In the order of the paper. */
export const DERIVATION: readonly DerivationStep[] = [
  classic(
    {
      ...{ name: "Paxos", section: "III-A" },
      adds: "rounds of one proposer each; a majority's promises, then a majority's votes",
      lacks: {
        ...{ protocol: "fast-paxos", specimen: "fast-majority" },
        next: "more acceptors, and a rule for two values in a round: without them proposers can't speak past the leader",
      },
    },
    { protocol: "paxos", recovery: "timeout", proofs: false },
  ),
  classic(
    {
      ...{ name: "Fast Paxos, coordinated recovery", section: "III-B" },
      adds: "fast rounds, open for the value of any proposer; where two collide, the leader goes on",
      lacks: COLLISIONS,
    },
    { ...FAST, recovery: "coordinated" },
  ),
  classic(
    {
      ...{ name: "Fast Paxos, uncoordinated recovery", section: "III-B" },
      adds: "where two collide, acceptors go on by themselves",
      lacks: COLLISIONS,
    },
    { ...FAST, recovery: "uncoordinated" },
  ),
  classic(
    {
      ...{ name: "Trust Change Paxos", section: "IV" },
      adds: "acceptors begin rounds, by trusting the next proposer",
      lacks: {
        ...{ protocol: "trust-change-paxos", specimen: "value-changed" },
        next: "proposers must show the promises that support what they propose",
      },
    },
    { protocol: "trust-change-paxos", recovery: "timeout", proofs: false },
  ),
  classic(
    {
      ...{ name: "Trust Change Paxos with proofs", section: "V-A" },
      adds: "promises are signed and shown: a proposer that lies is found out, if it lies to all alike",
      lacks: {
        ...{ protocol: "trust-change-paxos", specimen: "two-values-told" },
        next: "acceptors hear each other's votes, pick as in Fast Paxos, and are 3t + 1",
      },
    },
    { protocol: "trust-change-paxos", recovery: "timeout", proofs: true },
  ),
  real(
    {
      ...{ name: "BP Fast Paxos, signed promises", section: "V-B" },
      adds: "equivocation is seen and changes trust; 3t + 1 acceptors: proposers may do what they like",
      lacks: {
        ...{ protocol: "bp-fast-paxos", specimen: "own-component-only" },
        next: "MACs in place of signatures need a key that all acceptors share: with a check of one's own part only, proofs are made up",
      },
    },
    { promiseAuthentication: "signature", detectByzantineAcceptors: false },
  ),
  real(
    {
      ...{ name: "BP Fast Paxos, MACs", section: "V-D" },
      adds: "promises carry a MAC that acceptors alone can make: no signature is needed to decide",
      lacks: {
        ...{ protocol: "bp-fast-paxos", specimen: "byzantine-acceptor-undetected" },
        next: "nothing in two steps with 3t + 1: an acceptor that lies can only be named (section VI)",
      },
    },
    { promiseAuthentication: "mac", detectByzantineAcceptors: false },
  ),
  real(
    {
      ...{ name: "BP Fast Paxos, MACs, detection", section: "VI" },
      adds: "proposals are signed, so that an acceptor that lies can be named; it is not borne",
      lacks: {
        ...{ protocol: "bp-fast-paxos", specimen: "byzantine-acceptor" },
        next: "5t + 1 acceptors (FaB), or a third step (PBFT)",
      },
    },
    { promiseAuthentication: "mac", detectByzantineAcceptors: true },
  ),
];
