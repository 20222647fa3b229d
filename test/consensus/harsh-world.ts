// Worlds of tight timers in which only some hear each kind of message: quorums form that only some come to know.
import type { Begin } from "../../packages/simulator/src/pbft/world.ts";
import { type Passes, Stage, type Timers } from "./stage.ts";

/** Within so many ticks of a heal all decide again. */
const HEALED_TICKS = 600;

/** Tight timers, and nothing is said again soon: what is lost is lost. */
export const HARSH: Timers = { viewTicks: 12, viewTicksMax: 48, resendTicks: 40 };

/**
 * Four members, the first with a twin. Every few ticks it is drawn anew who is cut off, and which kinds of message only
 * some hear; blocks hardly travel. So there are few heights, many views, and quorums that only some come to know.
 * @throws {Violation} what is broken
 */
export function harshWorld(seed: number, begin?: Begin): Stage {
  const stage = new Stage({ seed, twin: 0, timers: HARSH, begin });
  stage.isShuffled = true;
  stage.work(true);
  for (let epoch = 0; epoch < 40; epoch++) {
    stage.passes = harsh(stage);
    for (const process of stage.processes)
      if (stage.random.below(40) === 0) {
        process.crash();
        process.restart();
      }
    stage.play(2 + stage.random.below(12));
  }
  stage.mustDecide(2, HEALED_TICKS);
  return stage;
}

const VOTES = ["prePrepare", "prepare", "commit", "viewChange", "newView"];

/** Who hears whom for some ticks of a harsh world. */
export function harsh({ random, processes }: Stage): Passes {
  const alone = random.below(2 * processes.length);
  const hears = new Map<string, number>();
  for (const kind of VOTES) hears.set(kind, random.below(2) === 0 ? -1 : random.below(2 ** processes.length));
  const blocks = random.below(8) === 0;
  return (from, to, kind) => {
    if (from === alone || to === alone) return false;
    const ears = hears.get(kind);
    return ears === undefined ? blocks : ((ears >> to) & 1) === 1;
  };
}
