// PBFT under loss, delay, duplication, partitions, slow disks, crashes, power cuts, changes of members, and twins
// (members who contradict themselves): no two blocks at one height, no correct validator asks for a signature that its
// guard refuses, and after a heal all decide again. Each world is one seed: WITAN_SEED=n runs only that one,
// WITAN_WORLDS=n the first n.
import assert from "node:assert/strict";
import { harshWorld, randomWorld } from "./random-world.ts";

const only = process.env["WITAN_SEED"];
const count = Number(process.env["WITAN_WORLDS"] ?? 60);
const seeds = only ? [Number(only)] : Array.from({ length: count }, (_, at) => at + 1);

describe("PBFT in random worlds", () => {
  let decided = 0;
  let evidence = 0;
  let memberships = 0;

  for (const seed of seeds)
    it(`is safe, and decides after a heal (WITAN_SEED=${seed})`, () => {
      const { world, broken } = randomWorld(seed);
      assert.equal(broken, undefined);
      decided += world.heights[1];
      evidence += world.evidence.length;
      memberships += Math.max(...world.correct.map(({ disk }) => disk.memberships.length)) - 1;
    });

  it("is safe where quorums form that only some come to know", () => {
    for (const seed of seeds) assert.equal(harshWorld(seed).broken, undefined);
  });

  it("decided many blocks, changed members often, and saw who contradicted itself", () => {
    if (seeds.length === 1) return;
    assert.ok(decided > 50 * seeds.length, `${decided}`);
    assert.ok(memberships > seeds.length, `${memberships}`);
    assert.ok(evidence > seeds.length, `${evidence}`);
  });
});
