// Long outages of whole nodes: two of four are away, or apart from the others, for more than a hundred view timers, while
// clients go on paying; one is away while the others go on. Once all are back, every payment becomes final at all of them.
import assert from "node:assert/strict";
import { nodeChecksOf } from "../../packages/simulator/src/nodes/checks/checks.ts";
import type { NodeFault, NodesPlan } from "../../packages/simulator/src/nodes/plan.ts";
import { NodesWorld } from "../../packages/simulator/src/nodes/world.ts";
import { calmNodesPlan } from "./calm-nodes.ts";

const SECOND = 1_000_000;
const LONG_US = 120 * SECOND;
const SPAN = { atUs: 2 * SECOND, untilUs: LONG_US };
/** Every link between the first two and the others, in both directions. */
const BETWEEN = [0, 1].flatMap((one) =>
  [2, 3].flatMap((other): [number, number][] => [
    [one, other],
    [other, one],
  ]),
);
const OUTAGES: Readonly<Record<string, readonly NodeFault[]>> = {
  "two crash": [0, 1].map((process) => ({ kind: "crash", process, effects: 0, ...SPAN })),
  "two are cut off from the others": [{ kind: "partition", cut: BETWEEN, ...SPAN }],
  "one is stopped, and the others go on": [{ kind: "stop", process: 3, ...SPAN }],
};

function planOf(faults: readonly NodeFault[], kindAtUs = LONG_US): NodesPlan {
  const dealings = Array.from({ length: 40 }, (_, number) => ({
    ...{ atUs: SECOND + number * 3 * SECOND, client: number % 4, kind: "pay" as const },
  }));
  const plan = calmNodesPlan({ faults, dealings, kindAtUs, emptyBlockIntervalMs: 3_000 });
  return { ...plan, boundUs: 15 * SECOND };
}

async function violationIn(plan: NodesPlan): Promise<string | undefined> {
  const { violation } = await new NodesWorld(plan, { checks: nodeChecksOf(plan) }).run();
  return violation && `${violation.check}: ${violation.message}`;
}

describe("a long outage of whole nodes", function () {
  this.timeout(120_000);

  for (const [how, faults] of Object.entries(OUTAGES))
    it(`everything is final within fifteen seconds of its end: ${how}`, async () => {
      assert.equal(await violationIn(planOf(faults)), undefined);
    });

  it("would be seen if it had no end", async () => {
    const [faults = []] = Object.values(OUTAGES);
    assert.match((await violationIn(planOf(faults, LONG_US - 30 * SECOND))) ?? "nothing", /^liveness: /);
  });
});
