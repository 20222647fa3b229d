// How the coins of a load are split: into as many as it needs, and no more.
import assert from "node:assert/strict";
import { splitsOf } from "../../packages/lab/src/load/load-coins.ts";

describe("the coins of a load", () => {
  it("are split only as far as they are needed", () => {
    assert.deepEqual(splitsOf(["a"], 1), []);
    assert.deepEqual(splitsOf(["a"], 100), [{ coin: "a", parts: 100 }]);
    assert.deepEqual(splitsOf(["a"], 600), [{ coin: "a", parts: 255 }]);
    const own = Array.from({ length: 255 }, (_, at) => `${at}`);
    assert.deepEqual(splitsOf(own, 600), [
      { coin: "0", parts: 255 },
      { coin: "1", parts: 92 },
    ]);
    const made = splitsOf(own, 600).reduce((sum, { parts }) => sum + parts - 1, own.length);
    assert.equal(made, 600);
  });
});
