// What bad requests cost validators that are under full load: the bench, with and without somebody who sends every validator
// as many of them as it answers. In turns, so that a machine that grows slower or faster meanwhile does the same to both.
// What counts is the processor time of the validators, of which each has a core in earnest: here they share two with each
// other, and with who floods, who needs as much of them as he is given.
import { runBench } from "@witan/lab";
import { WITAN } from "../network/witan-process.ts";
import { FLOODS } from "./flood-kinds.ts";

/** Kinds that are wrong in themselves, and that everybody may send; each on so many connections to each validator. */
const KINDS: readonly string[] = [
  ...["no JSON", "unknown method", "wrong params", "odd hex", "a batch of 1,000 wrong", "64 sent ahead"],
  ...["2 MB: lists within lists", "2 MB: many names", "2 MB of no JSON", "WebSocket, wrong params"],
];
const CONNECTIONS = 4;
const VALIDATORS = 4;

/** One run of the bench. */
interface Run {
  /** Transactions in a second. */
  readonly throughput: number;
  readonly wallSeconds: number;
  /** Processor time of a validator, the mean of all. */
  readonly cpuSeconds: number;
  /** Processor time of this process, which floods. */
  readonly ownSeconds: number;
}

/** What was measured. */
export interface Flooded {
  readonly quiet: readonly Run[];
  readonly flooded: readonly Run[];
  /** Of a core: what a validator spends on bad requests, and so what one that has a core loses of its throughput. */
  readonly lost: number;
  /** Bad requests that were answered. */
  readonly answers: number;
}

/** Floods servers until told to stop. */
function flood(rpc: readonly string[], count: () => void): () => Promise<void> {
  let isOver = false;
  const chosen = FLOODS.filter(({ name }) => KINDS.includes(name));
  const running = rpc.flatMap((url) =>
    chosen.flatMap(({ run }) =>
      Array.from({ length: CONNECTIONS }, () =>
        run(Number(new URL(url).port), () => isOver, count).catch(() => undefined),
      ),
    ),
  );
  return async () => {
    isOver = true;
    await Promise.all(running);
  };
}

/** Runs the bench once. */
async function run(transactions: number, onAnswer: (() => void) | undefined): Promise<Run> {
  let stop: (() => Promise<void>) | undefined;
  let before = process.cpuUsage();
  let own = before;
  const { throughput, wallSeconds, validatorCpuSeconds } = await runBench({
    ...{ command: WITAN, transactions, signal: new AbortController().signal },
    shape: { consensus: "pbft", validators: VALIDATORS },
    onServing: (rpc) => {
      before = process.cpuUsage();
      if (onAnswer !== undefined) stop = flood(rpc, onAnswer);
    },
    // What comes after the load is not measured here.
    onProgress: (phase) => {
      if (phase !== "counting") return;
      own = process.cpuUsage(before);
      void stop?.();
    },
  });
  await stop?.();
  const cpuSeconds = mean(validatorCpuSeconds.map((one) => one ?? Number.NaN));
  return { throughput, wallSeconds, cpuSeconds, ownSeconds: (own.user + own.system) / 1_000_000 };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Measures so often both ways. */
export async function measureFlooded(rounds: number, transactions: number): Promise<Flooded> {
  const quiet: Run[] = [];
  const flooded: Run[] = [];
  let answers = 0;
  for (let round = 0; round < rounds; round++) {
    quiet.push(await run(transactions, undefined));
    flooded.push(await run(transactions, () => answers++));
  }
  const needed = mean(quiet.map(({ cpuSeconds }) => cpuSeconds));
  const spent = flooded.map(({ cpuSeconds, wallSeconds }) => (cpuSeconds - needed) / wallSeconds);
  return { quiet, flooded, lost: mean(spent), answers };
}

/** In words. */
export function floodedText({ quiet, flooded, lost, answers }: Flooded): string {
  const told = (runs: readonly Run[]) =>
    runs
      .map(({ throughput, cpuSeconds }) => `${throughput} tx/s (${cpuSeconds.toFixed(1)} s of CPU each)`)
      .join(", ");
  return (
    `quiet ${told(quiet)}; beside ${answers} bad requests ${told(flooded)}: ` +
    `a validator spends ${(100 * lost).toFixed(1)} % of a core on them, and who floods ` +
    `${mean(flooded.map(({ ownSeconds }) => ownSeconds)).toFixed(1)} s of the same cores ` +
    `(${mean(quiet.map(({ ownSeconds }) => ownSeconds)).toFixed(1)} s without)`
  );
}
