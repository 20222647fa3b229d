// The command `witan compare`: sets the modes side by side on this machine, and writes a report of it.
import { join, resolve } from "node:path";
import {
  type Comparison,
  comparedShape,
  EXPERIMENTS,
  type NetworkMode,
  runComparison,
  USUAL_SHAPES,
} from "@witan/lab";
import type { Command } from "commander";
import { CompareProgress } from "../compare/progress.ts";
import { durationText, summaryLines } from "../compare/words.ts";
import { nearest } from "../config/nearest.ts";
import { told } from "../connection.ts";
import { examples } from "../examples.ts";
import { badInput, CommandFailure, EXIT, type ExitCode } from "../exit.ts";
import { labFailure } from "../lab-failures.ts";
import { wholeNumber } from "../numbers.ts";
import { printResult, type Streams } from "../output.ts";
import { hearStopSignals } from "../stop-signals.ts";
import { programVersion } from "../version.ts";
import { thisWitan } from "../witan-command.ts";

interface CompareFlags {
  readonly modes: string;
  readonly scenarios: string;
  readonly out: string;
  readonly seed: string;
  readonly quick?: boolean;
  readonly json?: boolean;
}

const MODES = Object.keys(USUAL_SHAPES) as readonly NetworkMode[];
const SEED_MAX = 2 ** 32 - 1;

/** Adds the command `witan compare`. */
export function addCompareCommand(program: Command, streams: Streams, setExit: (code: number) => void): void {
  program
    .command("compare")
    .description(
      "set the modes side by side on this machine, and write a report; exit code 1 if a mode failed",
    )
    .option("--modes <names>", `of ${MODES.join(", ")}`, MODES.join(","))
    .option("--scenarios <names>", "the experiments, see below", EXPERIMENTS.join(","))
    .option("--out <folder>", "where the report goes; an earlier report there is replaced", "report")
    .option("--quick", "short runs: under two minutes on two cores, and rougher numbers")
    .option("--seed <number>", "of what is simulated: the same seed gives the same simulated numbers", "1")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Every mode runs the same ledger, transactions and client, as processes on this machine, one mode after another; larger and
wider networks are simulated. Scenarios:

  finality    how long until a transfer can't be undone; of proof of work, at equal risk
  throughput  transfers that become final in a second, and how long each waits, as the load rises
  cost        messages, bytes, signatures, hashes, processor time and disk of a final transfer
  growth      what a block costs as there are more validators, beside the formula
  faults      crashes, partitions and lies under load: what stops, for how long, and what is undone
  margins     what each mode tolerates, by trying it at the bound and one beyond

The folder gets index.html, which needs no server, results.json, a CSV for each table and an SVG for each figure.
The machine should have nothing else to do: what else runs is measured, too.
${examples([
  "witan compare --quick",
  "witan compare --modes pbft,bp-fast-paxos --scenarios finality,throughput --out report",
  "witan compare --seed 7 --out report --json",
])}`,
    )
    .action(async (flags: CompareFlags) => setExit(await run(streams, flags)));
}

async function run(streams: Streams, flags: CompareFlags): Promise<ExitCode> {
  const { json = false, quick = false, out } = flags;
  const modes = namesOf("--modes", flags.modes, MODES);
  const experiments = namesOf("--scenarios", flags.scenarios, EXPERIMENTS);
  const seed = wholeNumber("--seed", flags.seed, SEED_MAX);
  const progress = new CompareProgress(streams, json);
  const signals = hearStopSignals();
  const stopped = new AbortController();
  signals.stop.addEventListener("abort", () =>
    stopped.abort(
      new CommandFailure(
        EXIT.unable,
        "stopped",
        "stopped before the comparison was through: nothing runs any more, and nothing was written",
      ),
    ),
  );
  try {
    const { comparison, files } = await told(() =>
      runComparison({
        command: thisWitan(),
        shapes: modes.map((mode) => comparedShape(mode, quick)),
        ...{ experiments, seed, quick, out, signal: stopped.signal },
        program: `witan ${programVersion()}`,
        onStep: (step, leftSeconds) => progress.show(step, leftSeconds),
      }),
    );
    progress.end();
    const failures = comparison.experiments.flatMap((experiment) =>
      experiment.failures.map(({ mode, message }) => ({ experiment: experiment.name, mode, message })),
    );
    const report = join(resolve(out), files[0] ?? "");
    const result = {
      report,
      files: [...files],
      modes,
      experiments,
      seed,
      quick,
      seconds: comparison.seconds,
    };
    const summary = comparison.summary.map(({ what, source, values }) => ({
      what,
      source,
      values: { ...values },
    }));
    const findings = comparison.experiments.map(({ name, findings: said }) => ({
      experiment: name,
      said: [...said],
    }));
    printResult(streams, json, { ...result, summary, findings, failures }, () => linesOf(comparison, report));
    return failures.length > 0 ? EXIT.no : EXIT.done;
  } catch (error) {
    progress.end();
    throw labFailure(streams, json, error);
  } finally {
    signals.end();
  }
}

/** Names out of a list such as a,b: known ones, each once, in the order of the known. */
function namesOf<T extends string>(option: string, text: string, known: readonly T[]): readonly T[] {
  const names = text.split(",").map((name) => name.trim());
  for (const name of names) {
    if (known.some((one) => one === name)) continue;
    const meant = name === "" ? undefined : nearest(name, known);
    const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
    throw badInput(
      "arguments",
      `${option} ${text}: expected names of ${known.join(", ")}, with commas between${hint}`,
    );
  }
  return known.filter((one) => names.includes(one));
}

function linesOf(comparison: Comparison, report: string): readonly string[] {
  const failed = comparison.experiments.flatMap(({ title, failures }) =>
    failures.map(({ mode, message }) => `${title}: ${mode} failed: ${message}`),
  );
  return [
    "",
    ...summaryLines(comparison),
    ...failed,
    "",
    `The report, after ${durationText(comparison.seconds)}: ${report}`,
  ];
}
