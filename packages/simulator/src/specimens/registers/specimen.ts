// Specimens of the lecture's registers: so many servers, so many answers that are waited for.
import { Random } from "../../random.ts";
import { endsThere, fewer, simplerNetwork, step } from "../../shrink/plan-moves.ts";
import { type Move, shrink, type Trial, type TrialOutcome } from "../../shrink/shrink.ts";
import { Arrivals } from "../../world/arrivals.ts";
import type { Recorder } from "../../world/recorder.ts";
import type { Violation } from "../../world/violation.ts";
import {
  type Found,
  SHRINK_RUNS,
  type Specimen,
  type SpecimenActor,
  type SpecimenOptions,
} from "../specimen.ts";
import type { Operation, RegisterLie, RegisterPlan } from "./plan.ts";
import { RegisterWorld } from "./world.ts";

const KIND_AT_US = 3_000_000;
const BOUND_US = 2_000_000;

const MOVES: readonly Move<RegisterPlan>[] = [
  fewer(
    ({ operations }) => operations,
    (plan, operations) => ({ ...plan, operations }),
  ),
  step((plan) => ({ ...plan, operations: plan.operations.map((one) => ({ ...one, atUs: 0 })) })),
  fewer(
    ({ liars }) => liars,
    (plan, liars) => ({ ...plan, liars }),
  ),
  simplerNetwork(),
];
/** In a kind world whoever is asked answers within a hundredth of this: what takes longer waits for ever. */
const SHORT_BOUND_US = 100_000;
const LIVENESS_MOVES: readonly Move<RegisterPlan>[] = [
  ...MOVES,
  // Kind from the beginning, so that nobody is asked twice.
  step((plan) => ({ ...plan, kindAtUs: 0 })),
  step((plan) => ({ ...plan, boundUs: SHORT_BOUND_US })),
];

/** What makes a specimen of a register. */
export interface RegisterDesign {
  readonly says: string;
  readonly fails: string;
  readonly check: "liveness" | "reads";
  readonly servers: number;
  readonly replies: number;
  /** What the one server that may lie does. */
  readonly lie: RegisterLie;
}

/** The plan of a seed: one of the servers lies, and the network loses and delays. */
export function registerPlan({ servers, replies, lie }: RegisterDesign, seed: number): RegisterPlan {
  const random = Random.of(seed, "register");
  const times = Array.from({ length: random.between(4, 12) }, () => random.below(KIND_AT_US)).sort(
    (a, b) => a - b,
  );
  return {
    ...{ seed, servers, replies, kindAtUs: KIND_AT_US, boundUs: BOUND_US },
    network: {
      profile: random.pick(["lan", "heavy-tail"]),
      regions: [],
      lossPermille: random.pick([0, 100, 300]),
      duplicatePermille: 0,
      bytesPerMs: 0,
    },
    liars: [{ server: random.below(servers), lie }],
    operations: times.map((atUs): Operation => ({ kind: random.pick(["write", "read"]), atUs })),
  };
}

/** Runs one world. */
export function runRegister(
  { plan, arriving }: Trial<RegisterPlan>,
  recorder?: Recorder,
): ReturnType<RegisterWorld["run"]> {
  return new RegisterWorld(plan, { arriving, recorder }).run();
}

function attempt(trial: Trial<RegisterPlan>): TrialOutcome {
  const arrivals = new Arrivals(trial.plan.kindAtUs);
  const { violation, steps, virtualUs } = runRegister(trial, arrivals);
  const { servers, liars, operations } = trial.plan;
  const size = {
    ...{ processes: servers + 1, liars: liars.length, conducts: liars.length, faults: 0 },
    ...{ requests: operations.length, letters: arrivals.count, steps, virtualUs },
  };
  return { violation, letters: arrivals.names, size };
}

/** Makes the specimen. */
export function registerSpecimen(design: RegisterDesign): Specimen {
  const { says, fails, check } = design;
  const isIt = (violation: Violation) => violation.check === check;

  function find({ seeds, from, onProgress }: SpecimenOptions): Found | undefined {
    for (let seed = from; seed < from + seeds; seed++) {
      const plan = registerPlan(design, seed);
      const { violation } = runRegister({ plan, arriving: undefined });
      onProgress?.({ kind: "searching", seed, searched: seed - from + 1, seeds });
      if (violation === undefined || !isIt(violation)) continue;
      const moves =
        check === "liveness"
          ? LIVENESS_MOVES
          : [endsThere<RegisterPlan>(), ...MOVES, endsThere<RegisterPlan>()];
      const shrunk = shrink({
        ...{ plan, run: attempt, isSame: isIt, moves, runsMax: SHRINK_RUNS },
        onProgress: (progress) => onProgress?.({ kind: "shrinking", seed, ...progress }),
      });
      const replay = (recorder: Recorder) => runRegister(shrunk, recorder).violation;
      return { seed, plan, violation, shrunk, actors: actorsOf(shrunk.plan), replay };
    }
    return undefined;
  }

  /** The lecture's next design: 3f + 1 servers, 2f + 1 answers. (It may wait for ever elsewhere: there is no repair yet.) */
  function control(seed: number): Violation | undefined {
    const plan = registerPlan({ ...design, servers: 4, replies: 3 }, seed);
    const { violation } = runRegister({ plan, arriving: undefined });
    return violation && isIt(violation) ? violation : undefined;
  }

  return { says, fails, check, find, control };
}

function actorsOf({ servers, liars }: RegisterPlan): readonly SpecimenActor[] {
  const names = Array.from({ length: servers }, (_, server): SpecimenActor => {
    const lie = liars.find((one) => one.server === server)?.lie;
    return {
      name: `server ${server}`,
      role: lie === undefined ? "" : `lies: ${lie}`,
      isLiar: lie !== undefined,
    };
  });
  return [{ name: "client", role: "", isLiar: false }, ...names];
}
