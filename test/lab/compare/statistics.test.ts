// What is said of numbers, and how sure it is.
import assert from "node:assert/strict";
import { medianOf, quantile, shareOf, spreadOf } from "../../../packages/lab/src/compare/statistics.ts";

describe("statistics of a comparison", () => {
  it("take quantiles between neighbours", () => {
    assert.equal(quantile([4, 1, 3, 2], 0.5), 2.5);
    assert.equal(quantile([1, 2, 3, 4, 5], 0.25), 2);
    assert.equal(quantile([7], 0.99), 7);
    assert.ok(Number.isNaN(quantile([], 0.5)));
  });

  it("say between which values the median lies, where there are enough", () => {
    assert.deepEqual(medianOf([3, 1, 2]), { value: 2, low: null, high: null });
    // Of 100 values the 40th and the 61st in order (Conover, table of the binomial distribution).
    const { value, low, high } = medianOf(Array.from({ length: 100 }, (_, at) => 100 - at));
    assert.deepEqual([value, low, high], [50.5, 40, 61]);
  });

  it("hold the median in 95 of 100 samples or more", () => {
    // A fixed sequence (Lehmer's, modulus 2^31 - 1), uniform: its median is a half.
    let state = 42;
    const next = () => {
      state = (state * 48_271) % 0x7fff_ffff;
      return state / 0x7fff_ffff;
    };
    for (const size of [10, 51, 300]) {
      let held = 0;
      for (let sample = 0; sample < 1_000; sample++) {
        const { low, high } = medianOf(Array.from({ length: size }, next));
        if ((low ?? 0) <= 0.5 && (high ?? 1) >= 0.5) held++;
      }
      assert.ok(held >= 940, `${held} of 1000 samples of ${size}`);
    }
  });

  it("give Wilson's interval of a share", () => {
    // Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
    for (const [successes, trials, low, high] of [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
      [1, 29, 0.0061, 0.1718],
    ] as const) {
      const estimate = shareOf(successes, trials);
      assert.ok(Math.abs((estimate.low ?? 9) - low) < 5e-5, `${estimate.low} of ${successes}/${trials}`);
      assert.ok(Math.abs((estimate.high ?? 9) - high) < 5e-5, `${estimate.high} of ${successes}/${trials}`);
    }
  });

  it("say how far repeats lie apart", () => {
    assert.equal(spreadOf([100]), 0);
    assert.equal(spreadOf([90, 100, 120]), 0.3);
  });
});
