// The last steps of the derivation: the engine of BP Fast Paxos that nodes run, in its own worlds, in given circumstances; one
// block stands for the value. Held against the same properties as the small engines.
import { fastQuorum } from "@witan/primitives";
import type { Check, CheckMaker } from "../bp-fast-paxos/check.ts";
import { BPFP_CONDUCT_MAKERS } from "../bp-fast-paxos/conducts/conducts.ts";
import type { BpfpPlan } from "../bp-fast-paxos/plan.ts";
import { realEngine } from "../bp-fast-paxos/real-engine.ts";
import { BpfpWorld } from "../bp-fast-paxos/world.ts";
import { liesToEach } from "../specimens/bpfp-conducts.ts";
import { Violation } from "../world/violation.ts";
import { type DerivedLie, PROPOSERS } from "./derive-circumstances.ts";
import { FINE_TICKING, faultWithin, type StepRun } from "./derive-classic.ts";
import { Chosen } from "./paxos-checks.ts";

/** What makes such a step. */
export type RealStep = Pick<BpfpPlan, "promiseAuthentication" | "detectByzantineAcceptors">;

const CONDUCTS = { ...BPFP_CONDUCT_MAKERS, "lies-to-each": liesToEach };

const LIARS_OF: Readonly<Record<DerivedLie, BpfpPlan["liars"]>> = {
  "changes-the-value": [{ node: 1, conducts: ["no-support", "forged-proofs"] }],
  "tells-two-values": [{ node: 0, conducts: ["two-blocks"] }],
  "acceptor-too": [
    { node: 0, conducts: ["two-blocks"] },
    { node: PROPOSERS, conducts: ["lies-to-each"] },
  ],
};

/** Runs it. @returns what broke, if anything did */
export function runRealStep(step: RealStep, run: StepRun): Violation | undefined {
  const chosen = new Chosen(fastQuorum(run.acceptors));
  const checks =
    run.circumstances.lie === "acceptor-too" ? [single] : [single, proposed, chosenFirst(chosen)];
  const world = new BpfpWorld(planOf(step, run), {
    ...{ begin: realEngine, checks, conducts: CONDUCTS, recorder: run.recorder },
  });
  const { violation } = world.run();
  if (violation?.check !== "liveness") return violation;
  return new Violation(chosen.all.size === 0 ? "CL1" : "CL2", violation.message);
}

function planOf(step: RealStep, { acceptors, circumstances, ticking }: StepRun): BpfpPlan {
  const processes = PROPOSERS + acceptors;
  const { seed, network, faults, gone, wantsAtUs, lie, writeUs, kindAtUs, boundUs } = circumstances;
  const atUs = Math.min(...wantsAtUs.flatMap((one) => one ?? []));
  const roles = Array.from({ length: processes }, (_, at) => (at < PROPOSERS ? "proposer" : "acceptor"));
  return {
    ...{ seed, kindAtUs, writeUs, boundUs, ...ticking, ...step },
    nodes: roles.map((role) => ({ role, isSpare: false })),
    liars: lie === undefined ? [] : LIARS_OF[lie],
    gone: gone.map(({ place, atUs: goneAtUs }) => ({ node: place, atUs: goneAtUs })),
    faults: faults.flatMap((fault) => faultWithin(fault, processes)),
    network: { ...network, regions: Array(processes).fill(0) },
    clocks: roles.map(() => ({ skewMs: 0, driftPpm: 0 })),
    ...{ bufferedMax: 16, checkpointInterval: 100, blockBytes: 0, changesPermille: 0 },
    // Together all hear of it at one moment, and all timers run from there; but over links that may lose it.
    ...{ transactions: [{ atUs, client: 1 }], told: ticking === FINE_TICKING ? "together" : "all" },
  };
}

/** CS1: what is decided was proposed: an ACCEPT named it. */
const proposed: CheckMaker = () => {
  const known = new Set<string>();
  return {
    name: "CS1",
    stepped: (_at, input) => {
      if (input.kind === "message" && input.message.message.kind === "accept")
        known.add(input.message.message.blockHash);
    },
    wrote: (at, record) => {
      if (record.kind === "progress" && record.vote && !known.has(record.vote.blockHash))
        throw new Violation("CS1", `p${at.place} votes for what nobody has proposed`);
    },
  };
};

/** CS2, as those see it who learn. */
const single: CheckMaker = () => {
  const learnt = new Map<string, number>();
  return {
    name: "CS2",
    decided: (at, _certificate, { height, hash }) => {
      if (at.lies || height !== 1) return;
      learnt.set(hash, learnt.get(hash) ?? at.place);
      const [one, other] = learnt;
      if (one && other)
        throw new Violation(
          "CS2",
          `p${one[1]} learns ${one[0].slice(0, 8)}, and p${other[1]} learns ${other[0].slice(0, 8)}`,
        );
    },
  };
};

/** CS2 and CS3: by the votes, whoever knows of them. */
function chosenFirst(chosen: Chosen): CheckMaker {
  return (): Check => ({
    name: "CS3",
    wrote: (at, record) => {
      if (record.kind !== "progress" || record.vote?.height !== 1) return;
      chosen.voted(at.place, { round: record.vote.round, value: record.vote.blockHash.slice(0, 8) });
    },
    decided: (at, _certificate, { height, hash }) => {
      if (!at.lies && height === 1 && !chosen.all.has(hash.slice(0, 8)))
        throw new Violation("CS3", `p${at.place} learns ${hash.slice(0, 8)}, which is not chosen`);
    },
  });
}
