// Proof of work in worlds of chance: whoever knows the same comes to the same tip, and it is the one with the most work of
// all that is valid. What world.ts asserts at every step: undo and apply connect, bodies are at hand, work only grows, an
// invalid block is tried once, memory is bounded, and nobody honest is blamed. WITAN_SEED=n runs one seed.
import assert from "node:assert/strict";
import { Random } from "../../../packages/simulator/src/random.ts";
import { seedsOf } from "../seeds.ts";
import { PowWorld, workOf } from "./world.ts";

function runWorld(seed: number): PowWorld {
  const world = new PowWorld(Random.of(seed, "proof of work"));
  try {
    world.run(1_500);
  } catch (error) {
    throw new Error(`seed ${seed}`, { cause: error });
  }
  return world;
}

describe("proof of work in random worlds", function () {
  this.timeout(60_000);

  it("converges to the valid chain with the most work", () => {
    let [undone, invalid, height] = [0, 0, 0];
    for (const seed of seedsOf(40)) {
      const { nodes, mine, bad } = runWorld(seed);
      const [first, ...others] = nodes;
      assert.ok(first);
      for (const node of others) assert.equal(node.tip.hash, first.tip.hash, `seed ${seed}`);
      assert.ok(
        !first.chain.some(({ hash }) => bad.has(hash)),
        `seed ${seed}: an invalid block is on the chain`,
      );
      // No branch that some node has, every block of it, leads to more.
      for (const header of mine.headers.values()) {
        const holders = nodes.filter((node) => node.has(header.hash));
        if (holders.length === 0) continue;
        const line = mine.line(header);
        const isWhole = holders.some((node) => line.every(({ hash }) => node.has(hash) && !bad.has(hash)));
        if (isWhole)
          assert.ok(workOf(line) <= workOf(first.chain), `seed ${seed}: ${header.hash} has more work`);
      }
      undone += nodes.reduce((sum, node) => sum + node.undone, 0);
      invalid += bad.size;
      height += first.tip.height;
    }
    assert.ok(
      undone > 100 && invalid > 100 && height > 500,
      `${undone} undone, ${invalid} invalid, height ${height}`,
    );
  });

  it("comes to the same from the same seed", () => {
    const [one, other] = [runWorld(7), runWorld(7)];
    assert.deepEqual(
      one.nodes.map(({ chain }) => chain),
      other.nodes.map(({ chain }) => chain),
    );
  });
});
