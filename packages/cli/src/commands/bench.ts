// The command `witan bench`: measures a network of processes on this machine, against what the machine could do at most.
import { type BenchPhase, type BenchResult, IDLE_MS, runBench, shapeOf, shapeText } from "@witan/lab";
import cliProgress from "cli-progress";
import type { Command } from "commander";
import { told } from "../connection.ts";
import { examples } from "../examples.ts";
import { CommandFailure, EXIT, type ExitCode } from "../exit.ts";
import { labFailure } from "../lab-failures.ts";
import { wholeNumber } from "../numbers.ts";
import { printResult, type Streams, table } from "../output.ts";
import { type ShapeFlags, wantedShape, withShape } from "../shape-options.ts";
import { hearStopSignals } from "../stop-signals.ts";
import { thisWitan } from "../witan-command.ts";

interface BenchFlags extends ShapeFlags {
  readonly transactions: string;
  readonly aims?: boolean;
  readonly json?: boolean;
}

const TRANSACTIONS_MAX = 1_000_000;

/** What the figures should be: least ratio, most median milliseconds of a transfer on the idle network. */
const AIMS = { ratio: 0.35, idleP50Ms: 20 } as const;

const PHASES: Readonly<Record<BenchPhase, string>> = {
  measuring: "measuring what one core can check",
  starting: "starting the network",
  splitting: "making a coin for each transfer",
  signing: "signing the transfers",
  submitting: "submitting",
  finishing: "waiting until all are final",
  counting: "counting on every node's chain",
  single: "single transfers on the idle network",
};

