// What a comparison says and draws, from numbers that are made up here.
import assert from "node:assert/strict";
import { csvOf } from "../../../packages/lab/src/compare/csv.ts";
import { drawn, wrapped } from "../../../packages/lab/src/compare/drawing.ts";
import { finalityFound } from "../../../packages/lab/src/compare/experiments/finality.ts";
import { throughputFound } from "../../../packages/lab/src/compare/experiments/throughput.ts";
import { type Ladder, type LadderStep, paceOf } from "../../../packages/lab/src/compare/ladder.ts";
import { pageOf } from "../../../packages/lab/src/compare/page.ts";
import type { Comparison } from "../../../packages/lab/src/compare/results.ts";

const CONTEXT = { machine: "two cores", seed: 7 };
const PLAN = { single: 40, warmUp: 0, perSecond: [100, 1_000], stepSeconds: 2, repeats: 2 };

function step(offeredPerSecond: number, finalPerSecond: number, repeat = 1): LadderStep {
  const offered = offeredPerSecond * 2;
  return {
    ...{ repeat, offeredPerSecond, finalPerSecond, offered, final: offered, blocks: 3 },
    ...{ p50Ms: 20, p99Ms: 50, cpuSeconds: 1 },
  };
}

function ladder(pbftMs: number, fastMs: number, steps: readonly LadderStep[] = []): Ladder {
  const around = (ms: number) => Array.from({ length: 40 }, (_, at) => ms + at / 40);
  return {
    plan: PLAN,
    runs: [
      { shape: { consensus: "pbft", validators: 4 }, idleMs: around(pbftMs), steps },
      { shape: { consensus: "bp-fast-paxos", proposers: 2, acceptors: 4 }, idleMs: around(fastMs), steps },
    ],
    failures: [{ mode: "pbft", message: "v1 ended <early>", log: ["last words"] }],
  };
}

describe("what a comparison finds", () => {
  it("is how much sooner one mode is final than another", () => {
    const { result } = finalityFound(CONTEXT, ladder(40, 20));
    assert.match(
      result.findings[0] ?? "",
      /^PBFT \(4 processes\): .* within 40\.5 ms \(95 %: 40.3 ms to 40.7 ms\)/,
    );
    assert.equal(result.findings.at(-1), "BP Fast Paxos was 2 times as fast as PBFT.");
    assert.equal(result.tables[0]?.rows.length, 80);
  });

  it("is nothing where the run can't tell them apart", () => {
    const { result } = finalityFound(CONTEXT, ladder(20.1, 20));
    assert.match(result.findings.at(-1) ?? "", /too close for this run to tell apart/);
  });

  it("is the load that a network kept up with", () => {
    const steps = [step(100, 99), step(100, 98, 2), step(1_000, 600), step(1_000, 610, 2)];
    const { result } = throughputFound(CONTEXT, ladder(1, 1, steps));
    assert.match(
      result.findings[0] ?? "",
      /kept up with 100 transfers per second.*at most it made 605 final/,
    );
    const noisy = [step(100, 99), step(100, 60, 2), step(1_000, 990), step(1_000, 980, 2)];
    const { result: doubtful } = throughputFound(CONTEXT, ladder(1, 1, noisy));
    assert.match(doubtful.findings[0] ?? "", /Repeats at 100 per second differ too much to rely on/);
    const slow = throughputFound(CONTEXT, ladder(1, 1, [step(100, 50)])).result;
    assert.match(slow.findings[0] ?? "", /did not keep up with the least load, 100 per second/);
  });

  it("is a pace between blocks, as the slowest node had them", () => {
    const places = new Map(["a", "b", "c", "d", "e"].map((id, at) => [id, { height: at < 2 ? 5 : 6 }]));
    const node = (...at: readonly number[]) => ({
      ...{ places, repeated: [] },
      reportedAt: new Map(at.map((time, height) => [5 + height, time])),
    });
    assert.equal(paceOf([node(1_000, 1_400), node(1_100, 1_600)]), 3 / 0.5);
    assert.equal(paceOf([node(1_000)]), 0);
  });
});

describe("the files of a comparison", () => {
  it("have tables as RFC 4180 says", () => {
    const columns = [
      { name: "mode", unit: "", meaning: "" },
      { name: "time", unit: "ms", meaning: "" },
    ];
    const rows = [
      { mode: 'a "b", c', time: 1.5 },
      { mode: "d", time: null },
    ];
    assert.equal(
      csvOf({ name: "t", title: "", columns, rows }),
      'mode,time (ms)\r\n"a ""b"", c",1.5\r\nd,\r\n',
    );
  });

  it("have figures that are the same each time, with title, what was run, and units", async () => {
    for (const found of [
      finalityFound(CONTEXT, ladder(40, 20)),
      throughputFound(CONTEXT, ladder(1, 1, [step(100, 99)])),
    ])
      for (const drawing of found.drawings) {
        const svg = await drawn(drawing);
        assert.equal(await drawn(drawing), svg);
        for (const words of [
          drawing.figure.title,
          "two cores",
          "PBFT",
          "BP Fast Paxos",
          "(ms)|(transfers/s)",
        ])
          assert.match(svg, new RegExp(words.replaceAll(/[()]/g, "\\$&")), words);
        assert.doesNotMatch(svg, /proof of work/);
      }
    assert.deepEqual(wrapped("one two three", 7), ["one two", "three"]);
  });

  it("have a page that needs nothing else, and shows what failed", () => {
    const found = finalityFound(CONTEXT, ladder(40, 20));
    const comparison: Comparison = {
      ...{
        version: 1,
        program: "witan 0.1.0",
        startedAt: "2026-01-01T00:00:00Z",
        seconds: 90,
        quick: true,
        seed: 7,
      },
      modes: ["pbft", "bp-fast-paxos"],
      machine: { processor: "p", cores: 2, memoryGiB: 8, system: "Linux", node: "v24" },
      experiments: [{ ...found.result, seconds: 3 }],
    };
    const page = pageOf(comparison, new Map([["finality", "<svg>drawn</svg>"]]));
    assert.doesNotMatch(page, /<script|src=|https?:/);
    assert.match(page, /PBFT failed:<\/strong> v1 ended &lt;early&gt;/);
    assert.match(page, /<svg>drawn<\/svg>/);
    assert.match(page, /BP Fast Paxos was 2 times as fast as PBFT\./);
  });
});
