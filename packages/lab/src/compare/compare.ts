// Compares modes on this machine: runs the experiments that are asked for, one after another, and writes the report.
import { cpus, release, totalmem, type } from "node:os";
import type { NetworkMode, NetworkShape } from "../network-shape.ts";
import { USUAL_SHAPES } from "../network-shape.ts";
import type { WitanCommand } from "../node-run.ts";
import type { Context } from "./context.ts";
import { EXPERIMENTS, type ExperimentName, Experiments } from "./experiments.ts";
import { earlierReport, provePlace } from "./report-folder.ts";
import type { Comparison, Machine } from "./results.ts";
import { TimeLeft } from "./time-left.ts";
import { sentence } from "./words.ts";
import { writeReport } from "./write-report.ts";

export { EXPERIMENTS, type ExperimentName };

/** What is compared, and how. */
export interface CompareOptions {
  readonly command: WitanCommand;
  /** One for each mode: see `comparedShape`. */
  readonly shapes: readonly NetworkShape[];
  readonly experiments: readonly ExperimentName[];
  /** Of what is simulated. */
  readonly seed: number;
  /** Short runs. */
  readonly quick: boolean;
  /** The folder of the report. */
  readonly out: string;
  /** Name and version of the program; begins with `witan`. */
  readonly program: string;
  /** Ends it early: nothing is left running, and nothing written. */
  readonly signal: AbortSignal;
  /** Hears what is going on, in words, and how long it will still take, in seconds. */
  readonly onStep: (step: string, leftSeconds: number) => void;
}

/** The network of processes that stands for a mode: the usual one; quickly, with blocks of proof of work every half second. */
export function comparedShape(mode: NetworkMode, quick: boolean): NetworkShape {
  if (mode !== "pow") return USUAL_SHAPES[mode];
  return quick ? { ...USUAL_SHAPES.pow, blockIntervalMs: 500 } : USUAL_SHAPES.pow;
}

/**
 * Runs a comparison and writes its report. A mode that fails is shown as failed, and the rest goes on.
 * @returns what was found, and the names of the files, `index.html` first
 * @throws {LabFailure} `folder-not-ours` or `folder-not-made`, before anything runs; what `signal` was aborted with; the file
 *   system's error if the report can't be written
 */
export async function runComparison(
  options: CompareOptions,
): Promise<{ readonly comparison: Comparison; readonly files: readonly string[] }> {
  const { shapes, seed, quick, program } = options;
  await earlierReport(options.out);
  await provePlace(options.out);
  const startedAt = new Date();
  const machine = thisMachine();
  const runs = new Experiments(options.experiments, shapes, quick);
  const jobs = runs.jobs();
  const left = new TimeLeft(jobs, () => performance.now() / 1_000);
  const context: Context = {
    ...options,
    machine: `${machine.processor}, ${machine.cores} cores`,
    onStep: (step) => options.onStep(step, left.seconds),
  };
  for (const job of jobs) {
    options.signal.throwIfAborted();
    context.onStep(job.title);
    await job.run(context);
    left.next();
  }
  options.signal.throwIfAborted();
  const found = runs.sections(context);
  const comparison: Comparison = {
    ...{ version: 1, program, startedAt: startedAt.toISOString(), quick, seed, machine },
    seconds: Math.round((Date.now() - startedAt.getTime()) / 100) / 10,
    modes: shapes.map(({ consensus }) => consensus),
    summary: found.flatMap(({ summary = [] }) => summary),
    experiments: found.map(({ result }) => ({ ...result, findings: result.findings.map(sentence) })),
  };
  const drawings = found.flatMap((one) => one.drawings);
  return { comparison, files: await writeReport(options.out, comparison, drawings) };
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
