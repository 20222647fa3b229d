// Every mutation of node, mempool, ledger and storage is found by the checks of worlds of whole nodes, each within a few
// seeds. Prints where, when WITAN_TABLE is set; WITAN_ONLY=NAME,NAME runs some.
import assert from "node:assert/strict";
import { MUTATIONS, NODE_MUTATIONS, type NodeMutation, nodesPlanFor, PROTOCOLS } from "@witan/simulator";
import { runNodesWorld } from "../../packages/simulator/src/nodes/run-nodes-world.ts";
import { TAPS } from "../../packages/simulator/src/nodes/taps/taps.ts";
import { mustBeFound } from "./found-in-worlds.ts";
import { nodeWorldsOf } from "./mutated.ts";

const CHECKS = PROTOCOLS["pbft"]?.levels.nodes?.checks.map(({ name }) => name) ?? [];
const ONLY = process.env["WITAN_ONLY"]?.split(",");
/** The beginning of a file that one of them changes. */
const FIRST_LINE = "// The rules for blocks, in their order";
const ALL = Object.entries(NODE_MUTATIONS).filter(([name]) => ONLY?.includes(name) ?? true);

describe("mutations of whole nodes", function () {
  this.timeout(120_000);

  it("are many, and name checks that there are", () => {
    assert.ok(Object.keys(NODE_MUTATIONS).length >= 15);
    for (const [name, { checks, wishes, plan }] of Object.entries(NODE_MUTATIONS)) {
      assert.match(name, /^[a-z]+(-[a-z]+)*$/);
      assert.ok(!(name in MUTATIONS), `${name} is one of the engine, too`);
      for (const check of checks) assert.ok(CHECKS.includes(check), `${name}: no check ${check}`);
      const conducts = (plan?.liars ?? []).flatMap((liar) => liar.conducts);
      for (const tap of [...(wishes?.taps ?? []), ...conducts])
        assert.ok(tap in TAPS, `${name}: no lie ${tap}`);
    }
  });

  it("change nothing where nothing is replaced", async () => {
    const mutation = NODE_MUTATIONS["parent-ignored"] as NodeMutation;
    const same = [FIRST_LINE, FIRST_LINE] as const;
    const plan = nodesPlanFor(mutation, mutation.from);
    const run = await nodeWorldsOf("none", { ...mutation, replace: same });
    assert.deepEqual(await run(plan), await runNodesWorld(plan.seed, { plan }));
  });

  for (const [name, mutation] of ALL)
    it(`${name}: ${mutation.says}`, async () => {
      const run = await nodeWorldsOf(name, mutation);
      const seed = await mustBeFound(name, mutation, (one) => run(nodesPlanFor(mutation, one)));
      // Nodes as they are pass in the same world.
      const { violation } = await runNodesWorld(seed, { plan: nodesPlanFor(mutation, seed) });
      assert.equal(violation?.message, undefined, violation?.check);
    });
});
