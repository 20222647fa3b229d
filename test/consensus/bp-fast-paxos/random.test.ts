// BP Fast Paxos in worlds of chance: no two blocks are chosen or decided at one height, what is decided was proposed and is
// valid, nobody correct is accused, memory is bounded, and in the kind time all decide if one proposer is correct.
// WITAN_SEED=n runs one seed, WITAN_WORLDS=n the first n.
import assert from "node:assert/strict";
import { CORRECTED, type Corrections, promiseStatement } from "@witan/consensus";
import type { BlockHash, Height, View } from "@witan/primitives";
import { ZERO_HASH } from "@witan/primitives";
import { seedsOf } from "../seeds.ts";
import { type Outcome, randomWorld } from "./random-world.ts";

function named(seed: number, corrections?: Corrections): Outcome {
  try {
    return randomWorld(seed, corrections);
  } catch (error) {
    throw new Error(`seed ${seed}`, { cause: error });
  }
}

/** The first world that breaks without a correction. */
function found(part: Partial<Corrections>, seeds: number): string | undefined {
  for (let seed = 1; seed <= seeds; seed++) {
    try {
      randomWorld(seed, { ...CORRECTED, ...part });
    } catch (error) {
      return String(error);
    }
  }
  return undefined;
}

const WORLDS = 200;

describe("BP Fast Paxos in random worlds", function () {
  this.timeout(180_000);

  it("is safe, and decides in the kind time", () => {
    const seen = { height: 0, round: 0, crashes: 0, liars: 0, accused: 0 };
    const seeds = seedsOf(WORLDS);
    for (const seed of seeds) {
      const outcome = named(seed);
      for (const key of Object.keys(seen) as (keyof typeof seen)[]) seen[key] += outcome[key];
    }
    if (seeds.length < WORLDS) return;
    for (const [what, sum] of Object.entries(seen)) assert.ok(sum > WORLDS / 2, `${sum} ${what} only`);
  });

  it("finds what each printed rule does", () => {
    const zero = ZERO_HASH as BlockHash;
    assert.match(
      found({ answerToBadAccept: ({ badRound }) => (badRound + 1) as View }, 20) ?? "",
      /runs away/,
      "correction 2",
    );
    assert.match(
      found({ beginsRound: (_, promises, quorum) => promises >= quorum }, 60) ?? "",
      /accuses p/,
      "3",
    );
    assert.ok(found({ promisesToCheck: (all, me) => all.filter((one) => one.acceptor === me) }, 60), "5");
    const unbound: Corrections["promiseStatement"] = (one) =>
      promiseStatement({ ...one, round: 1 as View, decidedHeight: 0 as Height, decidedHash: zero });
    assert.ok(found({ promiseStatement: unbound }, 60), "6");
    assert.ok(found({ keeps: ({ kind }) => kind !== "progress" }, 10), "7");
  });
});
