// BP Fast Paxos as real processes, in full measure: a hundred times `kill -9`; and `witan bench` on a small network, where
// the load goes to proposers, and counts where it is on every chain.
import assert from "node:assert/strict";
import { checkChains } from "./chains-agree.ts";
import { crashFast } from "./crash-fast.ts";
import { withNetwork } from "./harness.ts";
import { Load } from "./load.ts";
import { type Line, withWitan } from "./witan-process.ts";

describe("kill -9 of the trusted proposer, of an acceptor, of both, in BP Fast Paxos", function () {
  this.timeout(1_800_000);

  it("costs nothing that is final, a hundred times", () =>
    withNetwork({ fast: { proposers: 2, acceptors: 4 }, observers: 1 }, async (network) => {
      const load = await Load.start(network, { lanes: 2 });
      await crashFast(network, load, 100);
      await load.stop();
      await checkChains(network, load.finals);
    }));
});

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
