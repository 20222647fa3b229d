// What every experiment of a comparison is given. Types only.
import type { NetworkShape } from "../network-shape.ts";
import type { WitanCommand } from "../node-run.ts";
import type { Drawing } from "./drawing.ts";
import type { ExperimentResult } from "./results.ts";

/** What an experiment runs with. */
export interface Context {
  readonly command: WitanCommand;
  /** One for each mode that is compared. */
  readonly shapes: readonly NetworkShape[];
  readonly seed: number;
  /** Short runs. */
  readonly quick: boolean;
  /** The machine, as figures name it. */
  readonly machine: string;
  readonly signal: AbortSignal;
  /** Hears what is going on, in words. */
  readonly onStep: (step: string) => void;
}

/** What an experiment found, with its figures still to be drawn. */
export interface Found {
  readonly result: Omit<ExperimentResult, "seconds">;
  readonly drawings: readonly Drawing[];
}
