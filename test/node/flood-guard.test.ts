// How many votes and requests of a peer are looked at.
import assert from "node:assert/strict";
import { FloodGuard, REQUESTS, VOTES } from "../../packages/node/src/flood-guard.ts";
import { ManualClock } from "./manual-clock.ts";
import { peerIdOfName } from "./seat.ts";

const [A, B] = [peerIdOfName("a"), peerIdOfName("b")];

function taken(guard: FloodGuard, peer: typeof A, tries: number): number {
  let count = 0;
  for (let each = 0; each < tries; each++) if (guard.take(peer)) count++;
  return count;
}

describe("the flood guard", () => {
  it("takes a burst of 4,096, then 1,000 a second, of each peer", () => {
    const clock = new ManualClock(0);
    const guard = new FloodGuard(
      clock.port(() => true),
      VOTES,
    );
    assert.equal(taken(guard, A, 10_000), 4_096);
    assert.equal(taken(guard, B, 10_000), 4_096);
    clock.advance(1_000);
    assert.equal(taken(guard, A, 10_000), 1_000);
    clock.advance(50);
    assert.equal(taken(guard, A, 10_000), 50);
    clock.advance(3_600_000);
    assert.equal(taken(guard, A, 10_000), 4_096);
  });

  it("takes a burst of 64 requests, then 32 a second, of each peer", () => {
    const clock = new ManualClock(0);
    const guard = new FloodGuard(
      clock.port(() => true),
      REQUESTS,
    );
    assert.deepEqual([taken(guard, A, 1_000), taken(guard, B, 1_000)], [64, 64]);
    clock.advance(1_000);
    assert.equal(taken(guard, A, 1_000), 32);
    assert.equal(taken(guard, A, 1_000), 0);
  });

  it("lets who keeps to the rate go on for ever", () => {
    const clock = new ManualClock(0);
    const guard = new FloodGuard(
      clock.port(() => true),
      VOTES,
    );
    for (let tick = 0; tick < 1_000; tick++) {
      assert.equal(taken(guard, A, 10), 10);
      clock.advance(10);
    }
  });

  it("forgets a peer that is gone", () => {
    const guard = new FloodGuard(
      new ManualClock(0).port(() => true),
      VOTES,
    );
    assert.equal(taken(guard, A, 5_000), 4_096);
    guard.forget(A);
    assert.equal(taken(guard, A, 5_000), 4_096);
  });
});
