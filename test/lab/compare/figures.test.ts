// What a comparison says and draws, from numbers that are made up here.
import assert from "node:assert/strict";
import { csvOf } from "../../../packages/lab/src/compare/csv.ts";
import { drawn, wrapped } from "../../../packages/lab/src/compare/drawing.ts";
import { costFound } from "../../../packages/lab/src/compare/experiments/cost.ts";
import { medianIntervals } from "../../../packages/lab/src/compare/experiments/equal-risk.ts";
import { finalityFound } from "../../../packages/lab/src/compare/experiments/finality.ts";
import { throughputFound } from "../../../packages/lab/src/compare/experiments/throughput.ts";
import {
  type Ladder,
  type LadderRun,
  type LadderStep,
  ladderPlan,
  paceOf,
} from "../../../packages/lab/src/compare/ladder.ts";
import { pageOf } from "../../../packages/lab/src/compare/page.ts";
import type { Comparison } from "../../../packages/lab/src/compare/results.ts";

const CONTEXT = { machine: "two cores", seed: 7 };
const PLAN = { ...ladderPlan(true), single: 40, perSecond: [100, 1_000], stepSeconds: 2, repeats: 2 };

function step(offeredPerSecond: number, finalPerSecond: number, repeat = 1): LadderStep {
  const offered = offeredPerSecond * 2;
  return {
    ...{ repeat, offeredPerSecond, finalPerSecond, offered, final: offered, refused: 0, blocks: 3 },
    ...{ p50Ms: 20, p99Ms: 50 },
    cost: {
      ...{
        messages: 10 * offered,
        bytes: 100 * offered,
        signaturesMade: offered,
        signaturesChecked: 4 * offered,
      },
      ...{ hashes: 0, cpuSeconds: offered / 100, diskBytes: null },
    },
  };
}

function ladder(pbftMs: number, fastMs: number, steps: readonly LadderStep[] = []): Ladder {
  const around = (ms: number) => Array.from({ length: 40 }, (_, at) => ms + at / 40);
  return {
    plan: PLAN,
    runs: [
      { shape: { consensus: "pbft", validators: 4 }, idleMs: around(pbftMs), steps, work: undefined },
      {
        ...{
          shape: { consensus: "bp-fast-paxos", proposers: 2, acceptors: 4 },
          idleMs: around(fastMs),
          steps,
        },
        work: undefined,
      },
    ],
    failures: [{ mode: "pbft", message: "v1 ended <early>", log: ["last words"] }],
  };
}

/** Proof of work whose blocks came exactly every second; a transfer for each of so many blocks. */
function mined(transfers: number, blocks = 100): LadderRun {
  const confirmedMs = Array.from({ length: transfers }, (_, at) =>
    Array.from({ length: blocks - at }, (_, block) => (block + 1) * 1_000 - 300),
  );
  const work = { intervalMs: 1_000, blocks, undone: 0, confirmedMs };
  const idleMs = confirmedMs.map((times) => times[5] ?? 0);
  return {
    shape: { consensus: "pow", validators: 3, blockIntervalMs: 1_000, hashRate: 1 },
    ...{ idleMs, steps: [], work },
  };
}

