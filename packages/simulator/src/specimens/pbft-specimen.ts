// Specimens that are PBFT but for a rule: the teaching engine without it, in the same world, under the same host and
// checks as the real one.
import type { SignedMessage } from "@witan/consensus";
import type { CheckMaker } from "../pbft/check.ts";
import { agreement } from "../pbft/checks/agreement.ts";
import type { ConductMaker } from "../pbft/conduct.ts";
import type { PbftPlan } from "../pbft/plan.ts";
import { type Begin, PbftWorld } from "../pbft/world.ts";
import { actorsOf } from "../run/actors.ts";
import { fewerHeights, PBFT_LIVENESS_MOVES, PBFT_SAFETY_MOVES } from "../shrink/pbft-moves.ts";
import { shrink, type Trial, type TrialOutcome } from "../shrink/shrink.ts";
import { Arrivals } from "../world/arrivals.ts";
import type { Recorder } from "../world/recorder.ts";
import type { Violation } from "../world/violation.ts";
import { allProposals, fallsSilent } from "./conducts.ts";
import { type Found, SHRINK_RUNS, type Specimen, type SpecimenOptions } from "./specimen.ts";
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
  /** How many worlds a seed stands for, where few of them show the failure: one, unless said. */
  readonly worlds?: number;
  /** Messages by the names that the design has for them. */
  readonly words?: (signed: SignedMessage) => string;
  /** Votes that a certificate is made of, where there are no COMMITs. */
  readonly certifies?: "prepare";
}

/** Lets every process run the teaching engine by these rules. */
export function beginTeaching(rules: Rules): Begin {
  return ({ plan }, { keys }, start) => {
    const { viewTicks, viewTicksMax, resendTicks, bufferedMax } = plan;
    return new TeachingPbft(
      { viewTicks, viewTicksMax, resendTicks, bufferedMax, votingKeys: keys },
      start,
      rules,
    );
  };
}

/** A specimen of the teaching engine. */
export class PbftSpecimen implements Specimen {
  readonly says: string;
  readonly fails: string;
  readonly check: string;
  readonly #parts: PbftSpecimenParts;
  readonly #begin: Begin;

  constructor(parts: PbftSpecimenParts) {
    this.says = parts.says;
    this.fails = parts.fails;
    this.check = parts.check;
    this.#parts = parts;
    const off = Object.fromEntries(parts.without.map((rule) => [rule, false]));
    this.#begin = beginTeaching({ ...ALL_RULES, ...off });
  }

  find({ seeds, from, onProgress }: SpecimenOptions): Found | undefined {
    const moves = this.#parts.check === "liveness" ? PBFT_LIVENESS_MOVES : PBFT_SAFETY_MOVES;
    for (let seed = from; seed < from + seeds; seed++) {
      const found = this.#search(seed);
      onProgress?.({ kind: "searching", seed, searched: seed - from + 1, seeds });
      if (found === undefined) continue;
      const { plan, violation } = found;
      const shrunk = shrink({
        ...{ plan, moves, trialMoves: [fewerHeights], runsMax: SHRINK_RUNS },
        run: (trial) => this.#attempt(trial),
        isSame: (other) => this.#isIt(other),
        onProgress: (progress) => onProgress?.({ kind: "shrinking", seed, ...progress }),
      });
      const replay = (recorder: Recorder) => this.#run(shrunk, recorder).result.violation;
      return { seed, plan, violation, shrunk, actors: actorsOf(shrunk.plan), replay };
    }
    return undefined;
  }

  control(seed: number): Violation | undefined {
    for (const plan of this.#plansOf(seed)) {
      const options = { begin: beginTeaching(ALL_RULES), checks: [agreement], conducts: CONDUCTS };
      const { violation } = new PbftWorld(plan, options).run();
      if (violation) return violation;
    }
    return undefined;
  }

  #isIt({ check, message }: Violation): boolean {
    return check === this.check && message.includes(this.#parts.inWords ?? "");
  }

  *#plansOf(seed: number): Generator<PbftPlan> {
    const { worlds = 1, planOf } = this.#parts;
    for (let number = 0; number < worlds; number++) yield planOf(seed * worlds + number);
  }

  /** The first world of a seed that shows the failure. */
  #search(seed: number): { readonly plan: PbftPlan; readonly violation: Violation } | undefined {
    for (const plan of this.#plansOf(seed)) {
      const { violation } = this.#run({ plan, arriving: undefined }).result;
      if (violation !== undefined && this.#isIt(violation)) return { plan, violation };
    }
    return undefined;
  }

  #run({ plan, arriving }: Trial<PbftPlan>, recorder?: Recorder) {
    const { words, certifies } = this.#parts;
    let inputs = 0;
    // Time passes in any case: what somebody has to follow is the rest.
    const counts: CheckMaker = () => ({
      name: "steps",
      stepped: (_at, { kind }) => {
        if (kind !== "tick") inputs++;
      },
    });
    const world = new PbftWorld(plan, {
      ...{ begin: this.#begin, checks: [agreement, counts], conducts: CONDUCTS, arriving, recorder },
      ...(words && { words }),
      ...(certifies && { certifies }),
    });
    const result = world.run();
    return { world, result, inputs };
  }

  #attempt(trial: Trial<PbftPlan>): TrialOutcome {
    const arrivals = new Arrivals(trial.plan.kindAtUs);
    const { world, result, inputs } = this.#run(trial, arrivals);
    const { liars, faults, transactions } = trial.plan;
    const conducts = liars.reduce((sum, liar) => sum + liar.conducts.length + (liar.twin ? 1 : 0), 0);
    return {
      violation: result.violation,
      letters: arrivals.names,
      size: {
        ...{ processes: world.processes.length, liars: liars.length, conducts },
        ...{ faults: faults.length, requests: transactions.length },
        ...{ letters: arrivals.count, steps: inputs, virtualUs: result.virtualUs },
      },
    };
  }
}
