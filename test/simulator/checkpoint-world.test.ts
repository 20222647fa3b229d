// Found by a search: members change at the height of a checkpoint, and who applies that block a moment later can't yet
// read what the others say of it. They say it once.
import assert from "node:assert/strict";
import { makePbftPlan } from "../../packages/simulator/src/pbft/make-plan.ts";
import { worldOf } from "./calm-world.ts";

describe("a checkpoint at a change of members", () => {
  it("is settled by all, also by who applies the block last", () => {
    const { violation, decisions } = worldOf(
      makePbftPlan(66, { members: 4, network: "lan", conducts: [], liars: 0, faults: [] }),
    ).run();
    assert.equal(violation, undefined, `${violation?.check}: ${violation?.message}`);
    assert.ok(decisions > 10, `${decisions} decisions`);
  });
});