describe("what a comparison finds", () => {
  it("is how much sooner the others are final than proof of work at equal risk", () => {
    const { runs, ...rest } = ladder(40, 20);
    const { result, summary } = finalityFound(CONTEXT, { ...rest, runs: [...runs, mined(20)] });
    // Six blocks (Rosenfeld, 0.1 and 0.001): 5 2/3 intervals of 1 s, a fifth more or less as 100 blocks tell, over 40.49 ms.
    assert.match(
      result.findings[0] ?? "",
      /^At equal risk \(10⁻³, an attacker with 10 % of all hash power\) PBFT is final 140 times sooner than proof of work \(95 %: 112 times to 168 times\): 40\.5 ms against 5\.67 s/,
    );
    assert.match(
      result.findings.join("\n"),
      /needs 6 blocks for that, which came every 1 s\..* 6 take 57 minutes/,
    );
    assert.match(
      result.findings.join("\n"),
      /Against 30 % at a risk of 10⁻⁶ proof of work needs 69 blocks, 68\.7 s \(calculated from how often blocks came; seen: [\d.]+ s\)\. The other modes/,
    );
    const rows = result.tables.find(({ name }) => name === "equal-risk")?.rows ?? [];
    assert.deepEqual(
      rows.filter(({ mode }) => mode === "pow").map(({ confirmations }) => confirmations),
      [4, 6, 12, 8, 13, 28, 20, 32, 69],
    );
    assert.equal(rows.find(({ confirmations }) => confirmations === 13)?.["measured"], 12_700);
    assert.equal(summary?.[0]?.values.pow, "5.7 s, 6 blocks");
  });

  it("is calculated where the run was too short to see it, and says so", () => {
    const { runs, ...rest } = ladder(40, 20);
    const { result } = finalityFound(CONTEXT, { ...rest, runs: [...runs, mined(20, 30)] });
    const rows = result.tables.find(({ name }) => name === "equal-risk")?.rows ?? [];
    const last = rows.at(-1);
    assert.deepEqual([last?.["confirmations"], last?.["measured"]], [69, null]);
    assert.equal(last?.["ms"], 68_666.67);
    assert.match(result.findings.join("\n"), /calculated from how often blocks came; the run was shorter/);
    const { result: few } = finalityFound(CONTEXT, { ...rest, runs: [mined(20, 75)] });
    const atLast = few.tables.find(({ name }) => name === "equal-risk")?.rows.at(-1);
    assert.equal(atLast?.["measured"], null, "7 of 20 transfers saw 69 blocks");
    assert.doesNotMatch(few.findings.join("\n"), /other modes/, "there are none");
  });

  it("takes the median of blocks that come by chance from their mean interval", () => {
    // The gamma distribution's own medians (Choi 1994, table 1).
    for (const [blocks, median] of [
      [1, Math.LN2],
      [2, 1.6783],
      [6, 5.6702],
      [20, 19.6677],
    ] as const)
      assert.ok(Math.abs(medianIntervals(blocks) / median - 1) < 0.04, `${blocks}`);
  });

  it("is too noisy to say where so few blocks were seen", () => {
    const { runs, ...rest } = ladder(40, 20);
    const { result } = finalityFound(CONTEXT, { ...rest, runs: [...runs, mined(2, 3)] });
    assert.match(result.findings[0] ?? "", /too noisy to say how much sooner PBFT is final/);
  });

  it("is what nodes did for each final transfer", () => {
    const steps = [step(100, 99), step(1_000, 600)];
    const { result, summary } = costFound(CONTEXT, ladder(1, 1, steps));
    assert.equal(
      result.findings[0],
      "PBFT, of 4 nodes, for each final transfer at 1000 per second: 10 messages, 100 bytes, 1 signatures made, 4 checked, " +
        "10 ms of processor time.",
    );
    assert.equal(result.tables[0]?.rows[0]?.["disk"], null, "where the system does not tell");
    assert.equal(summary?.[0]?.values.pbft, "10");
  });

  it("is how much sooner one mode is final than another", () => {
    const { result } = finalityFound(CONTEXT, ladder(40, 20));
    assert.match(
      result.findings[0] ?? "",
      /^PBFT \(4 processes\): .* within 40\.5 ms \(95 %: 40.3 ms to 40.7 ms\)/,
    );
    assert.equal(result.findings.at(-1), "BP Fast Paxos was 2 times as fast as PBFT.");
    assert.equal(result.tables.find(({ name }) => name === "finality")?.rows.length, 80);
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

  it("is the pace of a load, as fast as it was offered at most", () => {
    const kept = { sentMs: 2_000, latenciesMs: Array.from({ length: 200 }, () => 50), wallMs: 2_045 };
    assert.equal(paceOf(kept, false), 100);
    // Half as fast: the last waits for as long again as the load lasted.
    const latenciesMs = Array.from({ length: 200 }, (_, at) => 50 + 10 * at);
    const late = { sentMs: 2_000, latenciesMs, wallMs: 4_050 };
    assert.ok(Math.abs(paceOf(late, false) - 50) < 4, `${paceOf(late, false)}`);
    assert.equal(paceOf({ ...kept, latenciesMs: [] }, false), 0);
    const chance = {
      ...kept,
      latenciesMs: [...kept.latenciesMs.slice(50), ...Array.from({ length: 50 }, () => 900)],
    };
    assert.equal(
      paceOf({ ...chance, wallMs: 2_900 }, true),
      100,
      "under proof of work the last block may come late",
    );
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
      costFound(CONTEXT, ladder(1, 1, [step(100, 99)])),
    ])
      for (const drawing of found.drawings) {
        const svg = await drawn(drawing);
        assert.equal(await drawn(drawing), svg);
        for (const words of [drawing.figure.title, "two cores", "[Ss]eed", "(ms)|(transfers/s)"])
          assert.match(svg, new RegExp(words.replaceAll(/[()]/g, "\\$&")), words);
        const inPage = await drawn(drawing, "nothing");
        assert.ok(
          !inPage.includes("two cores") && inPage.includes(drawing.figure.title),
          "the page says what ran",
        );
        // Not below the title, but beside the colours.
        for (const mode of ["PBFT", "BP Fast Paxos"]) assert.ok(inPage.includes(`>${mode}<`), mode);
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
      summary: [
        { what: "final <after>", source: "processes", values: { pbft: "20 ms" } },
        { what: "messages", source: "simulator", values: {} },
      ],
      experiments: [found.result],
    };
    const page = pageOf(comparison, new Map([["finality", "<svg>drawn</svg>"]]));
    assert.doesNotMatch(page, /<script|src=|https?:/);
    assert.match(page, /PBFT failed:<\/strong> v1 ended &lt;early&gt;/);
    const again = { ...found.result, name: "again", title: "Again" };
    const twice = pageOf({ ...comparison, experiments: [found.result, again] }, new Map());
    assert.equal(twice.split("PBFT failed:").length, 3);
    assert.equal(twice.split("<pre>").length, 2, "its log stands there once");
    assert.match(twice, /the failure of “<a href="#finality">/);
    assert.match(page, /<svg>drawn<\/svg>/);
    assert.match(page, /final &lt;after&gt;<\/th><td>20 ms<\/td><td>–<\/td>/);
    assert.match(page, /messages \(simulated\)/);
    assert.match(page, /BP Fast Paxos was 2 times as fast as PBFT\./);
    assert.match(page, /Every mode ran the same ledger/);
    assert.doesNotMatch(page, /while proof of work ran|Figures from the simulator/, "there was neither");
    const simulated = { ...found.result, source: "simulator" } as const;
    const all = { ...comparison, modes: ["pbft", "pow"] as const, experiments: [found.result, simulated] };
    assert.match(pageOf(all, new Map()), /while proof of work ran/);
    const alone = pageOf({ ...all, experiments: [simulated] }, new Map());
    assert.match(alone, /Figures from the simulator/);
    assert.doesNotMatch(alone, /Every mode ran/);
  });
});
