// What every experiment of a comparison is given. Types only.
import type { NetworkShape } from "../network-shape.ts";
import type { WitanCommand } from "../node-run.ts";
import type { Drawing } from "./drawing.ts";
import type { ExperimentResult, SummaryLine } from "./results.ts";

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
  readonly result: ExperimentResult;
  readonly drawings: readonly Drawing[];
  readonly summary?: readonly SummaryLine[];
}

/** A part of an experiment that is simulated: a section of the report. */
export interface Part {
  /** As its result has it. */
  readonly name: string;
  readonly title: string;
  readonly source: "simulator";
  /** About how long it takes on one core. */
  readonly seconds: number;
  /** @throws what the signal was aborted with */
  readonly run: (context: Context) => Found | Promise<Found>;
}
