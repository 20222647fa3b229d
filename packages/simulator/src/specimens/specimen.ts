// What a specimen is: a design that fails, worlds in which it may be seen to fail, and what the failure is called. They
// show that the checks can find what they are for: a checker that misses a specimen is broken.
import type { ShrinkProgress, Shrunk } from "../shrink/shrink.ts";
import type { Recorder } from "../world/recorder.ts";
import type { Violation } from "../world/violation.ts";

/** Who stands at a place of a world. */
export interface SpecimenActor {
  readonly name: string;
  /** What it is beside a process that keeps the rules; empty for those. */
  readonly role: string;
  readonly isLiar: boolean;
}

/** How far the search for a failure has come. */
export type SpecimenProgress =
  | { readonly kind: "searching"; readonly seed: number; readonly searched: number; readonly seeds: number }
  | ({ readonly kind: "shrinking"; readonly seed: number } & ShrinkProgress);

/** What to search. */
export interface SpecimenOptions {
  /** So many worlds at most. */
  readonly seeds: number;
  /** The first seed. */
  readonly from: number;
  readonly onProgress?: (progress: SpecimenProgress) => void;
}

/** A failure that was found, and what is left of its world. */
export interface Found {
  readonly seed: number;
  /** The plan of the seed, before it was made smaller. */
  readonly plan: unknown;
  /** As the seed has it. */
  readonly violation: Violation;
  readonly shrunk: Shrunk<unknown>;
  /** Who is at which place of the shrunk world. */
  readonly actors: readonly SpecimenActor[];
  /** Runs the shrunk world again, to its violation. */
  replay(recorder: Recorder): Violation | undefined;
}

/** A design that fails. */
export interface Specimen {
  /** What is left out. */
  readonly says: string;
  /** What must be found. */
  readonly fails: string;
  /** The check that finds it. */
  readonly check: string;
  /** Undefined: no world of these seeds shows the failure. */
  find(options: SpecimenOptions): Found | undefined;
  /** What breaks in the worlds of a seed when nothing is left out: nothing, or the failure is not the design's. */
  control(seed: number): Violation | undefined;
}

/** Worlds that a run may take to become small. */
export const SHRINK_RUNS = 3_000;
