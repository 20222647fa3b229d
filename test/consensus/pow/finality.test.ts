// The chance of a reversal against the sums as they are printed, evaluated in rationals without any rounding.
import assert from "node:assert/strict";
import {
  CONFIRMATIONS_MAX,
  confirmationsFor,
  nakamoto,
  type ReversalFormula,
  rosenfeld,
} from "@witan/consensus";
import { AssertionError } from "@witan/primitives";
import fc from "fast-check";

/** A share as a fraction, so that no sum begins with a rounded number. */
type Share = readonly [numerator: bigint, denominator: bigint];

const SHARES: readonly Share[] = [
  ...([
    [1n, 1_000n],
    [1n, 10n],
    [1n, 4n],
    [3n, 10n],
    [2n, 5n],
  ] as const),
  ...([
    [45n, 100n],
    [49n, 100n],
    [499n, 1_000n],
    [499_999n, 1_000_000n],
  ] as const),
];
const DEPTHS = [1, 2, 3, 6, 10, 24, 32, 100, 127, 128, 129, 340, 1_000];

/** A fraction as the nearest double but for its last digits. */
function toNumber(numerator: bigint, denominator: bigint): number {
  const length = (value: bigint) => value.toString(2).length;
  const shift = length(denominator) - length(numerator) + 80;
  const quotient =
    shift >= 0 ? (numerator << BigInt(shift)) / denominator : numerator / (denominator << BigInt(-shift));
  return Number(quotient) * 2 ** -shift;
}

/** 1 - Σ_{m=0..z} C(m+z-1, m) (p^z q^m - p^m q^z). */
function printedRosenfeld([n, d]: Share, z: number): number {
  const rest = d - n;
  const whole = d ** BigInt(2 * z);
  let sum = 0n;
  let binomial = 1n;
  for (let m = 0; m <= z; m++) {
    const [own, other] = [rest ** BigInt(z) * n ** BigInt(m), rest ** BigInt(m) * n ** BigInt(z)];
    sum += binomial * (own - other) * d ** BigInt(z - m);
    binomial = (binomial * BigInt(m + z)) / BigInt(m + 1);
  }
  return toNumber(whole - sum, whole);
}

const BITS = 9_000n;
const ONE = 1n << BITS;

/** 1 - Σ_{k=0..z} λ^k e^-λ / k! (1 - (q/p)^(z-k)), with 9,000 bits behind the point. */
function printedNakamoto([n, d]: Share, z: number): number {
  const rest = d - n;
  const lambda = (value: bigint) => (value * BigInt(z) * n) / rest;
  let exponential = 0n;
  for (let [term, k] = [ONE, 1n]; term > 0n; k++) {
    exponential += term;
    term = lambda(term) / k;
  }
  const ratios = [ONE];
  for (let k = 1; k <= z; k++) ratios.push(((ratios[k - 1] as bigint) * n) / rest);
  let sum = 0n;
  for (let [term, k] = [(ONE * ONE) / exponential, 0]; k <= z; k++) {
    sum += (term * (ONE - (ratios[z - k] as bigint))) >> BITS;
    term = lambda(term) / BigInt(k + 1);
  }
  return toNumber(ONE - sum, ONE);
}

function worstError(formula: ReversalFormula, printed: (share: Share, z: number) => number): number {
  let worst = 0;
  let compared = 0;
  for (const share of SHARES)
    for (const z of DEPTHS) {
      const exact = printed(share, z);
      if (exact < 1e-290) continue;
      compared++;
      const q = Number(share[0]) / Number(share[1]);
      const error = Math.abs(formula(q, z) / exact - 1);
      assert.ok(error < 1e-12, `q ${q}, z ${z}: ${formula(q, z)}, exactly ${exact}: off by ${error}`);
      worst = Math.max(worst, error);
    }
  assert.ok(compared > 100, `${compared} compared only`);
  return worst;
}

