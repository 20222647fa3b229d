// PBFT under loss, delay, duplication, partitions, crashes and twins (members who contradict themselves): no two blocks
// at one height, no correct validator contradicts itself, and after a heal all decide again. Each world is one seed:
// WITAN_SEED=n runs only that one.
import assert from "node:assert/strict";
import { byzantineMax } from "@witan/primitives";
import { FAIR, World } from "./world.ts";

const seeds = process.env["WITAN_SEED"]
  ? [Number(process.env["WITAN_SEED"])]
  : Array.from({ length: 150 }, (_, at) => at + 1);

/** Some bad days: the weather changes, the network splits, validators come and go. */
function hurt(world: World): void {
  const { dice, validators } = world;
  for (let day = 0; day < 6; day++) {
    world.weather = {
      loss: [0, 0.05, 0.3][dice.below(3)] as number,
      delayMax: [1, 5, 40][dice.below(3)] as number,
      doubled: 0.1,
    };
    world.cut.clear();
    if (dice.below(2) === 1) split(world);
    for (const validator of validators)
      if (!validator.up) {
        if (dice.below(2) === 1) validator.restart();
      } else if (dice.below(4) === 0) {
        validator.crash();
        if (dice.below(2) === 1) validator.restart();
      }
    world.run(100 + dice.below(400));
  }
}

/** Two sides that hardly hear each other, and some deaf ears on each. */
function split(world: World): void {
  const { dice, validators, cut } = world;
  const side = validators.map(() => dice.below(2));
  for (const a of validators.keys())
    for (const b of validators.keys()) {
      const deaf = side[a] === side[b] ? dice.below(8) === 0 : dice.below(4) > 0;
      if (deaf) cut.add(`${a}-${b}`);
    }
}

function heal(world: World): void {
  world.weather = FAIR;
  world.cut.clear();
  for (const validator of world.validators) if (!validator.up) validator.restart();
}

describe("PBFT in random worlds", () => {
  let decided = 0;
  let evidence = 0;

  for (const seed of seeds)
    it(`is safe, and decides after a heal (WITAN_SEED=${seed})`, () => {
      const n = [1, 4, 4, 4, 5, 7][seed % 6] as number;
      const world = new World(n, seed, seed % 2 === 1 ? byzantineMax(n) : 0);
      hurt(world);
      heal(world);
      const aim = world.heights[1] + 3;
      for (let ticks = 0; ticks < 4_000 && world.heights[0] < aim; ticks += 20) world.run(20);
      const stands = world.validators.map(({ engine }) => JSON.stringify(engine.status())).join("\n");
      assert.ok(world.heights[0] >= aim, `stuck at ${world.heights}, aim ${aim}\n${stands}`);
      decided += world.heights[1];
      evidence += world.evidence.length;
      for (const one of world.evidence) assert.ok(world.isTwin(Number(one.split(" ")[0])), one);
    });

  it("decided many blocks, and saw who contradicted itself", () => {
    if (seeds.length === 1) return;
    assert.ok(decided > 50 * seeds.length, `${decided}`);
    assert.ok(evidence > seeds.length, `${evidence}`);
  });
});
