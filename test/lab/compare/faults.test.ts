// What a comparison says of faults, from runs that are made up here.
import assert from "node:assert/strict";
import { drawn } from "../../../packages/lab/src/compare/drawing.ts";
import { effectsOf, faultsFound } from "../../../packages/lab/src/compare/experiments/faults.ts";
import { type FaultRun, faultPlan, sidesOf } from "../../../packages/lab/src/compare/faults-run.ts";

/** A transfer every 10 ms, and a block with ten every 100 ms, but for pauses: what waited comes with the block after one. */
function run(pauses: readonly (readonly [number, number])[], more: Partial<FaultRun> = {}): FaultRun {
  const blocks: { atMs: number; transfers: number }[] = [];
  let waiting = 0;
  for (let atMs = 100; atMs <= 10_000; atMs += 100) {
    waiting += 10;
    if (pauses.some(([from, to]) => atMs > from && atMs < to)) continue;
    blocks.push({ atMs, transfers: waiting });
    waiting = 0;
  }
  return {
    ...{ shape: { consensus: "pbft", validators: 4 }, perSecond: 100, loadMs: 10_000, blocks },
    hurts: [
      { kind: "partition", nodes: ["v3", "v4"], fromMs: 2_000, untilMs: 3_000 },
      { kind: "follower", nodes: ["v4"], fromMs: 5_000, untilMs: 6_000 },
      { kind: "leader", nodes: ["v1"], fromMs: 8_000, untilMs: undefined },
    ],
    sentMs: Array.from({ length: 1_000 }, (_, at) => at * 10),
    ...{ lost: 0, lostInCrash: 0, undone: [] },
    ...more,
  };
}

const PAUSES = [
  [2_000, 3_700],
  [8_000, 9_200],
] as const;

const found = (one: FaultRun) =>
  faultsFound({ machine: "two cores" }, { plan: faultPlan(true), runs: [one], failures: [] });

describe("faults of a comparison", () => {
  it("stop blocks for as long as they do, and what waited is caught up with", () => {
    const [partition, follower, leader] = effectsOf(run(PAUSES));
    assert.deepEqual(
      [partition?.pauseMs, partition?.recoverMs, partition?.caughtUpMs, partition?.blocksMeanwhile],
      [1_700, 700, 700, 1],
    );
    assert.deepEqual([follower?.pauseMs, follower?.isPause, follower?.recoverMs], [100, false, undefined]);
    assert.deepEqual([leader?.pauseMs, leader?.isPause, leader?.recoverMs], [1_200, true, 1_200]);
  });

  it("are told in sentences, and none where nothing stands out", () => {
    const said = found(run(PAUSES)).result.findings;
    assert.deepEqual(said, [
      "PBFT, v3, v4 cut off: in 1 s there was 1 block; the next one came 700 ms after healing, and what had gathered was in " +
        "blocks after 700 ms. Nothing was undone.",
      "PBFT, v4 crashed: no pause that stands out: at most 100 ms between blocks, and 100 ms in the median before. Nothing " +
        "was undone.",
      "PBFT, v1, the leader, crashed: for 1.2 s there was no block; after 1.2 s nothing was behind any more. Nothing was undone.",
      "PBFT: of 1000 transfers none was lost.",
    ]);
  });

  it("undo what they undo, and recover only when nothing is taken back any more", () => {
    const undone = [
      { node: "m3", atMs: 3_400, transfers: 7 },
      { node: "m3", atMs: 3_400, transfers: 5 },
    ];
    const hurts = [{ kind: "partition", nodes: ["m3"], fromMs: 2_000, untilMs: 3_000 }] as const;
    const mined = run([], {
      shape: { consensus: "pow", validators: 3, blockIntervalMs: 500, hashRate: 1 },
      ...{ undone, hurts, lost: 3, lostInCrash: 2 },
    });
    const { result, summary } = found(mined);
    assert.match(
      result.findings[0] ?? "",
      /all were on one chain 400 ms after healing.* m3 took back 2 blocks with 12 transfers\.$/,
    );
    assert.match(
      result.findings[1] ?? "",
      /^proof of work: 3 of 1000 transfers are in no block; 2 of them a node had taken/,
    );
    assert.equal(summary?.at(-1)?.values.pow, "2 blocks");
  });

  it("that no block follows have no time to recover", () => {
    const [, , leader] = effectsOf(run([[8_000, 20_000]]));
    assert.equal(leader?.caughtUpMs, undefined);
    const [partition] = effectsOf(run([[2_000, 20_000]]));
    assert.deepEqual([partition?.recoverMs, partition?.caughtUpMs], [undefined, undefined]);
  });

  it("are drawn over time, with what was done", async () => {
    const { drawings, result } = found(run(PAUSES));
    const svg = await drawn(drawings[0] as (typeof drawings)[number]);
    for (const words of ["v3, v4 cut off", "v1, the leader, crashed", "transfers/s", "two cores", "PBFT"])
      assert.ok(svg.includes(words), words);
    const rows = result.tables.find(({ name }) => name === "faults")?.rows ?? [];
    assert.equal(
      rows.reduce((sum, row) => sum + Number(row["final"]) / 4, 0),
      1_000,
      "every transfer in one bin",
    );
  });

  it("cut networks into sides that can't decide", () => {
    assert.deepEqual(sidesOf({ consensus: "pbft", validators: 4 }), [
      [2, 3],
      [0, 1],
    ]);
    assert.deepEqual(sidesOf({ consensus: "bp-fast-paxos", proposers: 2, acceptors: 4 }), [
      [1, 4, 5],
      [0, 2, 3],
    ]);
    assert.deepEqual(sidesOf({ consensus: "pow", validators: 3, blockIntervalMs: 1, hashRate: 1 }), [
      [2],
      [0, 1],
    ]);
  });
});
