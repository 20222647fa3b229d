// A calm world of engines of BP Fast Paxos, measured.
import type { BpfpMessage } from "@witan/consensus";
import { assert } from "@witan/primitives";
import type { BpfpPlan, NodePlan } from "../bp-fast-paxos/plan.ts";
import { realEngine } from "../bp-fast-paxos/real-engine.ts";
import { BpfpWorld } from "../bp-fast-paxos/world.ts";
import { Counts } from "./counts.ts";
import type { Measured, MeasureOptions } from "./types.ts";
import { calmPlan, TIMER_TICKS, WaveTimes } from "./waves.ts";

/** Beside the acceptors. */
export const PROPOSERS = 2;

/** Measures one. */
export function measureBpFastPaxos(options: MeasureOptions): Measured {
  const nodes: readonly NodePlan[] = [
    ...Array<NodePlan>(PROPOSERS).fill({ role: "proposer", isSpare: false }),
    ...Array<NodePlan>(options.members).fill({ role: "acceptor", isSpare: false }),
  ];
  const plan: BpfpPlan = {
    ...calmPlan(options, nodes.length),
    ...{ nodes, liars: [], gone: [], promiseAuthentication: "mac", detectByzantineAcceptors: false },
    ...{ roundTicks: TIMER_TICKS.first, roundTicksMax: TIMER_TICKS.longest },
  };
  const counts = new Counts();
  const times = new WaveTimes(plan);
  const world: BpfpWorld = new BpfpWorld(plan, {
    ...{ begin: realEngine, conducts: {}, meter: counts },
    checks: [
      () => ({
        name: "measure",
        said: (_at, message) => counts.made(signaturesIn(message)),
        applied: ({ place }, block) => times.applied(place, block, world.queue.nowUs),
      }),
    ],
  });
  const { violation, virtualUs } = world.run();
  assert(violation === undefined, `a calm world of BP Fast Paxos breaks a rule: ${violation?.message}`);
  assert(times.blocks === options.blocks, `${times.blocks} blocks, not ${options.blocks}`);
  return {
    ...options,
    ...{ processes: nodes.length, transactions: plan.transactions.length, kinds: counts.kinds, virtualUs },
    ...{ signaturesMade: counts.signaturesMade, signaturesChecked: counts.signaturesChecked, hashes: 0 },
    ...{ clientUs: times.clientUs, everywhereUs: times.everywhereUs, chain: undefined },
  };
}

/** Of its sender. */
function signaturesIn(message: BpfpMessage): number {
  if (message.kind === "decided") return 1;
  return message.kind === "accept" || message.kind === "learn" ? message.signature.length : 0;
}
