// Specimens that are PBFT but for a rule: the teaching engine without it, in the same world, under the same host and
// checks as the real one.
import type { SignedMessage } from "@witan/consensus";
import { agreement } from "../pbft/checks/agreement.ts";
import type { CheckMaker } from "../pbft/check.ts";
import type { ConductMaker } from "../pbft/conduct.ts";
import type { PbftPlan } from "../pbft/plan.ts";
import { type Begin, PbftWorld } from "../pbft/world.ts";
import { fewerHeights, PBFT_LIVENESS_MOVES, PBFT_SAFETY_MOVES } from "../shrink/pbft-moves.ts";
import { shrink, type Trial, type TrialOutcome } from "../shrink/shrink.ts";
import { Arrivals } from "../world/arrivals.ts";
import type { Recorder } from "../world/recorder.ts";
import type { Violation } from "../world/violation.ts";
import { allProposals, fallsSilent } from "./conducts.ts";
import { type Found, SHRINK_RUNS, type Specimen, type SpecimenActor, type SpecimenOptions } from "./specimen.ts";
import { TeachingPbft } from "./teaching/engine.ts";
import { ALL_RULES, type Rules } from "./teaching/rules.ts";

const CONDUCTS: Readonly<Record<string, ConductMaker>> = {
  "all-proposals": allProposals,
  "falls-silent": fallsSilent,
};

/** What makes a specimen of the teaching engine. */
export interface PbftSpecimenParts {
  readonly says: string;
  readonly fails: string;
  readonly check: "agreement" | "liveness";
  /** Words that the violation's message has, where its check alone does not tell it from other failures. */
  readonly inWords?: string;
  /** The rules that are left out. */
  readonly without: readonly (keyof Rules)[];
  readonly planOf: (seed: number) => PbftPlan;
  /** Messages by the names that the design has for them. */
  readonly words?: (signed: SignedMessage) => string;
  /** Votes that a certificate is made of, where there are no COMMITs. */
  readonly certifies?: "prepare";
}

/** Lets every process run the teaching engine by these rules. */
export function beginTeaching(rules: Rules): Begin {
  return ({ plan }, { keys }, start) => {
    const { viewTicks, viewTicksMax, resendTicks, bufferedMax } = plan;
    return new TeachingPbft({ viewTicks, viewTicksMax, resendTicks, bufferedMax, votingKeys: keys }, start, rules);
  };
}

/** Makes the specimen. */
export function pbftSpecimen(parts: PbftSpecimenParts): Specimen {
  const { says, fails, check } = parts;
  const off = Object.fromEntries(parts.without.map((rule) => [rule, false]));
  const begin = beginTeaching({ ...ALL_RULES, ...off });
  const run = ({ plan, arriving }: Trial<PbftPlan>, recorder?: Recorder) => {
    const { words, certifies } = parts;
    let inputs = 0;
    // Time passes in any case: what somebody has to follow is the rest.
    const counts: CheckMaker = () => ({
      name: "steps",
      stepped: (_at, { kind }) => {
        if (kind !== "tick") inputs++;
      },
    });
    const world = new PbftWorld(plan, {
      ...{ begin, checks: [agreement, counts], conducts: CONDUCTS, arriving, recorder },
      ...(words && { words }),
      ...(certifies && { certifies }),
    });
    const result = world.run();
    return { world, result, inputs };
  };
  const moves = check === "liveness" ? PBFT_LIVENESS_MOVES : PBFT_SAFETY_MOVES;
  const isIt = (violation: Violation) =>
    violation.check === check && violation.message.includes(parts.inWords ?? "");

  function attempt(trial: Trial<PbftPlan>): TrialOutcome {
    const arrivals = new Arrivals(trial.plan.kindAtUs);
    const { world, result, inputs } = run(trial, arrivals);
    const { plan } = trial;
    const conducts = plan.liars.reduce((sum, liar) => sum + liar.conducts.length + (liar.twin ? 1 : 0), 0);
    return {
      violation: result.violation,
      letters: arrivals.names,
      size: {
        ...{ processes: world.processes.length, liars: plan.liars.length, conducts },
        ...{ faults: plan.faults.length, requests: plan.transactions.length },
        ...{ letters: arrivals.count, steps: inputs, virtualUs: result.virtualUs },
      },
    };
  }

  function find({ seeds, from, onProgress }: SpecimenOptions): Found | undefined {
    for (let seed = from; seed < from + seeds; seed++) {
      const plan = parts.planOf(seed);
      const { violation } = run({ plan, arriving: undefined }).result;
      onProgress?.({ kind: "searching", seed, searched: seed - from + 1, seeds });
      if (violation === undefined || !isIt(violation)) continue;
      const shrunk = shrink({
        ...{ plan, run: attempt, isSame: isIt, moves, trialMoves: [fewerHeights], runsMax: SHRINK_RUNS },
        onProgress: (progress) => onProgress?.({ kind: "shrinking", seed, ...progress }),
      });
      const replay = (recorder: Recorder) => run(shrunk, recorder).result.violation;
      return { seed, plan, violation, shrunk, actors: actorsOf(shrunk.plan), replay };
    }
    return undefined;
  }

  return { says, fails, check, find };
}

function actorsOf({ members, spares, liars }: PbftPlan): readonly SpecimenActor[] {
  const nodes = Array.from({ length: members + spares }, (_, node): SpecimenActor => {
    const liar = liars.find((one) => one.node === node);
    const role = liar ? `lies: ${liar.conducts.join(", ")}` : node < members ? "" : "not a member at first";
    return { name: `v${node}`, role, isLiar: liar !== undefined };
  });
  const twins = liars.filter(({ twin }) => twin);
  return [
    ...nodes,
    ...twins.map(({ node }) => ({ name: `v${node}'`, role: `lies: the twin of v${node}`, isLiar: true })),
  ];
}
