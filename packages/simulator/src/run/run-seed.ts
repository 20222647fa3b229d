// Runs the world of one seed.
import type { ShrinkProgress } from "../shrink/shrink.ts";
import type { Found } from "../specimens/specimen.ts";
import type { Recorder } from "../world/recorder.ts";
import { withNames } from "./names.ts";
import type { Level, LevelName, ReadyWorld, WorldOutcome, WorldWishes } from "./outcome.ts";
import { levelNamed, levelOf, PROTOCOLS } from "./protocols.ts";

/** Which worlds are run. */
export interface WorldKind {
  /** A name in PROTOCOLS. */
  readonly protocol: string;
  /** Undefined: both, where both are there; the seed decides. */
  readonly level?: LevelName | undefined;
  readonly wishes: WorldWishes;
}

/**
 * The world of a seed, ready to run.
 * @throws {RangeError} there is no such protocol, or level of it
 */
export function makeWorld(kind: WorldKind, seed: number): ReadyWorld {
  return withNames(levelAt(kind, seed).make(seed, kind.wishes));
}

function levelAt({ protocol: name, level }: WorldKind, seed: number): Level {
  const protocol = PROTOCOLS[name];
  if (protocol === undefined) throw new RangeError(`no worlds of ${name}`);
  return levelNamed(protocol, levelOf(protocol, seed, level));
}

/**
 * Runs the world of a seed: the same to the last event, whenever and wherever.
 * @throws {RangeError} there is no such protocol, or level of it
 */
export async function runSeed(kind: WorldKind, seed: number, recorder?: Recorder): Promise<WorldOutcome> {
  return await makeWorld(kind, seed).run(recorder);
}

/**
 * Makes the world of a seed small, if it breaks something: what is left breaks the same. Undefined: it breaks nothing.
 * @throws {RangeError} there is no such protocol, or level of it; or its worlds can't be made small
 */
export function shrinkSeed(
  kind: WorldKind,
  seed: number,
  onProgress?: (progress: ShrinkProgress) => void,
): Found | undefined {
  const { shrink } = levelAt(kind, seed);
  if (shrink === undefined) throw new RangeError(`worlds of ${kind.protocol} can't be made small there`);
  return shrink(seed, kind.wishes, onProgress);
}
