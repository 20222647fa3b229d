// Every decoder, validator and reader, fuzzed for a short while with a seed that is always the same. WITAN_SEED and
// WITAN_FUZZ_MS change that; fuzz.long.ts takes its time.
import assert from "node:assert/strict";
import { fuzz } from "./fuzzer.ts";
import { TARGETS } from "./targets.ts";

const seed = Number(process.env["WITAN_SEED"] ?? 1);
const ms = Number(process.env["WITAN_FUZZ_MS"] ?? 400);

describe(`fuzzing (WITAN_SEED=${seed})`, () => {
  for (const target of TARGETS) {
    it(target.name, function () {
      this.timeout(60_000 + 2 * ms);
      const report = fuzz(target, seed, ms);
      assert.ok(report.executions > 20, `only ${report.executions} inputs`);
      if (process.env["WITAN_TABLE"] !== undefined) {
        const { executions, corpus, functions, slowestMs, answers } = report;
        const counts = `${executions} inputs, ${corpus} kept, ${functions} functions, ${answers.size} answers`;
        console.log(`      ${target.name}: ${counts}, slowest ${slowestMs.toFixed(0)} ms`);
        if (process.env["WITAN_TABLE"] === "all") console.log(answers);
      }
    });
  }
});