/** Adds the command `witan bench`. */
export function addBenchCommand(program: Command, streams: Streams, setExit: (code: number) => void): void {
  withShape(program.command("bench"))
    .description("measure a network of processes on this machine; exit code 1 if a transfer is lost")
    .option("--transactions <number>", "transfers of the load", "20000")
    .option("--aims", "exit code 1 too if an aim is missed")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
The load is made by a process of its own: transfers of one coin to another account and back, signed beforehand, sent in
batches of 100 to all validators in turn (bp-fast-paxos: to all proposers), up to 8 at a time to each, which answers once
all of them are final. They are counted afterwards on every node's chain.
As many go before them and are not counted, 4,000 at least and 20,000 at most, and 100 before the single ones: a process
that has just started is still compiling what it runs.

  throughput       final transfers per second: from the first that was sent until the last node had the last one
  latencyMs        from sending a transfer in its batch until the node that got it reported the final block
  verifyPerSecond  signatures that one core checks with nothing else to do; the mean of verifyPerSecondBefore and …After
  validating       processes that check every transfer: all of them, proposers and acceptors too
  ratio            throughput x validating / (verifyPerSecond x the cores' time that the load process leaves)
  idleLatencyMs    100 single transfers, each ${IDLE_MS / 1_000} s after the one before: from sending one until the answer that it is final
  peakMemoryMiB    the most memory that each node ever held

Aims: a ratio of ${AIMS.ratio} at least, an idle p50 of ${AIMS.idleP50Ms} ms at most.
${examples([
  "witan bench",
  "witan bench --validators 7 --transactions 50000 --json",
  "witan bench --consensus bp-fast-paxos --proposers 2 --acceptors 4 --json",
])}`,
    )
    .action(async (flags: BenchFlags) => setExit(await run(streams, flags)));
}

async function run(streams: Streams, flags: BenchFlags): Promise<ExitCode> {
  const { json = false } = flags;
  const shape = shapeOf(wantedShape(flags));
  const transactions = wholeNumber("--transactions", flags.transactions, TRANSACTIONS_MAX, 1);
  const progress = new Progress(streams, json);
  const signals = hearStopSignals();
  const stopped = new AbortController();
  const stop = (): void =>
    stopped.abort(
      new CommandFailure(
        EXIT.unable,
        "stopped",
        "stopped before the bench was through; nothing runs any more",
      ),
    );
  signals.stop.addEventListener("abort", stop);
  try {
    const command = thisWitan();
    const { signal } = stopped;
    const onProgress = (phase: BenchPhase, done: number, total: number) => progress.show(phase, done, total);
    const result = await told(() => runBench({ command, shape, transactions, signal, onProgress }));
    progress.end();
    const met = { ratio: result.ratio >= AIMS.ratio, idleP50Ms: result.idleLatencyMs.p50 <= AIMS.idleP50Ms };
    printResult(streams, json, { ...result, aims: AIMS, met }, () => resultLines(result, met));
    const isMissed = flags.aims === true && !(met.ratio && met.idleP50Ms);
    return result.final < transactions || isMissed ? EXIT.no : EXIT.done;
  } catch (error) {
    progress.end();
    throw labFailure(streams, json, error);
  } finally {
    signals.end();
  }
}

/** What is going on, on standard error: a bar at a terminal, a line for each phase elsewhere, nothing for programs. */
class Progress {
  readonly #streams: Streams;
  readonly #mode: "bar" | "lines" | "none";
  #bar: cliProgress.SingleBar | undefined;
  #phase: BenchPhase | undefined;

  constructor(streams: Streams, json: boolean) {
    this.#streams = streams;
    this.#mode = json ? "none" : process.stderr.isTTY ? "bar" : "lines";
  }

  show(phase: BenchPhase, done: number, total: number): void {
    if (this.#mode === "none") return;
    if (phase !== this.#phase) {
      this.end();
      this.#phase = phase;
      this.#streams.err(`${PHASES[phase]} …\n`);
    }
    if (this.#mode !== "bar" || total === 0) return;
    if (this.#bar === undefined) {
      const format = "  {bar} {value} of {total}";
      const preset = cliProgress.Presets.shades_classic;
      this.#bar = new cliProgress.SingleBar({ format, clearOnComplete: true, gracefulExit: false }, preset);
      this.#bar.start(total, done);
    } else this.#bar.update(done);
  }

  end(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }
}

function resultLines(
  result: BenchResult,
  met: { readonly ratio: boolean; readonly idleP50Ms: boolean },
): readonly string[] {
  const { latencyMs, idleLatencyMs, refused } = result;
  const lost = result.transactions - result.final;
  const verdict = (isMet: boolean): string => (isMet ? "met" : "missed");
  const mib = result.peakMemoryMiB.map((peak) => (peak === null ? "unknown" : `${Math.round(peak)}`));
  const cpu = result.validatorCpuSeconds.map((seconds) => (seconds === null ? "unknown" : `${seconds}`));
  return [
    "",
    ...table([
      ["network", `${shapeText(result)} (${result.consensus}), on ${result.cores} cores with the load`],
      [
        "transfers",
        `${result.final} of ${result.transactions} final on every chain, in ${result.blocks} blocks`,
      ],
      ["throughput", `${result.throughput} per second, for ${result.wallSeconds} s`],
      ["latency", `p50 ${latencyMs.p50} ms, p99 ${latencyMs.p99} ms`],
      [
        "one core checks",
        `${result.verifyPerSecond} signatures per second (${result.backend}; ${result.verifyPerSecondBefore} before, ${result.verifyPerSecondAfter} after)`,
      ],
      ["ratio", `${result.ratio} (aim: at least ${AIMS.ratio}, ${verdict(met.ratio)})`],
      [
        "idle latency",
        `p50 ${idleLatencyMs.p50} ms, p99 ${idleLatencyMs.p99} ms (aim: p50 at most ${AIMS.idleP50Ms} ms, ${verdict(met.idleP50Ms)})`,
      ],
      ["peak memory", `${mib.join(", ")} MiB`],
      ["processor time", `${cpu.join(", ")} s by nodes, ${result.loadCpuSeconds} s by the load`],
      ["sent again", `${result.retries} transfers that a node was too busy for`],
    ]),
    ...(lost === 0 ? [] : [`${lost} transfers were lost`]),
    ...refused.map(({ id, why }) => `${id} was not taken: ${why}`),
  ];
}
