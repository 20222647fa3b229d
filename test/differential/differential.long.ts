// The first validator and the naive one agree on 100,000 transactions and blocks, and every rule is reached: the long
// run, on two threads, with a seed of its own each time (printed; WITAN_SEED repeats it, WITAN_CASES says how many).
import assert from "node:assert/strict";
import { Worker } from "node:worker_threads";
import { RULES } from "@witan/ledger";
import { judgeLargeStates } from "./large-states.ts";
import { optionsFromEnvironment, type RunOptions } from "./run.ts";
import { Tally } from "./tally.ts";
import type { WorkerAnswer } from "./worker.ts";

const THREADS = 2;

/** Codes that no test of 100,000 cases can reach, and why. */
const OUT_OF_REACH: Readonly<Record<string, string>> = {
  "retired-keys-full": "a genesis has no retired keys, and each governance block retires three at most",
};

function judgeOnThread(options: RunOptions): Promise<WorkerAnswer> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: options });
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

describe("two validators, at length", () => {
  const tally = new Tally();

  it("agree on 100,000 transactions and blocks", async () => {
    const { seed, cases } = optionsFromEnvironment(Date.now() % 1_000_000_000, 100_000);
    console.log(`      seed ${seed}: WITAN_SEED=${seed} WITAN_CASES=${cases} repeats this`);
    const shares = Array.from({ length: THREADS }, (_, at) => ({
      seed: seed + at,
      stride: THREADS,
      cases: Math.ceil(cases / THREADS),
    }));
    for (const answer of await Promise.all(shares.map(judgeOnThread))) {
      if (!answer.ok) assert.fail(answer.message);
      tally.merge(answer.counts);
    }
    assert.ok(tally.cases >= cases);
  });

  it("agree on states that are full", () => judgeLargeStates(tally));

  it("reached every rule, and a third of the cases was valid", () => {
    console.log(tally.table());
    const missed = Object.keys(RULES).filter((code) => !(code in OUT_OF_REACH) && tally.of(code) === 0);
    assert.deepEqual(missed, []);
    assert.ok(tally.validShare > 1 / 3, `${tally.validShare}`);
  });
});
