// The first validator and the naive one agree on everything: a short run on every `npm test`, always the same unless
// WITAN_SEED says otherwise. The long run is differential.long.ts.
import assert from "node:assert/strict";
import { optionsFromEnvironment, run } from "./run.ts";

describe("two validators", () => {
  it("agree on some 1,500 transactions and blocks", function () {
    this.timeout(120_000);
    const options = optionsFromEnvironment(1, 1_500);
    const tally = run(options);
    if (process.env["WITAN_TABLE"] !== undefined) console.log(`seed ${options.seed}\n${tally.table()}`);
    assert.ok(tally.cases >= options.cases);
  });
});
