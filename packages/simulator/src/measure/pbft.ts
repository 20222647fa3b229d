// A calm world of PBFT engines, measured.
import { assert } from "@witan/primitives";
import type { PbftPlan } from "../pbft/plan.ts";
import { realEngine } from "../pbft/real-engine.ts";
import { PbftWorld } from "../pbft/world.ts";
import { Counts } from "./counts.ts";
import type { Measured, MeasureOptions } from "./types.ts";
import { calmPlan, TIMER_TICKS, WaveTimes } from "./waves.ts";

/** Measures one. */
export function measurePbft(options: MeasureOptions): Measured {
  const { members } = options;
  const plan: PbftPlan = {
    ...calmPlan(options, members),
    ...{ members, spares: 0, liars: [], changes: "one" },
    ...{ viewTicks: TIMER_TICKS.first, viewTicksMax: TIMER_TICKS.longest },
  };
  const counts = new Counts();
  const times = new WaveTimes(plan);
  const world: PbftWorld = new PbftWorld(plan, {
    ...{ begin: realEngine, conducts: {}, meter: counts },
    checks: [
      () => ({
        name: "measure",
        signed: () => counts.made(1),
        applied: ({ place }, block) => times.applied(place, block, world.queue.nowUs),
      }),
    ],
  });
  const { violation, virtualUs } = world.run();
  assert(violation === undefined, `a calm world of PBFT breaks a rule: ${violation?.message}`);
  assert(times.blocks === options.blocks, `${times.blocks} blocks, not ${options.blocks}`);
  return {
    ...options,
    ...{ processes: members, transactions: plan.transactions.length, kinds: counts.kinds, virtualUs },
    ...{ signaturesMade: counts.signaturesMade, signaturesChecked: counts.signaturesChecked, hashes: 0 },
    ...{ clientUs: times.clientUs, everywhereUs: times.everywhereUs, chain: undefined },
  };
}
