// Every decoder, validator and reader, fuzzed for a short while with a seed that is always the same. WITAN_SEED and
// WITAN_FUZZ_MS change that; fuzz.long.ts takes its time.
import assert from "node:assert/strict";
import { fuzzOnThread } from "./on-thread.ts";
import { TARGETS } from "./targets.ts";
import type { FuzzAnswer } from "./worker.ts";

const seed = Number(process.env["WITAN_SEED"] ?? 1);
const ms = Number(process.env["WITAN_FUZZ_MS"] ?? 700);

describe(`fuzzing (WITAN_SEED=${seed})`, () => {
  let answers: readonly FuzzAnswer[] = [];

  before("all targets, one after another", async function () {
    this.timeout(TARGETS.length * (10_000 + 2 * ms));
    answers = await fuzzOnThread({ names: TARGETS.map(({ name }) => name), seed, ms });
  });

  for (const { name } of TARGETS) {
    it(name, () => {
      const answer = answers.find((one) => one.name === name);
      assert.ok(answer !== undefined, "the thread has not come to it");
      assert.ok(answer.ok, answer.ok ? "" : answer.message);
      const { executions, corpus, functions, slowestMs, answers: given } = answer.report;
      assert.ok(executions > 20, `only ${executions} inputs`);
      if (process.env["WITAN_TABLE"] === undefined) return;
      const counts = `${executions} inputs, ${corpus} kept, ${functions} functions, ${given.size} answers`;
      console.log(`      ${name}: ${counts}, slowest ${slowestMs.toFixed(0)} ms`);
      if (process.env["WITAN_TABLE"] === "all") console.log(given);
    });
  }
});
