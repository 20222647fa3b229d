// What the attacks on proof of work have in common: they run in pieces, so that whoever waits can be told how far they are,
// and can stop them; what ran until then counts.
import { Violation } from "../../world/violation.ts";
import type { Interval } from "../interval.ts";

/** Something that is measured. */
export interface Measured {
  /** As JSON has it. */
  readonly value: number;
  /** Where the true value lies, with the confidence that is stated. */
  readonly interval: Interval;
  /** What theory says. */
  readonly expected: number;
}

/** An experiment that goes on as long as it is let. */
export interface Attack<Result> {
  /** Trials or blocks, as it was asked for. */
  readonly total: number;
  readonly done: number;
  /** Lets about so many basic steps happen, fewer at the end. */
  advance(steps: number): void;
  /** What was measured so far. */
  result(): Result;
}

/** Races that a node's own fork choice decides too, beside the count. */
export const REFEREED = 200;

/** @throws {Violation} the engine says otherwise than the count */
export function sameOr(counted: boolean, what: () => string): void {
  if (!counted) throw new Violation("fork-choice", `a node's fork choice and the count differ: ${what()}`);
}
