// How much a proposer makes of its time, measured while more waits than its blocks take.
import assert from "node:assert/strict";
import { Throughput } from "../../../packages/node/src/consensus/bp-fast-paxos/throughput.ts";
import { ManualClock } from "../manual-clock.ts";

const WINDOW_MS = 1_000;

/** Blocks of a size, one each 100 ms, for so many windows. @returns the shares that were measured */
function run(
  { clock, throughput }: ReturnType<typeof scene>,
  { round, bytes, windows }: { readonly round: number; readonly bytes: number; readonly windows: number },
): readonly number[] {
  const shares: number[] = [];
  for (let at = 0; at < windows * WINDOW_MS; at += 100) {
    clock.advance(100);
    throughput.applied(bytes);
    const measure = throughput.look(round);
    if (measure === undefined) continue;
    assert.equal(measure.round, round);
    shares.push(measure.sharePermille);
  }
  return shares;
}

function scene() {
  const clock = new ManualClock(0);
  return { clock, throughput: new Throughput({ clock: clock.port(() => true), windowMs: WINDOW_MS }) };
}

describe("the throughput of a proposer", () => {
  it("is held against the best of late, window by window, while there is a backlog", () => {
    const one = scene();
    one.throughput.workChanged(true);
    assert.deepEqual(run(one, { round: 0, bytes: 1_000, windows: 3 }), [1_000, 1_000, 1_000]);
    one.throughput.look(1);
    const slow = run(one, { round: 1, bytes: 250, windows: 2 });
    assert.equal(slow.length, 2);
    assert.ok(
      slow.every((share) => share >= 250 && share < 300),
      slow.join(),
    );
    // One that is as good as the best is told to be so again.
    assert.deepEqual(run(one, { round: 1, bytes: 1_000, windows: 1 }), [1_000]);
  });

  it("is not measured where blocks take all there is, however small they are", () => {
    const one = scene();
    one.throughput.workChanged(true);
    run(one, { round: 0, bytes: 1_000, windows: 1 });
    for (let time = 0; time < 20; time++) {
      one.throughput.workChanged(true);
      assert.deepEqual(run(one, { round: 0, bytes: 10, windows: 0.5 }), []);
      one.throughput.workChanged(false);
    }
    assert.deepEqual(run(one, { round: 0, bytes: 10, windows: 3 }), []);
  });

  it("says nothing where nothing is decided, and forgets slowly what was best", () => {
    const one = scene();
    one.throughput.workChanged(true);
    run(one, { round: 0, bytes: 1_000, windows: 1 });
    assert.deepEqual(run(one, { round: 0, bytes: 0, windows: 3 }), []);
    const shares = run(one, { round: 0, bytes: 500, windows: 30 });
    assert.ok((shares[0] ?? 0) < 600);
    assert.equal(shares.at(-1), 1_000);
  });
});
