// Two of four are away for thousands of view timers: the two that stay decide nothing, keep no more memory than before,
// and when the others are back everything pending is final within ten view timers. And one stands still while blocks go on.
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

// Found by a search: the engine asked for blocks once for each message that it had missed, and again with each block.
describe("a member that stood still", function () {
  this.timeout(60_000);
  it("has little to carry out for all that it missed, however slow its disk is then", () => {
    const still: Fault = { kind: "pause", process: 6, atUs: 2 * SECOND, untilUs: 7 * SECOND };
    const slow: Fault = {
      ...{ kind: "slow-disk", process: 6, perWriteUs: 2 * SECOND },
      ...{ atUs: 1 * SECOND, untilUs: 15 * SECOND },
    };
    const world = worldOf(
      calmPlan({
        ...{ members: 7, faults: [still, slow], kindAtUs: 15 * SECOND, boundUs: 10 * SECOND },
        transactions: Array.from({ length: 700 }, (_, number) => ({ atUs: number * 20_000, client: 1 })),
      }),
    );
    const { violation, decisions } = world.run();
    assert.equal(violation, undefined, `${violation?.check}: ${violation?.message}`);
    assert.ok(decisions > 300, `${decisions} decisions`);
  });
});
