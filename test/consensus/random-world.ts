// One random world: what a seed makes of it, from its beginning to the heal.
import { Pbft } from "@witan/consensus";
import { byzantineMax } from "@witan/primitives";
import { decides, heal, hurt, standing } from "./hurt.ts";
import { type Begin, World } from "./world.ts";

/** Within so many ticks of a heal all decide again: ten view timers of 60. */
const HEALED_TICKS = 600;

/** What became of a world. */
export interface Outcome {
  readonly world: World;
  /** What is broken; undefined: nothing. */
  readonly broken: string | undefined;
}

/** Lets a world run through bad days and a heal. */
export function randomWorld(seed: number, engine: typeof Pbft = Pbft, begin?: Begin): Outcome {
  const members = [1, 4, 4, 4, 5, 7][seed % 6] as number;
  const twins = seed % 2 === 1 ? byzantineMax(members) : 0;
  const world = new World({ members, seed, twins, spare: seed % 3, engine, begin });
  try {
    for (const validator of world.validators) validator.work(true);
    hurt(world, { days: 6, changes: seed % 4 === 0 ? 0 : 0.05 });
    heal(world);
    const took = decides(world, 3, HEALED_TICKS);
    if (took === undefined) return { world, broken: `stuck at ${world.heights}\n${standing(world)}` };
  } catch (error) {
    return { world, broken: `seed ${seed}: ${error instanceof Error ? error.stack : error}` };
  }
  const innocent = world.evidence.find((node) => !world.lies(node));
  return { world, broken: innocent === undefined ? undefined : `evidence against v${innocent}` };
}

/** Tight timers, and nothing is said again soon: what is lost is lost. */
export const HARSH = { viewTicks: 12, viewTicksMax: 48, resendTicks: 40, bufferedMax: 16 };

/**
 * Four members, the first with a twin. Every few ticks it is drawn anew who is cut off, and which kinds of message only
 * some hear; blocks hardly travel. So there are few heights, many views, and quorums that only some come to know.
 */
export function harshWorld(seed: number, engine: typeof Pbft = Pbft, begin?: Begin): Outcome {
  const world = new World({ members: 4, seed, twins: 1, engine, begin, config: HARSH });
  try {
    for (const validator of world.validators) validator.work(true);
    for (let epoch = 0; epoch < 40; epoch++) {
      world.passes = harsh(world);
      for (const validator of world.validators) if (world.dice.below(40) === 0) validator.restart();
      world.run(2 + world.dice.below(12));
    }
    heal(world);
    const took = decides(world, 2, HEALED_TICKS);
    if (took === undefined) return { world, broken: `stuck at ${world.heights}\n${standing(world)}` };
  } catch (error) {
    return { world, broken: `seed ${seed}: ${error instanceof Error ? error.stack : error}` };
  }
  return { world, broken: undefined };
}

const VOTES = ["prePrepare", "prepare", "commit", "viewChange", "newView"];

/** Who hears whom for some ticks of a harsh world. */
export function harsh({ dice, validators }: World): World["passes"] {
  const alone = dice.below(2 * validators.length);
  const hears = new Map<string, number>();
  for (const kind of VOTES) hears.set(kind, dice.below(2) === 0 ? -1 : dice.below(2 ** validators.length));
  const blocks = dice.below(8) === 0;
  return (from, to, kind) => {
    if (from === alone || to === alone) return false;
    const ears = hears.get(kind);
    return ears === undefined ? blocks : ((ears >> to) & 1) === 1;
  };
}
