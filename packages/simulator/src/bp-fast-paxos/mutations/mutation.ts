// What a mutation is.
import type { BpfpWishes } from "../make-plan.ts";

/** A rule that is left out, and where that shows. */
export interface BpfpMutation {
  /** What is wrong with it. */
  readonly says: string;
  /** The file, below `packages/`. */
  readonly file: string;
  /** Text that is there once, and what stands in its place. */
  readonly replace: readonly [before: string, after: string];
  /** The checks any of which may find it. */
  readonly checks: readonly string[];
  /** What is not left to the seeds of its worlds: so that few are enough. */
  readonly wishes?: Partial<BpfpWishes>;
  /** The first seed of the worlds that are run, and how many there are at most. */
  readonly from: number;
  readonly seeds: number;
}
