// Every mutation of the engine of proof of work is found by the checks of ordinary worlds, each within a few seeds: this is
// what shows that the checks can fail. Prints where, when WITAN_TABLE is set.
import assert from "node:assert/strict";
import { POW_MUTATIONS, type PowMutation, powPlanFor } from "@witan/simulator";
import { POW_CHECKS } from "../../../packages/simulator/src/pow/checks/checks.ts";
import { POW_CONDUCTS } from "../../../packages/simulator/src/pow/conducts.ts";
import { mustBeFound } from "../found-in-worlds.ts";
import { powWorldsOf } from "../mutated.ts";

const OWN = ["liveness", "engine", "endless"];
const CONDUCTS = Object.keys(POW_CONDUCTS);

describe("mutations of the engine of proof of work", function () {
  this.timeout(60_000);

  it("name checks and conducts that there are", () => {
    for (const [name, { checks, wishes }] of Object.entries(POW_MUTATIONS)) {
      assert.match(name, /^[a-z]+(-[a-z]+)*$/);
      for (const check of checks)
        assert.ok(check in POW_CHECKS || OWN.includes(check), `${name}: no check ${check}`);
      for (const conduct of wishes?.conducts ?? [])
        assert.ok(CONDUCTS.includes(conduct), `${name}: no conduct ${conduct}`);
    }
  });

  it("change nothing where nothing is replaced: the engine as it is passes in the same worlds", async () => {
    const text = "// The choice between branches";
    const same: PowMutation = { ...POW_MUTATIONS["undo-in-order"]!, replace: [text, text] };
    const run = await powWorldsOf("none", same);
    for (const [name, mutation] of Object.entries(POW_MUTATIONS)) {
      const { violation } = run(powPlanFor(mutation, mutation.from, CONDUCTS));
      assert.equal(violation, undefined, `${name}, seed ${mutation.from}: ${violation?.message}`);
    }
  });

  for (const [name, mutation] of Object.entries(POW_MUTATIONS))
    it(`${name}: ${mutation.says}`, async () => {
      const run = await powWorldsOf(name, mutation);
      await mustBeFound(name, mutation, (seed) => run(powPlanFor(mutation, seed, CONDUCTS)));
    });
});
