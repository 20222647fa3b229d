// Every decoder, validator and reader, fuzzed for a minute each on two threads, with a seed of its own each time
// (printed; WITAN_SEED repeats it, WITAN_FUZZ_MS says for how long).
import assert from "node:assert/strict";
import { fuzzOnThread } from "./on-thread.ts";
import { TARGETS } from "./targets.ts";
import type { FuzzAnswer } from "./worker.ts";

const THREADS = 2;
const seed = Number(process.env["WITAN_SEED"] ?? Date.now() % 1_000_000_000);
const ms = Number(process.env["WITAN_FUZZ_MS"] ?? 60_000);

function line(answer: FuzzAnswer): string {
  if (!answer.ok) return `${answer.name}: FAILED`;
  const { executions, corpus, functions, answers, slowestMs } = answer.report;
  const counts = `${executions} inputs, ${corpus} kept, ${functions} functions, ${answers.size} answers`;
  return `${answer.name}: ${counts}, slowest ${slowestMs.toFixed(0)} ms`;
}

describe("fuzzing, at length", () => {
  it(`${TARGETS.length} targets, ${ms} ms each (WITAN_SEED=${seed})`, async () => {
    const tasks = Array.from({ length: THREADS }, (_, thread) => {
      const names = TARGETS.filter((_, at) => at % THREADS === thread).map(({ name }) => name);
      return { names, seed, ms };
    });
    const answers = (await Promise.all(tasks.map(fuzzOnThread))).flat();
    for (const answer of answers) console.log(`      ${line(answer)}`);
    const failures = answers.flatMap((answer) => (answer.ok ? [] : [answer.message]));
    assert.deepEqual(failures, []);
    assert.equal(answers.length, TARGETS.length);
  });
});
