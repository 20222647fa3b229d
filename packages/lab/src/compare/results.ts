// What a comparison found: tables of what was measured, figures drawn from them, and sentences made from them. Plain data:
// `results.json` is exactly this. Types only.
import type { NetworkMode } from "../network-shape.ts";

/** A number or a word of a table. Null: there is none, as of something that was not measured. */
export type Cell = string | number | null;

/** A row, by the names of the columns. */
export type Row = Readonly<Record<string, Cell>>;

/** What stands in one column. */
export interface Column {
  readonly name: string;
  /** As axes and the first line of a CSV say it; empty: no unit. */
  readonly unit: string;
  readonly meaning: string;
}

/** What was measured: one CSV. */
export interface ResultTable {
  /** Also the name of its file, without `.csv`. */
  readonly name: string;
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

/** Where the numbers of a table come from. */
export type Source = "processes" | "simulator";

/** A drawing of a table. */
export interface Figure {
  /** Also the name of its file, without `.svg`. */
  readonly name: string;
  readonly title: string;
  /** What was run: modes, members, load, network, seed, machine. */
  readonly ran: string;
  /** The table it is drawn from. */
  readonly table: string;
}

/** A mode that failed in an experiment. */
export interface ModeFailure {
  /** `all`: the experiment as a whole. */
  readonly mode: NetworkMode | "all";
  readonly message: string;
  /** The last lines of the log of who failed. */
  readonly log: readonly string[];
}

/** What one experiment found. */
export interface ExperimentResult {
  readonly name: string;
  readonly title: string;
  /** What it asks. */
  readonly question: string;
  readonly source: Source;
  /** How it was done, with all numbers that it depends on. */
  readonly method: readonly string[];
  /** What came out, in sentences; also where a run is too noisy to say. */
  readonly findings: readonly string[];
  readonly tables: readonly ResultTable[];
  readonly figures: readonly Figure[];
  readonly failures: readonly ModeFailure[];
}

/** One number of each mode in words, for who wants the short of it. */
export interface SummaryLine {
  readonly what: string;
  readonly source: Source;
  /** By mode; modes that failed have none. */
  readonly values: Readonly<Partial<Record<NetworkMode, string>>>;
}

/** The machine that it ran on. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
}

/** All of it. */
export interface Comparison {
  readonly version: 1;
  readonly program: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly quick: boolean;
  readonly seed: number;
  readonly modes: readonly NetworkMode[];
  readonly machine: Machine;
  readonly summary: readonly SummaryLine[];
  readonly experiments: readonly ExperimentResult[];
}
