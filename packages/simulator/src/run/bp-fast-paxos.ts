// Worlds of BP Fast Paxos: how a seed becomes one.
import { crashMax } from "@witan/primitives";
import { BPFP_CHECKS } from "../bp-fast-paxos/checks/checks.ts";
import { BPFP_CONDUCTS } from "../bp-fast-paxos/conducts/conducts.ts";
import { makeBpfpPlan } from "../bp-fast-paxos/make-plan.ts";
import type { BpfpPlan } from "../bp-fast-paxos/plan.ts";
import { runBpfpPlan } from "../bp-fast-paxos/run-plan.ts";
import { BPFP_NODES_LEVEL } from "../nodes/level.ts";
import { BPFP_LIVENESS_MOVES, BPFP_SAFETY_MOVES, bpfpSizeOf } from "../shrink/bpfp-moves.ts";
import { fewerHeights } from "../shrink/engine-moves.ts";
import { shrinkIfBroken } from "../shrink/shrink-found.ts";
import type { Recorder } from "../world/recorder.ts";
import { circumstancesOf } from "./circumstances.ts";
import type { Actor, Level, Protocol, WorldOutcome, WorldWishes } from "./outcome.ts";
import { namedIn, OWN_CHECKS } from "./own-checks.ts";

function planOf(seed: number, wishes: WorldWishes): BpfpPlan {
  const { proposers, acceptors, crashed, byzantine, adversaries, network } = wishes;
  return makeBpfpPlan(seed, {
    ...(proposers !== undefined && { proposers }),
    ...(acceptors !== undefined && { acceptors }),
    ...(crashed !== undefined && { gone: crashed }),
    ...(byzantine !== undefined && { liars: byzantine }),
    ...(network !== undefined && { network }),
    conducts: adversaries ?? Object.keys(BPFP_CONDUCTS),
  });
}

/** Who is at which place of a world of BP Fast Paxos. */
export function bpfpActorsOf({ nodes, liars, gone }: BpfpPlan): readonly Actor[] {
  return nodes.map(({ role, isSpare }, node): Actor => {
    const liar = liars.find((one) => one.node === node);
    const words = [
      role,
      ...(isSpare ? ["not a member at first"] : []),
      ...(gone.some((one) => one.node === node) ? ["crashes for ever"] : []),
      ...(liar ? [`lies: ${liar.conducts.join(", ")}`] : []),
    ];
    const name = `${{ proposer: "p", acceptor: "a", observer: "o" }[role]}${node}`;
    return { name, role: words.join(", "), isLiar: liar !== undefined };
  });
}

function runPlan(plan: BpfpPlan, recorder: Recorder | undefined): WorldOutcome {
  const { violation, virtualUs, events, decisions, faults, also } = runBpfpPlan(plan, { recorder });
  return {
    seed: plan.seed,
    level: "engines",
    ...{ virtualUs, events, decisions, faults: Object.fromEntries(faults) },
    also: Object.fromEntries(also),
    broken: violation && { check: violation.check, message: violation.message },
  };
}

const ENGINES: Level = {
  says: "engines alone, with a host, a disk and seals that only say whose they are",
  adversaries: namedIn(BPFP_CONDUCTS),
  checks: [...namedIn(BPFP_CHECKS), ...OWN_CHECKS],
  make(seed, wishes) {
    const plan = planOf(seed, wishes);
    return {
      actors: bpfpActorsOf(plan),
      circumstances: circumstancesOf(plan),
      run: (recorder) => runPlan(plan, recorder),
    };
  },
  shrink: (seed, wishes, onProgress) =>
    shrinkIfBroken<BpfpPlan>({
      ...{ plan: planOf(seed, wishes), sizeOf: bpfpSizeOf, actorsOf: bpfpActorsOf, onProgress },
      ...{ safetyMoves: BPFP_SAFETY_MOVES, livenessMoves: BPFP_LIVENESS_MOVES, trialMoves: [fewerHeights] },
      run: ({ plan, arriving }, recorder) => runBpfpPlan(plan, { arriving, recorder }),
    }),
};

/** BP Fast Paxos, as protocols/bp-fast-paxos.md has it. */
export const BP_FAST_PAXOS: Protocol = {
  says: "proposers, any of which may lie, and acceptors that only crash, less than a third of them for ever",
  levels: { engines: ENGINES, nodes: BPFP_NODES_LEVEL },
  scenarios: [],
  crowd: { kind: "roles", crashMax },
};