describe("the chance of a reversal", function () {
  this.timeout(20_000);

  it("is Rosenfeld's, up to 1,000 confirmations and a share of 0.499999, to 12 digits", () => {
    assert.ok(worstError(rosenfeld, printedRosenfeld) < 5e-13);
  });

  it("is Nakamoto's, up to 1,000 confirmations and a share of 0.499999, to 12 digits", () => {
    assert.ok(worstError(nakamoto, printedNakamoto) < 5e-13);
  });

  it("is what the papers print", () => {
    // Nakamoto 2008, section 11: q = 0.1 and z = 0 to 10; Rosenfeld 2014, table 1 (percentages).
    const printed = ["1.0000000", "0.2045873", "0.0509779", "0.0131722", "0.0034552", "0.0009137"];
    for (const [z, value] of [
      ...printed,
      "0.0002428",
      "0.0000647",
      "0.0000173",
      "0.0000046",
      "0.0000012",
    ].entries())
      assert.equal(nakamoto(0.1, z).toFixed(7), value);
    for (const [q, z, percent] of [
      ...([
        [0.02, 1, "4.000"],
        [0.1, 6, "0.059"],
        [0.3, 10, "6.511"],
      ] as const),
    ])
      assert.equal((100 * rosenfeld(q, z)).toFixed(3), percent);
  });

  for (const [name, formula] of Object.entries({ nakamoto, rosenfeld })) {
    it(`is 1 without confirmations or against a majority, and 0 without an attacker: ${name}`, () => {
      for (const q of [0, 0.1, 0.5, 1]) assert.equal(formula(q, 0), 1);
      for (const q of [0.5, 0.51, 1]) assert.equal(formula(q, 1_000), 1);
      for (const z of [1, 1_000_000]) assert.equal(formula(0, z), 0);
      for (const [q, z] of [
        [-0.1, 1],
        [1.1, 1],
        [Number.NaN, 1],
        [0.1, -1],
        [0.1, 1.5],
      ] as const)
        assert.throws(() => formula(q, z), AssertionError);
    });

    it(`falls with every confirmation, and grows with the attacker: ${name}`, () => {
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 4_990 }), fc.integer({ min: 1, max: 1_500 }), (share, z) => {
          const q = share / 10_000;
          const value = formula(q, z);
          assert.ok(value >= 0 && value <= 1);
          assert.ok(formula(q, z + 1) < value || value < 1e-307, `q ${q}, z ${z}`);
          assert.ok(formula(q + 0.0001, z) > value || value < 1e-307, `q ${q}, z ${z}`);
        }),
      );
    });

    it(`needs the fewest confirmations for a risk: ${name}`, () => {
      for (const q of [0.001, 0.1, 0.25, 0.3, 0.45, 0.499])
        for (const risk of [0.5, 0.01, 0.001, 1e-6, 1e-300]) {
          const needed = confirmationsFor(formula, q, risk) as number;
          assert.ok(
            formula(q, needed) <= risk && formula(q, needed - 1) > risk,
            `q ${q}, risk ${risk}: ${needed}`,
          );
        }
      assert.equal(confirmationsFor(formula, 0.3, 1), 0);
      assert.equal(confirmationsFor(formula, 0, 1e-9), 1);
      assert.equal(confirmationsFor(formula, 0.5, 0.001), undefined);
      assert.equal(confirmationsFor(formula, 0.499999, 0.001), undefined);
      assert.throws(() => confirmationsFor(formula, 0.1, 0), AssertionError);
    });
  }

  it("needs what the papers say, and no more where a probability is the risk itself", () => {
    // Nakamoto 2008, section 11: P < 0.1 %.
    const shares = [0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45];
    assert.deepEqual(
      shares.map((q) => confirmationsFor(nakamoto, q, 0.001)),
      [5, 8, 11, 15, 24, 41, 89, 340],
    );
    assert.deepEqual(
      [0.1, 0.3].map((q) => confirmationsFor(rosenfeld, q, 0.001)),
      [6, 32],
    );
    // Of one confirmation Rosenfeld's is 2q, of two 6q² - 4q³.
    for (const q of [0.01, 0.05, 0.1, 0.3, 0.45]) assert.equal(confirmationsFor(rosenfeld, q, 2 * q), 1);
    assert.equal(confirmationsFor(rosenfeld, 0.1, 0.056), 2);
    assert.ok((confirmationsFor(rosenfeld, 0.4999, 0.001) as number) < CONFIRMATIONS_MAX);
  });
});
