// Data that were lost, or put back from an older copy, while the signer guard is there, under the engine as a node runs
// it: no two blocks are decided at one height, and no guard has to refuse. (That nobody is silent without such a loss is
// shown by schedules.test.ts and random.test.ts.)
import assert from "node:assert/strict";
import { forgottenView, type LeaveOut, lossyWorld } from "./lossy-world.ts";
import { seedsOf } from "./seeds.ts";

const seeds = seedsOf(24);

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
    assert.match(broken ?? "", /the signer guard refused/);
  });

  it("keeps to the view in which it has voted last, though it has forgotten it", () => {
    const stage = forgottenView(everything);
    // The leaders went on with it; whoever stayed in view 0 did not.
    assert.equal(stage.heights[0], 1, stage.standing());
    assert.ok(stage.heights[1] > 1, stage.standing());
    stage.mustDecide(3, 600);
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
    assert.throws(() => forgottenView(forgetful), /two blocks decided at height 2/);
  });
});
