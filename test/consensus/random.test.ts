// PBFT in worlds of chance, under the engine as a node runs it: nothing that the simulator checks is broken, and nobody
// who has all its data is ever silent, since its records account for its guard after every crash. The worlds of each
// circumstance, in numbers, are run by test/simulator; here are those that only this page of the protocol asks for: tight
// timers, and quorums that only some come to know. WITAN_SEED=n runs one seed, WITAN_WORLDS=n the first n.
import assert from "node:assert/strict";
import { checksOf } from "../../packages/simulator/src/pbft/checks/checks.ts";
import { CONDUCT_MAKERS, CONDUCTS } from "../../packages/simulator/src/pbft/conducts/conducts.ts";
import { makePbftPlan } from "../../packages/simulator/src/pbft/make-plan.ts";
import { PbftWorld } from "../../packages/simulator/src/pbft/world.ts";
import { harshWorld } from "./harsh-world.ts";
import { unhurt } from "./lossy-world.ts";
import { seedsOf } from "./seeds.ts";

describe("PBFT in random worlds, with all its data", function () {
  this.timeout(60_000);

  it("is safe, decides and is never silent where quorums form that only some come to know", () => {
    let highest = 0;
    for (const seed of seedsOf(60)) {
      const stage = named(seed, () => harshWorld(seed, unhurt));
      highest = Math.max(highest, ...stage.correct.map(({ engine }) => engine.status().view));
    }
    assert.ok(highest > 5, `views up to ${highest} only`);
  });

  it("is never silent, whatever befalls its world", () => {
    let crashes = 0;
    for (const seed of seedsOf(24)) {
      const plan = makePbftPlan(seed, { conducts: Object.keys(CONDUCTS) });
      const world = new PbftWorld(plan, {
        ...{ begin: unhurt, checks: checksOf(plan), conducts: CONDUCT_MAKERS },
      });
      const { violation, faults } = world.run();
      assert.equal(violation, undefined, `seed ${seed}: ${violation?.check}: ${violation?.message}`);
      crashes += (faults.get("crash") ?? 0) + (faults.get("power-cut") ?? 0);
    }
    assert.ok(crashes > 10, `${crashes} crashes only`);
  });
});

/** Lets what is broken say of which world. */
function named<T>(seed: number, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw new Error(`seed ${seed}`, { cause: error });
  }
}
