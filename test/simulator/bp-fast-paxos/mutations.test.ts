// Every mutation of the engine of BP Fast Paxos and of its host is found by the checks of ordinary worlds, each within a few
// seeds: this is what shows that the checks can fail. Prints where, when WITAN_TABLE is set.
import assert from "node:assert/strict";
import { BPFP_MUTATIONS, type BpfpMutation, bpfpPlanFor } from "@witan/simulator";
import { BPFP_CHECKS } from "../../../packages/simulator/src/bp-fast-paxos/checks/checks.ts";
import { BPFP_CONDUCTS } from "../../../packages/simulator/src/bp-fast-paxos/conducts/conducts.ts";
import { mustBeFound } from "../found-in-worlds.ts";
import { bpfpWorldsOf } from "../mutated.ts";

/** What a world looks at by itself, or its host. */
const OWN = ["liveness", "engine", "encoding", "endless", "durable-votes"];
const CONDUCTS = Object.keys(BPFP_CONDUCTS);

describe("mutations of the engine of BP Fast Paxos and its host", function () {
  this.timeout(60_000);

  it("are many, and name checks that there are", () => {
    assert.ok(Object.keys(BPFP_MUTATIONS).length >= 15);
    for (const [name, { checks, wishes }] of Object.entries(BPFP_MUTATIONS)) {
      assert.match(name, /^[a-z]+(-[a-z]+)*$/);
      for (const check of checks)
        assert.ok(check in BPFP_CHECKS || OWN.includes(check), `${name}: no check ${check}`);
      for (const conduct of wishes?.conducts ?? [])
        assert.ok(CONDUCTS.includes(conduct), `${name}: no conduct ${conduct}`);
    }
  });

  it("change nothing where nothing is replaced: the engine as it is passes in the same worlds", async () => {
    const same = {
      ...BPFP_MUTATIONS["learn-quorum"],
      replace: ["// Learning what was decided", "// Learning what was decided"],
    } as const;
    const run = await bpfpWorldsOf("none", same as BpfpMutation);
    const seen = new Set<string>();
    for (const [name, mutation] of Object.entries(BPFP_MUTATIONS)) {
      const plan = bpfpPlanFor(mutation, mutation.from, CONDUCTS);
      const before = seen.size;
      if (seen.add(JSON.stringify(plan)).size === before) continue;
      const { violation } = run(plan);
      assert.equal(violation, undefined, `${name}, seed ${mutation.from}: ${violation?.message}`);
    }
  });

  for (const [name, mutation] of Object.entries(BPFP_MUTATIONS))
    it(`${name}: ${mutation.says}`, async () => {
      const run = await bpfpWorldsOf(name, mutation);
      await mustBeFound(name, mutation, (seed) => run(bpfpPlanFor(mutation, seed, CONDUCTS)));
    });
});
