// Worlds of proof of work: how a seed becomes one.
import { POW_CHECKS } from "../pow/checks/checks.ts";
import { POW_CONDUCTS } from "../pow/conducts.ts";
import { makePowPlan } from "../pow/make-plan.ts";
import type { PowPlan } from "../pow/plan.ts";
import { runPowPlan } from "../pow/run-plan.ts";
import { POW_LIVENESS_MOVES, POW_SAFETY_MOVES, powSizeOf } from "../shrink/pow-moves.ts";
import { shrinkIfBroken } from "../shrink/shrink-found.ts";
import type { Recorder } from "../world/recorder.ts";
import { circumstancesOf } from "./circumstances.ts";
import type { Actor, Level, Protocol, WorldOutcome, WorldWishes } from "./outcome.ts";
import { namedIn } from "./own-checks.ts";

function planOf(seed: number, { members, byzantine, adversaries, network }: WorldWishes): PowPlan {
  return makePowPlan(seed, {
    ...(members !== undefined && { nodes: members }),
    ...(byzantine !== undefined && { liars: byzantine }),
    ...(network !== undefined && { network }),
    conducts: adversaries ?? Object.keys(POW_CONDUCTS),
  });
}

function actorsOf({ power, liars }: PowPlan): readonly Actor[] {
  return power.map((share, place): Actor => {
    const liar = liars.find(({ node }) => node === place);
    const words = [
      share === 0 ? "only follows" : `${share / 10} % of all hash power`,
      ...(liar ? [`lies: ${liar.conducts.join(", ")}`] : []),
    ];
    return { name: `m${place}`, role: words.join(", "), isLiar: liar !== undefined };
  });
}

function runPlan(plan: PowPlan, recorder: Recorder | undefined): WorldOutcome {
  const { violation, virtualUs, events, decisions, faults, also } = runPowPlan(plan, { recorder });
  return {
    ...{ seed: plan.seed, level: "engines", virtualUs, events, decisions },
    ...{ faults: Object.fromEntries(faults), also: Object.fromEntries(also) },
    broken: violation && { check: violation.check, message: violation.message },
  };
}

const ENGINES: Level = {
  says: "engines alone, with a host and a disk, and miners that find blocks as often as their power lets them",
  adversaries: namedIn(POW_CONDUCTS),
  checks: [
    ...namedIn(POW_CHECKS),
    {
      name: "liveness",
      says: "soon after one miner alone is left, all stand on one chain with everything that was paid",
    },
    { name: "engine", says: "an engine takes in anything, and never throws" },
    { name: "endless", says: "time goes on, and what waits does not grow for ever" },
  ],
  make(seed, wishes) {
    const plan = planOf(seed, wishes);
    return {
      actors: actorsOf(plan),
      circumstances: circumstancesOf(plan),
      run: (recorder) => runPlan(plan, recorder),
    };
  },
  shrink: (seed, wishes, onProgress) =>
    shrinkIfBroken<PowPlan>({
      ...{ plan: planOf(seed, wishes), sizeOf: powSizeOf, actorsOf, onProgress },
      ...{ safetyMoves: POW_SAFETY_MOVES, livenessMoves: POW_LIVENESS_MOVES },
      run: ({ plan, arriving }, recorder) => runPowPlan(plan, { arriving, recorder }),
    }),
};

/** Proof of work, as protocols/proof-of-work.md has it. */
export const POW: Protocol = {
  says: "miners, of which any may lie; the chain with the most work counts, and nothing is ever final",
  levels: { engines: ENGINES },
  scenarios: [],
  // What is checked holds whatever liars have: all but one may lie.
  crowd: { kind: "members", byzantineMax: (members) => Math.max(0, members - 1) },
};
