// How much a proposer makes of its time, measured while more waits than its blocks take.
import assert from "node:assert/strict";
import fc from "fast-check";
import { Throughput } from "../../../packages/node/src/consensus/bp-fast-paxos/throughput.ts";
import { ManualClock } from "../manual-clock.ts";

const WINDOW_MS = 1_000;
const BLOCK_MS = 100;

/** A pool that blocks are made from, one each 100 ms. */
class Scene {
  readonly #clock = new ManualClock(0);
  readonly #throughput: Throughput;
  #waiting = 0;

  constructor() {
    this.#throughput = new Throughput({
      ...{ clock: this.#clock.port(() => true), windowMs: WINDOW_MS },
      waitingBytes: () => this.#waiting,
    });
  }

  /** So many windows. @returns the shares that were measured */
  run({ round, arriving, taken, windows }: Load): readonly number[] {
    const shares: number[] = [];
    for (let at = 0; at < windows * WINDOW_MS; at += BLOCK_MS) {
      this.#clock.advance(BLOCK_MS);
      const bytes = Math.min(taken, this.#waiting);
      // What comes while a block is made waits for the next one.
      this.#waiting += arriving - bytes;
      this.#throughput.applied(bytes);
      this.#throughput.workChanged(this.#waiting > 0);
      const measure = this.#throughput.look(round);
      if (measure === undefined) continue;
      assert.equal(measure.round, round);
      shares.push(measure.sharePermille);
    }
    return shares;
  }
}

/** Bytes that come between two blocks, and that a block takes at most. */
interface Load {
  readonly round: number;
  readonly arriving: number;
  readonly taken: number;
  readonly windows: number;
}

describe("the throughput of a proposer", () => {
  it("is held against the best of late, window by window, while more waits than its blocks take", () => {
    const scene = new Scene();
    const honest = scene.run({ round: 0, arriving: 2_000, taken: 1_000, windows: 3 });
    assert.deepEqual(honest, [1_000, 1_000, 1_000]);
    scene.run({ round: 1, arriving: 0, taken: 0, windows: 0.1 });
    const slow = scene.run({ round: 1, arriving: 1_000, taken: 150, windows: 3 });
    assert.ok(slow.length === 3 && slow.every((share) => share >= 150 && share < 200), slow.join());
    // One that is as good as the best is told to be so again.
    assert.deepEqual(scene.run({ round: 1, arriving: 1_000, taken: 1_000, windows: 1 }), [1_000]);
  });

  it("is whole where blocks take what there is, however little, and though something always waits", () => {
    const scene = new Scene();
    scene.run({ round: 0, arriving: 1_000, taken: 1_000, windows: 3 });
    // A few are always on their way; then many come at once, when the window is over.
    for (const share of scene.run({ round: 0, arriving: 20, taken: 1_000, windows: 20 }))
      assert.equal(share, 1_000);
    for (const share of scene.run({ round: 0, arriving: 50_000, taken: 1_000, windows: 1 }))
      assert.equal(share, 1_000);
  });

  it("is not measured where nothing is decided, and what was best is forgotten slowly", () => {
    const scene = new Scene();
    scene.run({ round: 0, arriving: 2_000, taken: 1_000, windows: 2 });
    assert.deepEqual(scene.run({ round: 0, arriving: 2_000, taken: 0, windows: 2 }), []);
    const shares = scene.run({ round: 0, arriving: 2_000, taken: 400, windows: 40 });
    assert.ok((shares[0] ?? 0) < 500);
    assert.equal(shares.at(-1), 1_000);
  });

  it("of an honest one is never below a fifth, however the load goes up and down and machines slow down to a third", () => {
    const phase = fc.record({
      arriving: fc.integer({ min: 0, max: 3_000 }),
      taken: fc.integer({ min: 350, max: 1_000 }),

      windows: fc.integer({ min: 1, max: 60 }).map((tenths) => tenths / 10),
    });
    fc.assert(
      fc.property(fc.array(phase, { maxLength: 12 }), (phases) => {
        const scene = new Scene();
        for (const one of phases)
          for (const share of scene.run({ round: 0, ...one })) assert.ok(share >= 200, `${share}`);
      }),
    );
  });
});
