// Makes the world of a plan small in which something broke, and keeps what is needed to run it again.
import type { Found, SpecimenActor } from "../specimens/specimen.ts";
import { Arrivals } from "../world/arrivals.ts";
import type { Plan } from "../world/plan.ts";
import type { Recorder } from "../world/recorder.ts";
import type { Violation } from "../world/violation.ts";
import {
  type Move,
  type PlanSize,
  type ShrinkProgress,
  shrink,
  type Trial,
  type TrialMove,
  type TrialOutcome,
} from "./shrink.ts";

/** What running a world came to. */
export interface WorldRun {
  readonly violation: Violation | undefined;
  readonly virtualUs: number;
  /** Inputs that engines took in, beside ticks. */
  readonly inputs: number;
}

/** A broken world that is to be made small. */
export interface BrokenWorld<P extends Plan> {
  readonly plan: P;
  /** What breaks in it. */
  readonly violation: Violation;
  /** Whether another is the same as far as it matters. */
  readonly isSame: (violation: Violation) => boolean;
  readonly run: (trial: Trial<P>, recorder?: Recorder) => WorldRun;
  readonly moves: readonly Move<P>[];
  readonly trialMoves?: readonly TrialMove<P>[];
  /** Worlds that may be run. */
  readonly runsMax: number;
  readonly sizeOf: (plan: P) => PlanSize;
  readonly actorsOf: (plan: P) => readonly SpecimenActor[];
  readonly onProgress?: ((progress: ShrinkProgress) => void) | undefined;
}

/** Makes it small. @param seed that it was found by */
export function shrinkWorld<P extends Plan>(world: BrokenWorld<P>, seed: number): Found {
  const { plan, violation, isSame, run, moves, trialMoves = [], runsMax, actorsOf, onProgress } = world;
  const shrunk = shrink<P>({
    ...{ plan, isSame, moves, trialMoves, runsMax, onProgress },
    run: (trial) => outcomeOf(world, trial),
  });
  const replay = (recorder: Recorder) => run(shrunk, recorder).violation;
  return { seed, plan, violation, shrunk, actors: actorsOf(shrunk.plan), replay };
}

function outcomeOf<P extends Plan>({ run, sizeOf }: BrokenWorld<P>, trial: Trial<P>): TrialOutcome {
  const arrivals = new Arrivals(trial.plan.kindAtUs);
  const { violation, virtualUs, inputs } = run(trial, arrivals);
  return {
    violation,
    letters: arrivals.names,
    size: { ...sizeOf(trial.plan), letters: arrivals.count, steps: inputs, virtualUs },
  };
}
