// The systematic search: every scenario of a small class and some of the whole, with the engine as it is and with two
// that leave out a rule.
import assert from "node:assert/strict";
import {
  MUTATIONS,
  type Mutation,
  runTwins,
  TWINS_SIZE,
  textOfTwins,
  twinsScenarios,
} from "@witan/simulator";
import { Random } from "../../packages/simulator/src/random.ts";
import { twinsOf } from "./mutated.ts";

describe("Twins: every scenario up to a size", function () {
  this.timeout(60_000);

  it("enumerates each scenario once", () => {
    const count = (sets: number, changes: number) => [...twinsScenarios({ sets, changes })].length;
    assert.equal(count(1, 4), 3);
    assert.equal(count(2, 0), 30);
    assert.equal(count(2, 1), 1_350);
    assert.equal(count(TWINS_SIZE.sets, TWINS_SIZE.changes), 26_586);
    const names = [...twinsScenarios({ sets: 2, changes: 1 })].map(textOfTwins);
    assert.equal(new Set(names).size, names.length);
  });

  it("finds nothing in the engine: all of two sets and one change", () => {
    const { violations, scenarios, decisions } = runTwins(twinsScenarios({ sets: 2, changes: 1 }));
    assert.deepEqual(violations, []);
    assert.equal(decisions, scenarios);
  });

  it("finds nothing in the engine: some of the whole", () => {
    const random = Random.of(1, "twins");
    const some = [...twinsScenarios(TWINS_SIZE)].filter(() => random.chance(15));
    assert.ok(some.length > 300, `only ${some.length}`);
    assert.deepEqual(runTwins(some).violations, []);
  });

  for (const [name, size] of [
    ["commit-quorum", { sets: 2, changes: 1 }],
    ["forced-ignored", TWINS_SIZE],
  ] as const)
    it(`finds two blocks decided: ${name}`, async () => {
      const run = await twinsOf(name, MUTATIONS[name] as Mutation);
      let tried = 0;
      for (const scenario of twinsScenarios(size)) {
        tried++;
        const { violation } = run(scenario);
        if (violation?.check !== "agreement") continue;
        if (process.env["WITAN_TABLE"] !== undefined)
          console.log(`      ${tried}: ${textOfTwins(scenario)}: ${violation.message}`);
        return;
      }
      assert.fail(`nothing in ${tried} scenarios`);
    });
});
