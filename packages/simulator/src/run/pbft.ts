// Worlds of PBFT: how a seed becomes one, at each level.
import { byzantineMax } from "@witan/primitives";
import type { EngineWorldResult } from "../engines/world.ts";
import { NODES } from "../nodes/level.ts";
import { CHECKS, checksOf } from "../pbft/checks/checks.ts";
import { CONDUCT_MAKERS, CONDUCTS } from "../pbft/conducts/conducts.ts";
import { makePbftPlan } from "../pbft/make-plan.ts";
import type { PbftPlan } from "../pbft/plan.ts";
import { realEngine } from "../pbft/real-engine.ts";
import { SCENARIOS, type Scenario } from "../pbft/scenarios.ts";
import { PbftWorld } from "../pbft/world.ts";
import { fewerHeights } from "../shrink/engine-moves.ts";
import { PBFT_LIVENESS_MOVES, PBFT_SAFETY_MOVES, pbftSizeOf } from "../shrink/pbft-moves.ts";
import type { Trial } from "../shrink/shrink.ts";
import { shrinkIfBroken } from "../shrink/shrink-found.ts";
import type { Recorder } from "../world/recorder.ts";
import { actorsOf } from "./actors.ts";
import { TWIN } from "./choices.ts";
import { circumstancesOf } from "./circumstances.ts";
import type { Level, Protocol, WorldOutcome, WorldWishes } from "./outcome.ts";
import { namedIn, OWN_CHECKS } from "./own-checks.ts";

function planOf(seed: number, wishes: WorldWishes): PbftPlan {
  const { members, byzantine, adversaries, network } = wishes;
  if (wishes.scenario !== undefined) return scenarioNamed(wishes.scenario).plan(seed);
  const named = adversaries?.filter((name) => name in CONDUCTS);
  return makePbftPlan(seed, {
    ...(members !== undefined && { members }),
    ...(byzantine !== undefined && { liars: byzantine }),
    ...(network !== undefined && { network }),
    ...(adversaries !== undefined && { twins: adversaries.includes(TWIN.name) }),
    conducts: named ?? Object.keys(CONDUCTS),
  });
}

function scenarioNamed(name: string): Scenario {
  const found = SCENARIOS[name];
  if (found === undefined) throw new RangeError(`there is no scenario ${name}`);
  return found;
}

function run({ plan, arriving }: Trial<PbftPlan>, recorder?: Recorder): EngineWorldResult {
  const parts = { begin: realEngine, checks: checksOf(plan), conducts: CONDUCT_MAKERS };
  return new PbftWorld(plan, { ...parts, arriving, recorder }).run();
}

function runPlan(plan: PbftPlan, recorder: Recorder | undefined): WorldOutcome {
  const { violation, virtualUs, events, decisions, faults, also } = run(
    { plan, arriving: undefined },
    recorder,
  );
  return {
    seed: plan.seed,
    level: "engines",
    ...{ virtualUs, events, decisions, faults: Object.fromEntries(faults) },
    also: Object.fromEntries(also),
    broken: violation && { check: violation.check, message: violation.message },
  };
}

const ENGINES: Level = {
  says: "engines alone, with a host, a disk and signatures that only say whose they are",
  adversaries: [TWIN, ...namedIn(CONDUCTS)],
  checks: [...namedIn(CHECKS), ...OWN_CHECKS],
  make(seed, wishes) {
    const plan = planOf(seed, wishes);
    return {
      actors: actorsOf(plan),
      circumstances: circumstancesOf(plan),
      run: (recorder) => runPlan(plan, recorder),
    };
  },
  shrink: (seed, wishes, onProgress) =>
    shrinkIfBroken<PbftPlan>({
      ...{ plan: planOf(seed, wishes), run, sizeOf: pbftSizeOf, actorsOf, onProgress },
      ...{ safetyMoves: PBFT_SAFETY_MOVES, livenessMoves: PBFT_LIVENESS_MOVES, trialMoves: [fewerHeights] },
    }),
};

/** PBFT, as protocols/pbft.md has it. */
export const PBFT: Protocol = {
  says: "validators that know each other, in views with a primary; less than a third may lie",
  levels: { engines: ENGINES, nodes: NODES },
  scenarios: Object.entries(SCENARIOS).map(([name, { says, source }]) => ({
    name,
    says: `${says} (${source})`,
  })),
  crowd: { kind: "members", byzantineMax },
};
