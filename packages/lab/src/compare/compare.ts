// Compares modes on this machine: runs the experiments that are asked for, one after another, and writes the report.
import { cpus, release, totalmem, type } from "node:os";
import type { NetworkShape } from "../network-shape.ts";
import type { WitanCommand } from "../node-run.ts";
import type { Context, Found } from "./context.ts";
import { finalityFound } from "./experiments/finality.ts";
import { throughputFound } from "./experiments/throughput.ts";
import { type Ladder, ladderPlan, runLadder } from "./ladder.ts";
import type { Comparison, Machine } from "./results.ts";
import { writeReport } from "./write-report.ts";

/** What can be compared. */
export const EXPERIMENTS = ["finality", "throughput"] as const;
/** One of them. */
export type ExperimentName = (typeof EXPERIMENTS)[number];

/** What is compared, and how. */
export interface CompareOptions {
  readonly command: WitanCommand;
  /** One for each mode. */
  readonly shapes: readonly NetworkShape[];
  readonly experiments: readonly ExperimentName[];
  /** Of what is simulated. */
  readonly seed: number;
  /** Short runs. */
  readonly quick: boolean;
  /** The folder of the report. */
  readonly out: string;
  /** Name and version of the program. */
  readonly program: string;
  /** Ends it early: nothing is left running, and nothing written. */
  readonly signal: AbortSignal;
  /** Hears what is going on, in words. */
  readonly onStep: (step: string) => void;
}

/**
 * Runs a comparison and writes its report. A mode that fails is shown as failed, and the rest goes on.
 * @returns what was found, and the names of the files, `index.html` first
 * @throws what `signal` was aborted with; the file system's error if the report can't be written
 */
export async function runComparison(
  options: CompareOptions,
): Promise<{ readonly comparison: Comparison; readonly files: readonly string[] }> {
  const { shapes, seed, quick, program } = options;
  const startedAt = new Date();
  const machine = thisMachine();
  const context: Context = { ...options, machine: `${machine.processor}, ${machine.cores} cores` };
  let ladder: Promise<Ladder> | undefined;
  const climbed = () => {
    ladder ??= runLadder(context, ladderPlan(quick));
    return ladder;
  };
  const run: Readonly<Record<ExperimentName, () => Promise<Found>>> = {
    finality: async () => finalityFound(context, await climbed()),
    throughput: async () => throughputFound(context, await climbed()),
  };
  const found: { readonly found: Found; readonly seconds: number }[] = [];
  for (const name of options.experiments) {
    const from = performance.now();
    found.push({ found: await run[name](), seconds: secondsSince(from) });
  }
  const comparison: Comparison = {
    ...{ version: 1, program, startedAt: startedAt.toISOString(), quick, seed, machine },
    seconds: Math.round((Date.now() - startedAt.getTime()) / 100) / 10,
    modes: shapes.map(({ consensus }) => consensus),
    experiments: found.map(({ found: { result }, seconds }) => ({ ...result, seconds })),
  };
  const drawings = found.flatMap((one) => one.found.drawings);
  return { comparison, files: await writeReport(options.out, comparison, drawings) };
}

function secondsSince(from: number): number {
  return Math.round((performance.now() - from) / 100) / 10;
}

function thisMachine(): Machine {
  const all = cpus();
  return {
    processor: all[0]?.model.trim() ?? "unknown processor",
    cores: all.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.version,
  };
}
