// Data that were lost, or put back from an older copy, while the signer guard is there, under the engine as a node runs
// it: no two blocks are decided at one height, and no guard has to refuse. And without such a loss nobody is ever silent.
import assert from "node:assert/strict";
import { Pbft } from "@witan/consensus";
import { decides, heal, standing } from "./hurt.ts";
import { forgottenView, type LeaveOut, lossyWorld, unhurt } from "./lossy-world.ts";
import { harshWorld, randomWorld } from "./random-world.ts";
import { crashes, powerCuts } from "./schedules.ts";

const only = process.env["WITAN_SEED"];
const count = Number(process.env["WITAN_WORLDS"] ?? 24);
const seeds = only ? [Number(only)] : Array.from({ length: count }, (_, at) => at + 1);

const everything: LeaveOut = (options) => options;

describe("PBFT with data that were lost or put back, and guards that were not", function () {
  this.timeout(60_000);

  it("is safe in random worlds, and no guard has to refuse", () => {
    let [silent, losses, decided] = [0, 0, 0];
    for (const seed of seeds) {
      const lossy = lossyWorld(seed, everything);
      assert.equal(lossy.broken, undefined);
      silent += lossy.silent;
      losses += lossy.losses;
      decided += lossy.decided;
    }
    assert.ok(losses > 10 * seeds.length && silent > losses / 2, `${losses} losses, ${silent} silent`);
    assert.ok(decided > 10 * seeds.length, `${decided} blocks`);
  });

  it("is not in a world where nobody looks at the guard", () => {
    const { broken } = lossyWorld(2, (options) => ({ ...options, lastVotes: () => undefined }));
    assert.match(broken ?? "", /the guard of v\d refuses/);
  });

  it("keeps to the view in which it has voted last, though it has forgotten it", () => {
    const world = forgottenView(everything);
    // The leaders went on with it; whoever stayed in view 0 did not.
    assert.equal(world.heights[0], 1, standing(world));
    assert.ok(world.heights[1] > 1, standing(world));
    heal(world);
    assert.ok(decides(world, 3, 600) !== undefined, standing(world));
  });

  it("would decide two blocks at one height in a view that it has left", () => {
    const forgetful: LeaveOut = (options) => ({
      ...options,
      // The height of its votes is known, and their view is not.
      lastVotes: (key) => {
        const votes = options.lastVotes(key);
        return votes && { height: votes.height, slots: [] };
      },
    });
    assert.throws(() => forgottenView(forgetful), /two blocks decided at 2/);
  });
});

describe("PBFT with all its data", function () {
  this.timeout(60_000);

  it("is never silent in random worlds: records account for the guard after every crash", () => {
    for (const seed of seeds) {
      assert.equal(randomWorld(seed, Pbft, unhurt).broken, undefined);
      assert.equal(harshWorld(seed, Pbft, unhurt).broken, undefined);
    }
  });

  for (const beginning of ["all well", "first primary silent"] as const)
    it(`is never silent after a crash of one, or a power cut of all, between two effects (${beginning})`, () => {
      for (const answer of crashes(beginning, Pbft, unhurt)) assert.equal(answer, undefined);
      for (const answer of powerCuts(beginning, Pbft, unhurt)) assert.equal(answer, undefined);
    });
});
