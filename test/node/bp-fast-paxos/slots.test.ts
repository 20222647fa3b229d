// Slots of the signer guard: what a correct member says, in the order in which it does, the guard never refuses.
import assert from "node:assert/strict";
import type { RoundBallot } from "@witan/consensus";
import type { Height, View } from "@witan/primitives";
import { ballotSlot, decidedAgainSlot } from "../../../packages/node/src/consensus/bp-fast-paxos/slots.ts";
import { ballot } from "../../consensus/bp-fast-paxos/probe.ts";
import { CrashDisk } from "../../crypto/crash-disk.ts";
import { codeOf, digestOf, open } from "../../crypto/guard-cases.ts";

function at(height: number, round: number): RoundBallot {
  return { ...ballot(), height: height as Height, round: round as View };
}

describe("slots of BP Fast Paxos", () => {
  it("let a proposer propose again what it has decided, whatever it has proposed since", async () => {
    const guard = await open(new CrashDisk(), true);
    const inTurn = [
      ["37 in 1", ballotSlot(at(37, 1))],
      ["36 in 4", decidedAgainSlot(at(36, 4))],
      ["36 in 4", decidedAgainSlot(at(36, 4))],
      ["37 in 4", ballotSlot(at(37, 4))],
      // Of the members before a block that changed them, whose rounds are others.
      ["36 in 9", decidedAgainSlot(at(36, 9))],
      ["37 in 5", ballotSlot(at(37, 5))],
    ] as const;
    for (const [what, slot] of inTurn)
      assert.equal(await codeOf(guard.note(slot, digestOf(what))), "ok", what);
    const other = guard.note(decidedAgainSlot(at(36, 9)), digestOf("another in 9"));
    assert.equal(await codeOf(other), "contradicts");
  });
});
