// The figures of a bench: percentiles, the ratio, and what counts as final and as lost.
import assert from "node:assert/strict";
import { type NodeView, outcomeOf, percentile, percentilesOf, ratioOf } from "@witan/lab";
import * as fc from "fast-check";
import { BlockLog } from "../../packages/lab/src/load/block-log.ts";
import { sharedNow } from "../../packages/lab/src/load/load-messages.ts";

function view(
  places: Readonly<Record<string, number>>,
  reported: Readonly<Record<number, number>>,
): NodeView {
  return {
    places: new Map(Object.entries(places).map(([id, height]) => [id, { height }])),
    repeated: [],
    reportedAt: new Map(Object.entries(reported).map(([height, at]) => [Number(height), at])),
  };
}

describe("percentiles", () => {
  it("are values that a share of all does not exceed", () => {
    const hundred = Array.from({ length: 100 }, (_, at) => 100 - at);
    assert.deepEqual(percentilesOf(hundred), { p50: 50, p99: 99 });
    assert.deepEqual(percentilesOf([7.1234]), { p50: 7.12, p99: 7.12 });
    assert.deepEqual(percentilesOf([]), { p50: 0, p99: 0 });
  });

  it("are what counting says", () => {
    const share = fc.double({ min: 0.01, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), share, (values, part) => {
        const found = percentile(values, part);
        const atMost = values.filter((value) => value <= found).length;
        const below = values.filter((value) => value < found).length;
        return atMost >= part * values.length && below < part * values.length;
      }),
    );
  });
});

describe("the ratio", () => {
  it("is 1 where the cores that the load leaves do nothing but check each signature for each validator", () => {
    const parts = { throughput: 7_500, validators: 4, verifyPerSecond: 20_000, cores: 2 };
    assert.equal(ratioOf({ ...parts, loadCpuSeconds: 5, wallSeconds: 10 }), 1);
    assert.equal(ratioOf({ ...parts, loadCpuSeconds: 0, wallSeconds: 10 }), 0.75);
  });
});

describe("what became of a load", () => {
  const sent = [
    { id: "a", node: 0, at: 1000 },
    { id: "b", node: 1, at: 1010 },
  ];

  it("is final where every node has it, and timed by the node that it was sent to", () => {
    const nodes = [view({ a: 5, b: 6 }, { 5: 1020, 6: 1040 }), view({ a: 5, b: 6 }, { 5: 1025, 6: 1035 })];
    assert.deepEqual(outcomeOf(sent, nodes), { final: 2, lost: [], latenciesMs: [20, 25], wallMs: 40 });
  });

  it("is lost where a node has it not, or twice", () => {
    const missing = [view({ a: 5, b: 5 }, { 5: 1020 }), view({ a: 5 }, { 5: 1020 })];
    assert.deepEqual(outcomeOf(sent, missing).lost, ["b"]);
    const twice = [
      view({ a: 5, b: 5 }, { 5: 1020 }),
      { ...view({ a: 5, b: 5 }, { 5: 1020 }), repeated: ["a"] },
    ];
    assert.deepEqual(outcomeOf(sent, twice).lost, ["a"]);
    assert.deepEqual(outcomeOf(sent, [view({}, {})]), {
      final: 0,
      lost: ["a", "b"],
      latenciesMs: [],
      wallMs: 0,
    });
  });

  it("is timed by the next block that a node reported, where it reported one only with later ones", () => {
    const nodes = [view({ a: 5, b: 5 }, { 9: 1100, 7: 1050 }), view({ a: 5, b: 5 }, { 5: 1020 })];
    assert.deepEqual(outcomeOf(sent, nodes).latenciesMs, [50, 10]);
    // Never reported, and nothing after it: nobody can say that the node had it.
    assert.deepEqual(outcomeOf(sent, [view({ a: 5, b: 5 }, { 4: 1020 })]).final, 0);
  });
});

describe("the log of blocks", () => {
  const block = { height: 3, transactions: 3, transfers: 2, timestamp: 0 };
  const { signal } = new AbortController();

  it("waits until every node has reported as many transfers", async () => {
    const log = new BlockLog(2);
    log.note({ ...block, height: 1 }, 0);
    log.countFrom(2);
    log.note({ ...block, height: 2 }, 0);
    let isOver = false;
    const waiting = log.until(4, { signal, stallMs: 60_000 }).then(() => {
      isOver = true;
    });
    const before = sharedNow();
    for (const [height, node] of [
      [3, 0],
      [4, 0],
      [3, 1],
    ] as const)
      log.note({ ...block, height }, node);
    await Promise.resolve();
    assert.ok(!isOver);
    log.note({ ...block, height: 4 }, 1);
    await waiting;
    assert.deepEqual([...log.finalAt(1).keys()], [3, 4]);
    assert.ok((log.finalAt(1).get(3) ?? 0) >= before);
    await log.until(4, { signal, stallMs: 60_000 });
  });

  it("tells blocks that another branch replaced, and counts their transfers no more", async () => {
    const log = new BlockLog(1);
    for (const height of [1, 2, 3]) log.note({ ...block, height }, 0);
    for (const height of [2, 3]) log.note({ ...block, height, transfers: 5 }, 0);
    assert.deepEqual(
      log.undone(0).map(({ height, transfers }) => [height, transfers]),
      [
        [3, 2],
        [2, 2],
      ],
    );
    assert.deepEqual(
      [...log.blocks(0)].map(([height, { transfers }]) => [height, transfers]),
      [
        [1, 2],
        [2, 5],
        [3, 5],
      ],
    );
    await log.until(12, { signal, stallMs: 60_000 });
    let isOver = false;
    const more = log.until(13, { signal, stallMs: 60_000 }).then(() => {
      isOver = true;
    });
    await Promise.resolve();
    assert.ok(!isOver, "2 + 5 + 5 transfers stand");
    log.note({ ...block, height: 4 }, 0);
    await more;
  });

  it("says when a block lay so deep, and waits until it does", async () => {
    const log = new BlockLog(1);
    const deep = log.reached(3, { signal, stallMs: 60_000 });
    for (const height of [1, 2, 3]) log.note({ ...block, height }, 0);
    await deep;
    assert.deepEqual([...log.finalAt(0, 3).keys()], [1]);
    assert.equal(log.finalAt(0, 3).get(1), log.blocks(0).get(3)?.at);
  });

  it("gives up where no block comes any more", async () => {
    const log = new BlockLog(1);
    await log.until(1, { signal, stallMs: 5 });
    await assert.rejects(
      log.until(1, { signal: AbortSignal.abort(new RangeError("stop")), stallMs: 5 }),
      RangeError,
    );
  });
});
