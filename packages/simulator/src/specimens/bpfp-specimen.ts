// Specimens of BP Fast Paxos: the engine of the product with a rule as the paper prints it, in the same world, under the same
// host and checks.
import { CORRECTED, type Corrections } from "@witan/consensus";
import type { CheckMaker } from "../bp-fast-paxos/check.ts";
import { BPFP_CONDUCT_MAKERS } from "../bp-fast-paxos/conducts/conducts.ts";
import type { BpfpPlan } from "../bp-fast-paxos/plan.ts";
import { realEngine } from "../bp-fast-paxos/real-engine.ts";
import { BpfpWorld } from "../bp-fast-paxos/world.ts";
import { bpfpActorsOf } from "../run/bp-fast-paxos.ts";
import { BPFP_LIVENESS_MOVES, BPFP_SAFETY_MOVES, bpfpSizeOf } from "../shrink/bpfp-moves.ts";
import type { Trial } from "../shrink/shrink.ts";
import type { WorldRun } from "../shrink/shrink-world.ts";
import type { Recorder } from "../world/recorder.ts";
import type { Violation } from "../world/violation.ts";
import { changesItsMind, liesToEach } from "./bpfp-conducts.ts";
import { EngineSpecimen } from "./engine-specimen.ts";

/** Worlds that may be run to make one small: what more would leave out is little. */
const RUNS_MAX = 1_000;

const CONDUCTS = { ...BPFP_CONDUCT_MAKERS, "changes-its-mind": changesItsMind, "lies-to-each": liesToEach };

/** What makes a specimen of BP Fast Paxos. */
export interface BpfpSpecimenParts {
  readonly says: string;
  readonly fails: string;
  /** The checks that are looked at: only these, since others may find the flaw before it does harm. */
  readonly checks: readonly CheckMaker[];
  /** The name of the one that finds it; `liveness` is the world's own. */
  readonly check: string;
  readonly inWords?: string;
  /** The rules as they were printed. */
  readonly printed: Partial<Corrections>;
  readonly planOf: (seed: number) => BpfpPlan;
  readonly worlds?: number;
  /** A world in which nothing is wrong; undefined: the same plan. */
  readonly mended?: (plan: BpfpPlan) => BpfpPlan;
}

/** A specimen of BP Fast Paxos. */
export class BpfpSpecimen extends EngineSpecimen<BpfpPlan> {
  constructor(parts: BpfpSpecimenParts) {
    const { says, fails, check, planOf, inWords = "", worlds = 1, mended = (plan) => plan } = parts;
    const corrections: Corrections = { ...CORRECTED, ...parts.printed };
    const moves = check === "liveness" ? BPFP_LIVENESS_MOVES : BPFP_SAFETY_MOVES;
    super({
      ...{ says, fails, check, inWords, planOf, worlds, sizeOf: bpfpSizeOf, actorsOf: bpfpActorsOf, moves },
      runsMax: RUNS_MAX,
      run: (trial, recorder) => run(trial, recorder, parts.checks, corrections),
      // What is owed soon is owed by specimens of liveness only.
      control: (plan): Violation | undefined => {
        const trial = { plan: mended(plan), arriving: undefined };
        const { violation } = run(trial, undefined, parts.checks, CORRECTED);
        return violation?.check === check ? violation : undefined;
      },
    });
  }
}

function run(
  { plan, arriving }: Trial<BpfpPlan>,
  recorder: Recorder | undefined,
  checks: readonly CheckMaker[],
  corrections: Corrections,
): WorldRun {
  return new BpfpWorld(plan, {
    ...{ begin: realEngine, checks, conducts: CONDUCTS, arriving, recorder, corrections },
  }).run();
}
