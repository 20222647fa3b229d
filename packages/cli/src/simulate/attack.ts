// Runs an attack on proof of work, and tells what was measured beside what theory says.
import {
  type Attack,
  CONFIDENCE,
  type DoubleSpendResult,
  type Interval,
  type MajorityResult,
  type PartitionResult,
  type SelfishResult,
  type StaleResult,
} from "@witan/simulator";
import { EXIT, type ExitCode } from "../exit.ts";
import { printResult, type Streams, table } from "../output.ts";
import { hearStopSignals } from "../stop-signals.ts";
import type { AttackTask } from "./attack-task.ts";
import { grouped } from "./words.ts";

/** Blocks between two looks at whether to stop. */
const AT_ONCE = 1_000_000;
/** From one line of progress to the next, in milliseconds. */
const LINE_MS = 5_000;

/** Runs it, until it is through or somebody presses Ctrl-C: then what ran so far counts. */
export async function runAttack(streams: Streams, json: boolean, task: AttackTask): Promise<ExitCode> {
  const stopped = await run(streams, json, task.run);
  const told = toldOf(task);
  const { value, interval, expected, ...others } = told.result;
  const result = {
    ...{ [told.name]: value, interval: [...interval], expected, confidence: CONFIDENCE },
    ...{ attack: task.attack, ...task.inputs, ...others, stopped },
  };
  const copied = JSON.parse(JSON.stringify(result)) as Record<string, string>;
  printResult(streams, json, copied, () => [
    ...table([...told.rows, ...(stopped ? [["stopped", "by a signal, before all was done"] as const] : [])]),
    "",
    ...told.says,
  ]);
  return EXIT.done;
}

