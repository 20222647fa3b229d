// Four validators under full load, with and without bad requests: these cost each less than a tenth of a core, which is what
// limits its throughput. For a machine with nothing else to do; the figures stand in the name of the failure.
import assert from "node:assert/strict";
import { floodedText, measureFlooded } from "../bench/flooded-bench.ts";

describe("four validators under full load, flooded with bad requests", function () {
  this.timeout(1_800_000);

  it("spend less than a tenth of a core on them each", async () => {
    const measured = await measureFlooded(3, 20_000);
    console.log(`      ${floodedText(measured)}`);
    assert.ok(measured.lost < 0.1, floodedText(measured));
  });
});
