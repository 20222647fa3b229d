// Worlds of whole nodes on a good day, in which tests spoil something to see whether a check finds it.
import assert from "node:assert/strict";
import type { NodeCheckMaker } from "../../packages/simulator/src/nodes/check.ts";
import { NODE_CHECKS } from "../../packages/simulator/src/nodes/checks/checks.ts";
import { makeNodesPlan } from "../../packages/simulator/src/nodes/make-nodes-plan.ts";
import type { NodeProcess } from "../../packages/simulator/src/nodes/node-process.ts";
import type { NodesPlan } from "../../packages/simulator/src/nodes/plan.ts";
import { NodesWorld } from "../../packages/simulator/src/nodes/world.ts";

const SEED = 7;

/** Four members on a good day, and a few payments. */
export function calmNodesPlan(more: Partial<NodesPlan> = {}): NodesPlan {
  const dealings = [1, 2, 3, 4, 5].map((count) => ({
    atUs: count * 200_000,
    client: count % 4,
    kind: "pay" as const,
  }));
  return {
    ...makeNodesPlan(SEED, { members: 4, liars: 0, network: "lan" }),
    ...{ spares: 0, faults: [], changes: [], dealings, kindAtUs: 1_500_000 },
    clocks: [],
    network: { profile: "lan", regions: [], lossPermille: 0, duplicatePermille: 0, bytesPerMs: 0 },
    ...more,
  };
}

/** What a world comes to in which somebody does something. */
export async function foundBy(
  check: string,
  happens: (world: NodesWorld, processes: readonly NodeProcess[]) => void,
  plan = calmNodesPlan(),
): Promise<string | undefined> {
  const make = NODE_CHECKS[check]?.make;
  assert.ok(make, check);
  const world = new NodesWorld(plan, { checks: [make] });
  happens(world, world.processes);
  const { violation } = await world.run();
  return violation?.check;
}

/** Does something at the end, before others look. */
function atTheEnd(spoil: (world: NodesWorld) => void | Promise<void>): NodeCheckMaker {
  return (world) => ({ name: "spoiler", ended: () => spoil(world) });
}

export async function withSpoiler(check: string, spoil: (world: NodesWorld) => void | Promise<void>) {
  const make = NODE_CHECKS[check]?.make;
  assert.ok(make, check);
  const world = new NodesWorld(calmNodesPlan(), { checks: [atTheEnd(spoil), make] });
  return (await world.run()).violation;
}
