// Every mutation of the engine and of its host is found by the checks of ordinary worlds, each within a few seeds: this is
// what shows that the checks can fail. Prints where, when WITAN_TABLE is set.
import assert from "node:assert/strict";
import { MUTATIONS, planFor, SCENARIOS } from "@witan/simulator";
import { CHECKS } from "../../packages/simulator/src/pbft/checks/checks.ts";
import { CONDUCTS } from "../../packages/simulator/src/pbft/conducts/conducts.ts";
import { mustBeFound } from "./found-in-worlds.ts";
import { worldsOf } from "./mutated.ts";

/** What a world looks at by itself. */
const OWN = ["liveness", "engine", "encoding", "endless"];

describe("mutations of the engine and its host", function () {
  this.timeout(60_000);

  it("are many, and name checks that there are", () => {
    assert.ok(Object.keys(MUTATIONS).length >= 30);
    for (const [name, { checks, wishes, scenario }] of Object.entries(MUTATIONS)) {
      assert.match(name, /^[a-z]+(-[a-z]+)*$/);
      for (const check of checks)
        assert.ok(check in CHECKS || OWN.includes(check), `${name}: no check ${check}`);
      for (const conduct of wishes?.conducts ?? [])
        assert.ok(conduct in CONDUCTS, `${name}: no conduct ${conduct}`);
      assert.ok(scenario === undefined || scenario in SCENARIOS, `${name}: no scenario ${scenario}`);
    }
  });

  it("change nothing where nothing is replaced: the engine as it is passes in the same worlds", async () => {
    const same = {
      ...MUTATIONS["commit-quorum"],
      replace: ["// What is known", "// What is known"],
    } as const;
    const run = await worldsOf("none", same as (typeof MUTATIONS)[string]);
    for (const [name, mutation] of Object.entries(MUTATIONS)) {
      const plan = planFor(mutation, mutation.from, Object.keys(CONDUCTS));
      const { violation } = run(plan);
      assert.equal(
        violation,
        undefined,
        `${name}, seed ${mutation.from}: ${violation?.check}: ${violation?.message}`,
      );
    }
  });

  for (const [name, mutation] of Object.entries(MUTATIONS))
    it(`${name}: ${mutation.says}`, async () => {
      const run = await worldsOf(name, mutation);
      await mustBeFound(name, mutation, (seed) => run(planFor(mutation, seed, Object.keys(CONDUCTS))));
    });
});
