// Specimens of registers that are found soon; the others take longer: specimens.long.ts.
import assert from "node:assert/strict";
import { holdSpecimen, MUST, REGISTERS } from "./specimen.ts";

/** The quick ones. */
const QUICK = ["timestamp-jump", "no-write-back"];

describe("simulator: specimens of registers", function () {
  this.timeout(60_000);

  it("are the protections that can be left out", () => {
    assert.deepEqual(Object.keys(REGISTERS).sort(), Object.keys(MUST).sort());
  });

  for (const name of QUICK) it(`${name}: is found and made small`, async () => await holdSpecimen(name));
});