async function run(streams: Streams, json: boolean, attack: Attack<unknown>): Promise<boolean> {
  const signals = hearStopSignals();
  let lastMs = performance.now();
  try {
    while (attack.done < attack.total && !signals.stop.aborted) {
      attack.advance(AT_ONCE);
      if (!json && performance.now() - lastMs >= LINE_MS) {
        lastMs = performance.now();
        streams.err(`  ${grouped(attack.done)} of ${grouped(attack.total)}\n`);
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    signals.end();
  }
  return attack.done < attack.total;
}

interface Told {
  /** What the measured value is called. */
  readonly name: string;
  readonly result: {
    readonly value: number;
    readonly interval: Interval;
    readonly expected: number;
  } & Readonly<Record<string, unknown>>;
  readonly rows: readonly (readonly [string, string])[];
  readonly says: readonly string[];
}

function toldOf(task: AttackTask): Told {
  switch (task.attack) {
    case "double-spend":
      return doubleSpend(task.run.result(), task.inputs);
    case "selfish":
      return selfish(task.run.result(), task.inputs);
    case "majority":
      return majority(task.run.result(), task.inputs);
    case "partition":
      return partition(task.run.result());
    case "none":
      return stale(task.run.result(), task.inputs);
  }
}

type Inputs = AttackTask["inputs"];

function doubleSpend(result: DoubleSpendResult, { attacker, confirmations }: Inputs): Told {
  const { success, givesUpBehind, ...others } = result;
  const q = Number(attacker);
  return {
    name: "success",
    result: { value: success, ...others, givesUpBehind },
    rows: [
      ["attacker", `${percent(q)} of all hash power, one block found beforehand`],
      ["confirmations", `${confirmations}`],
      ["succeeded", `${grouped(result.successes)} of ${grouped(result.trials)}: ${percent(success)}`],
      ["interval", intervalWords(result.interval, percent)],
      ["Rosenfeld", `${percent(result.expected)} (exact)`],
    ],
    says: [
      agreement(result, "Rosenfeld's formula"),
      ...(givesUpBehind === null
        ? []
        : [
            `The attacker gives up when it is ${givesUpBehind} blocks behind: one in a million would still succeed.`,
          ]),
      refereed(result.refereed, "races"),
    ],
  };
}

function selfish(result: SelfishResult, { attacker, gamma }: Inputs): Told {
  const { revenue, earnedInterval, ...others } = result;
  const q = Number(attacker);
  const gains = revenue > q ? "more" : "no more";
  return {
    name: "revenue",
    result: { value: revenue, ...others, earnedInterval },
    rows: [
      [
        "pool",
        `${percent(q)} of all hash power; of the others ${percent(Number(gamma))} mine on its branch in a tie (gamma)`,
      ],
      ["blocks found", grouped(result.blocks)],
      ["revenue", `${percent(revenue)} of the blocks that count`],
      ["interval", intervalWords(result.interval, percent)],
      ["Eyal and Sirer", percent(result.expected)],
      [
        "earned in a given time",
        `${percent(result.earned)} of what all could; it found ${percent(result.found)}`,
      ],
      ["stale", `${percent(result.stale)} of all blocks`],
    ],
    says: [
      agreement(result, "Eyal and Sirer's formula"),
      `Its share of what counts is ${gains} than its share of the work (that needs ${percent(result.threshold)} at this gamma). In a given`,
      `time it earns ${percent(result.earned)}, where mining openly earns ${percent(q)}: nothing is gained before a retarget makes blocks easier.`,
      refereed(result.refereed, "rounds"),
    ],
  };
}

function majority(result: MajorityResult, { attacker, confirmations }: Inputs): Told {
  const { blocks, ...others } = result;
  return {
    name: "blocks",
    result: { value: blocks, ...others },
    rows: [
      ["attacker", `${percent(Number(attacker))} of all hash power`],
      ["to be undone", `${confirmations} blocks, and what comes meanwhile`],
      ["rewritten", `${grouped(result.trials)} of ${grouped(result.trials)}`],
      ["blocks found until then", `${short(blocks)} in the mean, by all together`],
      ["interval", intervalWords(result.interval, short)],
      ["expected", `${short(result.expected)} (confirmations + 1) / (2 × attacker - 1)`],
    ],
    says: [
      agreement(result, "the mean of the race"),
      `The others lose ${short(result.undone)} blocks more that they find meanwhile. No number of confirmations holds.`,
      refereed(result.refereed, "rewrites"),
    ],
  };
}

function partition(result: PartitionResult): Told {
  const { undone, ...others } = result;
  return {
    name: "undone",
    result: { value: undone, ...others },
    rows: [
      ["partitions", grouped(result.trials)],
      ["blocks found", `${short(result.found)} in the mean, on both sides`],
      ["undone", `${short(undone)} in the mean, ${result.most} at most`],
      ["interval", intervalWords(result.interval, short)],
      ["expected", `${short(result.expected)}: the mean of the smaller of two Poisson numbers`],
    ],
    says: [agreement(result, "the two Poisson processes"), refereed(result.refereed, "partitions")],
  };
}

function stale(result: StaleResult, { delayMs, intervalSeconds }: Inputs): Told {
  const { stale: share, ...others } = result;
  const ratio = Number(delayMs) / Number(intervalSeconds) / 1_000;
  return {
    name: "stale",
    result: { value: share, ...others },
    rows: [
      [
        "blocks",
        `${grouped(result.blocks)}, one in ${intervalSeconds} s; each reaches the others after ${delayMs} ms`,
      ],
      ["stale", `${percent(share)} of all`],
      ["interval", intervalWords(result.interval, percent)],
      ["expected", `${percent(result.expected)}, to the first order of delay / interval`],
      ["deepest", `${result.deepest} blocks given up at once`],
      ...result.miners.map(
        (miner, at) =>
          [
            `miner ${at + 1}`,
            `${percent(miner.share)} of the work: ${percent(miner.stale)} stale (${intervalWords(miner.interval, percent)}; expected ` +
              `${percent(miner.expected)}), ${percent(miner.revenue)} of what counts`,
          ] as const,
      ),
    ],
    says: [
      ratio <= 0.02
        ? agreement(result, "the first-order formula")
        : "The formula holds for delays far below the interval; here it says too much, since blocks found on a stale one count twice.",
      "Small miners lose more: a large one mines on its own block at once, and wins more of the ties that it is in.",
      refereed(result.refereed, "blocks"),
    ],
  };
}

function agreement({ interval, expected }: { interval: Interval; expected: number }, theory: string): string {
  const [from, to] = interval;
  // The interval has six digits.
  const slack = 1e-5 * Math.max(to, 1e-9);
  const lies = expected >= from - slack && expected <= to + slack;
  const hundred = Math.round(100 * CONFIDENCE);
  return lies
    ? `What ${theory} says lies in the interval, which misses the true value in ${100 - hundred} run of 100.`
    : `What ${theory} says lies outside the interval. In ${100 - hundred} run of 100 chance alone does that: try another --seed.`;
}

function refereed(count: number, what: string): string {
  return count === 0
    ? "Counted block by block, without the node's engine: too many blocks for it."
    : `Counted block by block; in the first ${grouped(count)} ${what} the fork choice of the node's own engine said the same.`;
}

function intervalWords([from, to]: Interval, words: (value: number) => string): string {
  return `${words(from)} to ${words(to)}, with ${100 * CONFIDENCE} % confidence`;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(4))} %`;
}

function short(value: number): string {
  return `${Number(value.toPrecision(5))}`;
}
