// Every small schedule of a kind, not a sample: an equivocating primary, a crash between every two effects of a
// dialogue, a power cut of all between every two effects and a lying primary after it. Crashes and power cuts are of the
// engine as a node runs it: nobody is silent after one, since its records account for its guard.
import assert from "node:assert/strict";
import { unhurt } from "./lossy-world.ts";
import { type Beginning, crashes, equivocations, powerCuts } from "./schedules.ts";

const BEGINNINGS: readonly Beginning[] = ["all well", "first primary silent"];

function none(answers: Iterable<string | undefined>, atLeast: number): void {
  let count = 0;
  for (const answer of answers) {
    count++;
    assert.equal(answer, undefined);
  }
  assert.ok(count >= atLeast, `only ${count} schedules`);
}

describe("PBFT in every small schedule", function () {
  this.timeout(60_000);

  it("survives a primary that proposes two blocks, whoever hears what", () => {
    none(equivocations(), 1_536);
  });

  for (const beginning of BEGINNINGS) {
    it(`survives the crash of one between every two effects (${beginning})`, () => {
      none(crashes(beginning, unhurt), 100);
    });

    it(`survives a power cut of all between every two effects, and a lying primary then (${beginning})`, () => {
      none(powerCuts(beginning, unhurt), 200);
    });
  }
});
