// Runs the world of one seed.
import type { Recorder } from "../world/recorder.ts";
import { withNames } from "./names.ts";
import type { LevelName, ReadyWorld, WorldOutcome, WorldWishes } from "./outcome.ts";
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
  const protocol = PROTOCOLS[kind.protocol];
  if (protocol === undefined) throw new RangeError(`no worlds of ${kind.protocol}`);
  return withNames(levelNamed(protocol, levelOf(protocol, seed, kind.level)).make(seed, kind.wishes));
}

/**
 * Runs the world of a seed: the same to the last event, whenever and wherever.
 * @throws {RangeError} there is no such protocol, or level of it
 */
export async function runSeed(kind: WorldKind, seed: number, recorder?: Recorder): Promise<WorldOutcome> {
  return await makeWorld(kind, seed).run(recorder);
}
