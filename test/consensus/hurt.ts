// Bad days of a random world, and the heal after them.
import { FAIR } from "./dice.ts";
import type { World } from "./world.ts";

/** Some bad days: the weather changes, the network splits, validators come and go, now and then all at once. */
export function hurt(world: World, options: { readonly days: number; readonly changes: number }): void {
  const { dice, validators } = world;
  for (let day = 0; day < options.days; day++) {
    world.weather = {
      loss: dice.of([0, 0.05, 0.3]),
      delayMax: dice.of([1, 5, 40]),
      doubled: 0.1,
      slowDisk: dice.of([0, 0.1]),
      changes: options.changes,
    };
    world.passes = dice.below(2) === 1 ? split(world) : () => true;
    if (dice.below(6) === 0) for (const validator of validators) validator.restart();
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
function split({ dice, validators }: World): World["passes"] {
  const side = validators.map(() => dice.below(2));
  const cut = new Set<string>();
  for (const a of validators.keys())
    for (const b of validators.keys()) {
      const deaf = side[a] === side[b] ? dice.below(8) === 0 : dice.below(4) > 0;
      if (deaf) cut.add(`${a}-${b}`);
    }
  return (from, to) => !cut.has(`${from}-${to}`);
}

/** All is well from now on. */
export function heal(world: World): void {
  world.weather = FAIR;
  world.passes = () => true;
  for (const validator of world.validators) if (!validator.up) validator.restart();
}

/** Runs until all correct validators are some blocks further. @returns ticks it took; undefined: they did not come */
export function decides(world: World, blocks: number, ticksMax: number): number | undefined {
  const start = world.now;
  const aim = world.heights[1] + blocks;
  while (world.now - start < ticksMax) {
    if (world.heights[0] >= aim) return world.now - start;
    world.run(5);
  }
  return undefined;
}

/** Where everyone stands, for a test that failed. */
export function standing(world: World): string {
  return world.validators.map(({ engine }) => JSON.stringify(engine.status())).join("\n");
}
