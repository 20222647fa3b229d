// What bad requests cost validators that are under full load: the bench, with and without somebody who sends every validator
// as many of them as it answers. In turns, so that a machine that grows slower or faster meanwhile does the same to both.
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

/** What was measured: transactions in a second. */
export interface Flooded {
  readonly quiet: readonly number[];
  readonly flooded: readonly number[];
  /** Of the means: 1 is no loss. */
  readonly ratio: number;
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

/** Transactions in a second of one bench. */
async function throughput(transactions: number, onAnswer: (() => void) | undefined): Promise<number> {
  let stop: (() => Promise<void>) | undefined;
  const result = await runBench({
    ...{ command: WITAN, transactions, signal: new AbortController().signal },
    shape: { consensus: "pbft", validators: VALIDATORS },
    onServing: (rpc) => {
      if (onAnswer !== undefined) stop = flood(rpc, onAnswer);
    },
    // What comes after the load is not measured here.
    onProgress: (phase) => {
      if (phase === "counting") void stop?.();
    },
  });
  await stop?.();
  return result.throughput;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Measures so often both ways. */
export async function measureFlooded(rounds: number, transactions: number): Promise<Flooded> {
  const quiet: number[] = [];
  const flooded: number[] = [];
  let answers = 0;
  for (let round = 0; round < rounds; round++) {
    quiet.push(await throughput(transactions, undefined));
    flooded.push(await throughput(transactions, () => answers++));
  }
  return { quiet, flooded, ratio: mean(flooded) / mean(quiet), answers };
}

/** In words. */
export function floodedText({ quiet, flooded, ratio, answers }: Flooded): string {
  return `${quiet.join(", ")} tx/s quiet, ${flooded.join(", ")} tx/s beside ${answers} bad requests: ratio ${ratio.toFixed(3)}`;
}
