// Long random runs against the naive pool. A failure names its seed: `WITAN_MEMPOOL_SEED=n` runs that one alone.
import assert from "node:assert/strict";
import type { MempoolLimits } from "@witan/mempool";
import { RandomRun } from "./random-run.ts";

const STEPS = 350;
const SEEDS = 12;

const TINY: Partial<MempoolLimits>[] = [
  {
    transactions: 8,
    ancestors: 3,
    descendants: 3,
    perClient: 5,
    orphans: 4,
    orphanMs: 3_000,
    orphansPerClient: 3,
    rejections: 10,
  },
  {
    bytes: 30_000,
    ancestors: 4,
    descendants: 2,
    perClient: 9,
    orphans: 6,
    orphanBytes: 9_000,
    orphansPerClient: 5,
  },
  { transactions: 30, ancestors: 6, descendants: 4, orphanMs: 6_000 },
  { transactions: 3, bytes: 6_000, ancestors: 2, perClient: 2, orphans: 2, orphanMs: 1_000 },
];

/** What the runs must have met, so that agreement means something. */
const EXPECTED = [
  ...["admit admitted", "admit known", "admit waiting", "precheck known", "precheck waiting"],
  ...["precheck refused signature-invalid", "precheck refused known-otherwise", "precheck refused conflict"],
  ...["precheck refused client-limit", "precheck refused premature", "precheck refused expired"],
  ...["precheck refused mempool-full", "admit refused descendants-too-many"],
  ...["refused descendants-too-many", "dropped descendants-too-many"],
  ...["admit refused mempool-full", "admit refused ancestors-too-many", "admit refused conflict"],
  ...["admit refused signature-invalid", "admit refused input-immature", "admit refused policy-missing"],
  ...["admit refused input-missing", "admit refused governance-sequence", "admit refused client-revoked"],
  ...["admitted block", "admitted waiting", "refused waiting-full", "refused conflict", "refused expired"],
  ...[
    "refused input-missing",
    "dropped evicted",
    "dropped conflict",
    "dropped expired",
    "dropped input-missing",
  ],
  ...[
    "dropped ancestor-dropped",
    "dropped ancestors-too-many",
    "dropped client-limit",
    "dropped client-revoked",
  ],
  ...["dropped governance-sequence", "undo", "block of"],
];

function run(seed: number, mode: "pbft" | "pow"): ReadonlyMap<string, number> {
  const limits = TINY[seed % TINY.length] ?? {};
  const one = new RandomRun(seed, mode, limits);
  for (let step = 0; step < STEPS; step++) {
    try {
      one.step();
    } catch (error) {
      const log = one.log.slice(-12).join("\n  ");
      throw new Error(`seed ${seed} (${mode}), step ${step}: ${error}\n  ${log}`, { cause: error });
    }
  }
  return one.seen;
}

describe("the pool in random runs", () => {
  const { WITAN_MEMPOOL_SEED } = process.env;
  const seeds =
    WITAN_MEMPOOL_SEED === undefined
      ? Array.from({ length: SEEDS }, (_, seed) => seed)
      : [Number(WITAN_MEMPOOL_SEED)];
  const seen = new Map<string, number>();
  for (const mode of ["pbft", "pow"] as const)
    for (const seed of seeds)
      it(`agrees with the naive pool (${mode}, seed ${seed})`, () => {
        for (const [what, count] of run(seed, mode)) seen.set(what, (seen.get(what) ?? 0) + count);
      });

  it("has come across everything that can happen", () => {
    if (seeds.length < SEEDS) return;
    const missed = EXPECTED.filter((what) => !seen.has(what));
    assert.deepEqual(missed, [], "the runs no longer reach this: mix other steps");
  });
});
