// `witan bench` on a small network of BP Fast Paxos: the load goes to proposers, and counts where it is on every chain.
import assert from "node:assert/strict";
import { type Line, withWitan } from "./witan-process.ts";

describe("witan bench --consensus bp-fast-paxos", () => {
  it("tells its mode, and counts every transfer on every chain", () =>
    withWitan(async (start) => {
      const counts = ["--proposers", "2", "--acceptors", "4", "--transactions", "1000"];
      const bench = start("bench", "--consensus", "bp-fast-paxos", ...counts);
      assert.equal(await bench.ended(), 0, JSON.stringify(bench.lines) + bench.err);
      const { consensus, proposers, acceptors, validating, final } = bench.lines.at(-1) as Line;
      assert.deepEqual(
        [consensus, proposers, acceptors, validating, final],
        ["bp-fast-paxos", 2, 4, 6, 1000],
      );
    }));
});
