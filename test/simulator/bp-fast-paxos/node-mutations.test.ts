// Every mutation of a host of BP Fast Paxos is found by the checks of worlds of whole nodes, each within a few seeds. Prints
// where, when WITAN_TABLE is set; WITAN_ONLY=NAME,NAME runs some.
import assert from "node:assert/strict";
import { BPFP_NODE_MUTATIONS, bpfpNodesPlanFor, PROTOCOLS } from "@witan/simulator";
import { runNodesWorld } from "../../../packages/simulator/src/nodes/run-nodes-world.ts";
import { BPFP_TAPS } from "../../../packages/simulator/src/nodes/taps/bpfp-taps.ts";
import { mustBeFound } from "../found-in-worlds.ts";
import { nodeWorldsOf } from "../mutated.ts";

const CHECKS = PROTOCOLS["bp-fast-paxos"]?.levels.nodes?.checks.map(({ name }) => name) ?? [];
const ONLY = process.env["WITAN_ONLY"]?.split(",");

describe("mutations of whole nodes of BP Fast Paxos", function () {
  this.timeout(120_000);

  it("name checks and lies that there are", () => {
    for (const [name, { checks, wishes, plan }] of Object.entries(BPFP_NODE_MUTATIONS)) {
      assert.match(name, /^[a-z]+(-[a-z]+)*$/);
      for (const check of checks) assert.ok(CHECKS.includes(check), `${name}: no check ${check}`);
      const conducts = (plan?.liars ?? []).flatMap((liar) => liar.conducts);
      for (const tap of [...(wishes?.taps ?? []), ...conducts])
        assert.ok(tap in BPFP_TAPS, `${name}: no lie ${tap}`);
    }
  });

  for (const [name, mutation] of Object.entries(BPFP_NODE_MUTATIONS).filter(
    ([one]) => ONLY?.includes(one) ?? true,
  ))
    it(`${name}: ${mutation.says}`, async () => {
      const run = await nodeWorldsOf(name, mutation);
      const seed = await mustBeFound(name, mutation, (one) => run(bpfpNodesPlanFor(mutation, one)));
      const { violation } = await runNodesWorld(seed, { plan: bpfpNodesPlanFor(mutation, seed) });
      assert.equal(violation?.message, undefined, `nodes as they are fail too, seed ${seed}`);
    });
});
