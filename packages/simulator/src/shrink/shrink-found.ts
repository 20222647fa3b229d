// Runs the world of a plan, and makes it small if something breaks in it.
import type { Found } from "../specimens/specimen.ts";
import type { Plan } from "../world/plan.ts";
import type { Move } from "./shrink.ts";
import { type BrokenWorld, shrinkWorld } from "./shrink-world.ts";

/** Worlds of a protocol, and how they get smaller. */
export interface ShrinkableWorld<P extends Plan>
  extends Omit<BrokenWorld<P>, "violation" | "isSame" | "moves" | "runsMax"> {
  /** For violations that may happen at any time. */
  readonly safetyMoves: readonly Move<P>[];
  /** For what is owed only after the world has turned kind. */
  readonly livenessMoves: readonly Move<P>[];
}

/** Worlds that may be run to make one small: each takes its time, and what more would leave out is little. */
const RUNS_MAX = 1_000;

/** Makes it small. Undefined: nothing breaks in it. */
export function shrinkIfBroken<P extends Plan>(world: ShrinkableWorld<P>): Found | undefined {
  const { plan, run, safetyMoves, livenessMoves } = world;
  const { violation } = run({ plan, arriving: undefined });
  if (violation === undefined) return undefined;
  const { check } = violation;
  const moves = check === "liveness" ? livenessMoves : safetyMoves;
  const isSame: BrokenWorld<P>["isSame"] = (other) => other.check === check;
  return shrinkWorld<P>({ ...world, violation, moves, isSame, runsMax: RUNS_MAX }, plan.seed);
}
