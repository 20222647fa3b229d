// Two of four are away for thousands of view timers: the two that stay decide nothing, keep no more memory than before,
// and when the others are back everything pending is final within ten view timers.
import assert from "node:assert/strict";
import type { Fault } from "../../packages/simulator/src/world/plan.ts";
import { calmPlan, SECOND, worldOf } from "./calm-world.ts";

const AWAY_US = 2_000 * SECOND;
const OUTAGES = {
  crashed: (process: number): Fault => ({
    kind: "crash",
    process,
    effects: 0,
    atUs: 2 * SECOND,
    untilUs: AWAY_US,
  }),
  "cut off": (process: number): Fault => {
    const others = [0, 1, 2, 3].filter((other) => other !== process);
    const cut = others.flatMap((other): [number, number][] => [
      [process, other],
      [other, process],
    ]);
    return { kind: "partition", cut, atUs: 2 * SECOND, untilUs: AWAY_US };
  },
} as const;

describe("a long outage", function () {
  this.timeout(60_000);
  for (const [how, outage] of Object.entries(OUTAGES))
    it(`two of four are ${how} for 2,000 view timers`, () => {
      const transactions = [1, 3, 100, 1_500, 2_001].map((seconds) => ({
        atUs: seconds * SECOND,
        client: 1,
      }));
      const world = worldOf(
        calmPlan({
          ...{ transactions, kindAtUs: AWAY_US, boundUs: 10 * SECOND },
          faults: [outage(0), outage(1)],
        }),
      );
      const { violation, decisions } = world.run();
      assert.equal(violation, undefined, `${violation?.check}: ${violation?.message}`);
      assert.ok(decisions >= 2, `${decisions} decisions`);
    });
});
