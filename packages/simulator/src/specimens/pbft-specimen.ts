// Specimens that are PBFT but for a rule: the teaching engine without it, in the same world, under the same host and
// checks as the real one.
import type { SignedMessage } from "@witan/consensus";
import { agreement } from "../pbft/checks/agreement.ts";
import type { ConductMaker } from "../pbft/conduct.ts";
import type { PbftPlan } from "../pbft/plan.ts";
import { type Begin, PbftWorld } from "../pbft/world.ts";
import { actorsOf } from "../run/actors.ts";
import { PBFT_LIVENESS_MOVES, PBFT_SAFETY_MOVES, pbftSizeOf } from "../shrink/pbft-moves.ts";
import type { Trial } from "../shrink/shrink.ts";
import type { WorldRun } from "../shrink/shrink-world.ts";
import type { Recorder } from "../world/recorder.ts";
import { allProposals, fallsSilent } from "./conducts.ts";
import { EngineSpecimen } from "./engine-specimen.ts";
import { SHRINK_RUNS } from "./specimen.ts";
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
export class PbftSpecimen extends EngineSpecimen<PbftPlan> {
  constructor(parts: PbftSpecimenParts) {
    const { says, fails, check, planOf, inWords = "", worlds = 1 } = parts;
    const off = Object.fromEntries(parts.without.map((rule) => [rule, false]));
    const begin = beginTeaching({ ...ALL_RULES, ...off });
    super({
      ...{ says, fails, check, inWords, planOf, worlds, actorsOf, sizeOf: pbftSizeOf, runsMax: SHRINK_RUNS },
      moves: check === "liveness" ? PBFT_LIVENESS_MOVES : PBFT_SAFETY_MOVES,
      run: (trial, recorder) => run(parts, begin, trial, recorder),
      control: (plan) => {
        const options = { begin: beginTeaching(ALL_RULES), checks: [agreement], conducts: CONDUCTS };
        return new PbftWorld(plan, options).run().violation;
      },
    });
  }
}

function run(
  { words, certifies }: PbftSpecimenParts,
  begin: Begin,
  { plan, arriving }: Trial<PbftPlan>,
  recorder: Recorder | undefined,
): WorldRun {
  return new PbftWorld(plan, {
    ...{ begin, checks: [agreement], conducts: CONDUCTS, arriving, recorder },
    ...(words && { words }),
    ...(certifies && { certifies }),
  }).run();
}
