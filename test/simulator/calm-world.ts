// Worlds for tests of the simulator itself: nothing bad happens in them but what a test says.
import { checksOf } from "../../packages/simulator/src/pbft/checks/checks.ts";
import { makePbftPlan } from "../../packages/simulator/src/pbft/make-plan.ts";
import type { PbftPlan } from "../../packages/simulator/src/pbft/plan.ts";
import { realEngine } from "../../packages/simulator/src/pbft/real-engine.ts";
import { type Begin, PbftWorld } from "../../packages/simulator/src/pbft/world.ts";

/** A second of virtual time, which is also the first view timer. */
export const SECOND = 1_000_000;

/** Four members on a good network, and one transaction. */
export function calmPlan(more: Partial<PbftPlan> = {}): PbftPlan {
  const { host: _, ...plan } = makePbftPlan(1, { conducts: [], members: 4, liars: 0, network: "lan" });
  const { members = 4, spares = 0, liars = [] } = more;
  const places = members + spares + liars.filter(({ twin }) => twin).length;
  const kind = { lossPermille: 0, duplicatePermille: 0, bytesPerMs: 0, regions: Array(places).fill(0) };
  return {
    ...plan,
    ...{ network: { ...plan.network, ...kind }, faults: [], spares: 0, changesPermille: 0 },
    clocks: Array(places).fill({ skewMs: 0, driftPpm: 0 }),
    transactions: [{ atUs: 1_000, client: 1 }],
    kindAtUs: SECOND,
    ...more,
  };
}

/** A world with all checks that hold in it. */
export function worldOf(plan: PbftPlan, begin: Begin = realEngine): PbftWorld {
  return new PbftWorld(plan, { begin, checks: checksOf(plan), conducts: {} });
}
