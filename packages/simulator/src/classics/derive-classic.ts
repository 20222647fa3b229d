// Steps of the derivation that are small engines: a world of theirs in given circumstances.
import type { Recorder } from "../world/recorder.ts";
import type { Violation } from "../world/violation.ts";
import { type Circumstances, type DerivedLie, PROPOSERS } from "./derive-circumstances.ts";
import { DECREE_CONDUCTS } from "./paxos-conducts.ts";
import { decreeDesign } from "./paxos-designs.ts";
import type { DecreePlan } from "./paxos-plan.ts";
import { ClassicWorld } from "./world.ts";

/** How time is counted in a world. */
export interface Ticking {
  readonly tickUs: number;
  readonly roundTicks: number;
  readonly roundTicksMax: number;
  readonly resendTicks: number;
}

/** T is a tenth of a second. */
export const TICKING: Ticking = { tickUs: 10_000, roundTicks: 10, roundTicksMax: 40, resendTicks: 3 };
/** The same T where costs are counted: all timers run out at nearly the same moment, and nothing is said again. */
export const FINE_TICKING: Ticking = {
  ...{ tickUs: 100, roundTicks: 1_000, roundTicksMax: 4_000, resendTicks: 100_000 },
};
const VALUES = ["x", "y"];

/** What makes such a step. */
export type ClassicStep = Pick<DecreePlan, "protocol" | "recovery" | "proofs">;

const CONDUCTS_OF: Readonly<
  Record<DerivedLie, readonly { readonly place: number; readonly conduct: string }[]>
> = {
  "changes-the-value": [{ place: 1, conduct: "changes-the-value" }],
  "tells-two-values": [{ place: 0, conduct: "tells-two-values" }],
  "acceptor-too": [
    { place: 0, conduct: "tells-two-values" },
    { place: PROPOSERS, conduct: "lies-to-each" },
  ],
};

/** Runs it. @returns what broke, if anything did */
export function runClassicStep(
  step: ClassicStep,
  { acceptors, circumstances, ticking, recorder }: StepRun,
): Violation | undefined {
  const processes = PROPOSERS + acceptors;
  const { seed, network, faults, gone, wantsAtUs, lie, writeUs, kindAtUs, boundUs } = circumstances;
  const plan: DecreePlan = {
    ...{ seed, ...step, processes, proposers: PROPOSERS, acceptors, kindAtUs, writeUs },
    ...{ boundUs, ...ticking, ticks: "apart" },
    wants: wantsAtUs.flatMap((atUs, place) =>
      atUs === undefined ? [] : [{ place, atUs, value: VALUES[place] as string }],
    ),
    network: { ...network, regions: Array(processes).fill(0) },
    clocks: Array.from({ length: processes }, () => ({ skewMs: 0, driftPpm: 0 })),
    faults: faults.flatMap((fault) => faultWithin(fault, processes)),
    gone: gone.filter(({ place }) => place < processes),
    liars: (lie === undefined ? [] : CONDUCTS_OF[lie]).map(({ place, conduct }) => ({
      place,
      conducts: [conduct],
    })),
  };
  const design = decreeDesign(step.protocol, { conducts: DECREE_CONDUCTS });
  return new ClassicWorld(design, plan, { recorder }).run().violation;
}

/** A world of a step. */
export interface StepRun {
  readonly acceptors: number;
  readonly circumstances: Circumstances;
  readonly ticking: Ticking;
  readonly recorder?: Recorder | undefined;
}

/** A fault without what is about places that a step does not have. */
export function faultWithin(
  fault: Circumstances["faults"][number],
  processes: number,
): Circumstances["faults"] {
  if (fault.kind === "partition") {
    const cut = fault.cut.filter(([from, to]) => from < processes && to < processes);
    return cut.length === 0 ? [] : [{ ...fault, cut }];
  }
  if ("process" in fault) return fault.process < processes ? [fault] : [];
  if (fault.kind === "slow-link") return fault.from < processes && fault.to < processes ? [fault] : [];
  return [fault];
}
