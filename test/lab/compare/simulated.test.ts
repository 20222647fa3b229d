// The simulated parts of a comparison: tables, figures and sentences made of worlds that are small here, and what an abort does.
import assert from "node:assert/strict";
import { leaderTurns, MARGINS, type Measured, measure, splitMiners } from "@witan/simulator";
import type { Context, Found } from "../../../packages/lab/src/compare/context.ts";
import { drawn } from "../../../packages/lab/src/compare/drawing.ts";
import { growthFound } from "../../../packages/lab/src/compare/experiments/growth.ts";
import { marginsFound } from "../../../packages/lab/src/compare/experiments/margins.ts";
import { simulatedCostFound } from "../../../packages/lab/src/compare/experiments/simulated-cost.ts";
import { simulatedFinalityFound } from "../../../packages/lab/src/compare/experiments/simulated-finality.ts";
import { turnedPart } from "../../../packages/lab/src/compare/experiments/simulated-leader.ts";
import { racePart, splitPart } from "../../../packages/lab/src/compare/experiments/simulated-mining.ts";
import { simulatedParts } from "../../../packages/lab/src/compare/experiments/simulated-parts.ts";
import type { Survey } from "../../../packages/lab/src/compare/experiments/simulated-survey.ts";
import type { Figure, ResultTable } from "../../../packages/lab/src/compare/results.ts";

const CONTEXT: Context = {
  ...{ seed: 1, quick: true, machine: "a machine", signal: new AbortController().signal, onStep: () => {} },
  command: { command: "witan", args: [] } as unknown as Context["command"],
  shapes: [
    { consensus: "pbft", validators: 4 },
    { consensus: "bp-fast-paxos", proposers: 2, acceptors: 4 },
    { consensus: "pow", validators: 3, blockIntervalMs: 1_000, hashRate: 1 },
  ],
};

/** Worlds of four members; those of a hundred are seven that are called so. */
function smallSurvey(): Survey {
  const worlds: Measured[] = [];
  for (const mode of ["pbft", "bp-fast-paxos", "pow"] as const)
    for (const network of ["lan", "continent", "world"] as const)
      for (const members of [4, 7]) {
        const blocks = mode === "pow" ? 60 : 8;
        const world = measure({ seed: 1, mode, network, members, blocks, transactionsPerBlock: 20 });
        worlds.push(members === 7 ? { ...world, members: 100 } : world);
      }
  return { worlds, seed: 1, failures: [] };
}

/** Every row has what the columns name, and nothing else; figures are of tables that are there. */
function assertWhole(tables: readonly ResultTable[], figures: readonly Figure[]): void {
  for (const { name, columns, rows } of tables) {
    const names = columns.map((column) => column.name).sort();
    assert.ok(rows.length > 0, name);
    for (const row of rows) assert.deepEqual(Object.keys(row).sort(), names, name);
    for (const cell of rows.flatMap((row) => Object.values(row)))
      assert.ok(typeof cell !== "number" || Number.isFinite(cell), `${name}: ${cell}`);
  }
  for (const { table, ran } of figures) {
    assert.ok(tables.some(({ name }) => name === table));
    assert.match(ran, /^Simulator.* Seeds? (from )?\d+( on)?; any machine\./s);
  }
}

describe("simulated parts of a comparison", function () {
  this.timeout(60_000);
  const survey = smallSurvey();
  const found: readonly Found[] = [
    simulatedFinalityFound(CONTEXT, survey),
    simulatedCostFound(CONTEXT, survey),
    growthFound(CONTEXT, survey),
  ];

  it("of one survey are whole, say where their numbers are from, and have all modes in their sentences", () => {
    for (const { result, drawings } of found) {
      assert.equal(result.source, "simulator");
      assertWhole(result.tables, result.figures);
      assert.deepEqual(
        drawings.map(({ figure }) => figure),
        result.figures,
      );
      for (const name of ["PBFT", "BP Fast Paxos", "proof of work"])
        assert.ok(
          result.findings.some((finding) => finding.includes(name)),
          `${result.name}: ${name}`,
        );
    }
  });

  it("say how much sooner at equal risk, from what was measured", () => {
    const [finality] = found;
    const sooner = finality?.result.findings.filter((finding) =>
      finding.includes("sooner than proof of work"),
    );
    assert.equal(sooner?.length, 2);
    for (const finding of sooner ?? []) {
      const [, factor = ""] = /is final (\d+) times sooner/.exec(finding) ?? [];
      // Six blocks every 10 s against about 0.3 s.
      assert.ok(Number(factor) > 80 && Number(factor) < 400, finding);
    }
    const [table] = finality?.result.tables ?? [];
    const mined = table?.rows.filter((row) => row["mode"] === "pow" && row["network"] === "one data centre");
    assert.equal(mined?.length, 2 * 9, "three attackers at three risks, of two sizes");
    const last = mined?.at(-1);
    assert.ok(Number(last?.["confirmations"]) > 60);
    assert.deepEqual([last?.["transfers"], last?.["ms"]], [0, null], "too short a run to say");
  });

  it("have formulas beside what was measured", () => {
    const [table] = found[2]?.result.tables ?? [];
    for (const row of table?.rows ?? []) {
      if (row["mode"] !== "pbft" || row["network"] !== "one data centre") continue;
      const [messages, formula] = [Number(row["messages"]), Number(row["formula"])];
      const members = Number(row["members"]);
      assert.equal(formula, 2 * members * (members - 1));
      if (members === 4) assert.ok(messages > 0.8 * formula && messages <= formula, `${messages} ${formula}`);
      assert.ok(Number(row["formulaBytes"]) === 127 * formula);
    }
  });

  it("say where more is sent than formulas have", () => {
    const worlds = survey.worlds.map((world) => (world.members === 100 ? { ...world, members: 7 } : world));
    const { findings } = growthFound(CONTEXT, { ...survey, worlds }).result;
    const again = findings.filter((finding) => finding.includes("what the formula has"));
    const [, factor = ""] = /^PBFT around the world sends ([\d.]+) times/.exec(again.join("\n")) ?? [];
    assert.ok(Number(factor) > 1.1 && Number(factor) < 4, again.join("\n"));
  });

  it("draw three networks side by side, the same each time", async () => {
    const drawing = found[2]?.drawings[2];
    assert.ok(drawing);
    const svg = await drawn(drawing);
    for (const text of ["one data centre", "one continent", "the world", "median time of a block (ms)"])
      assert.ok(svg.includes(text), text);
    assert.equal(await drawn(drawing), svg);
  });

  it("of margins say what broke, and call what must not be a bug", () => {
    const all = MARGINS.map((margin) => {
      const isBeyond = margin.faulty > margin.tolerated;
      return { margin, worlds: 10, forked: isBeyond ? 3 : 0, stalled: 0 };
    });
    const { result, drawings } = marginsFound(1, all, []);
    assertWhole(result.tables, result.figures);
    assert.equal(drawings.length, 1);
    assert.ok(
      result.findings[0]?.includes(
        "PBFT with 1 of 4 validators mute (as many as it bears): none of 10 worlds",
      ),
    );
    assert.ok(!result.findings.some((finding) => finding.includes("bug")));
    const [first, second] = all;
    assert.ok(first && second);
    const broken = marginsFound(1, [{ ...first, stalled: 1 }], []).result.findings;
    assert.match(broken.join(), /1 of 10 worlds stood still\. That must not be: it is a bug\./);
    const few = marginsFound(1, [{ ...second, forked: 0 }], []).result.findings;
    assert.match(few.join(), /Too few worlds to show what breaks\./);
  });

  it("of faults are whole, and say what was undone", () => {
    const turned = (["pbft", "bp-fast-paxos"] as const).map((mode) => ({
      mode,
      seed: 2,
      fault: leaderTurns(mode, 2),
    }));
    const race = { confirmations: 6, share: 0.15, low: 0.14, high: 0.16, expected: 0.157 };
    const parts = [turnedPart(turned, 2), splitPart([splitMiners(1)], 1), racePart([race], 4_000, 1)];
    assertWhole(
      parts.flatMap(({ tables }) => tables),
      parts.map(({ drawing }) => drawing.figure),
    );
    const said = parts.flatMap(({ findings }) => findings);
    assert.match(
      said[0] ?? "",
      /^PBFT: .* Every transfer became final; no two that keep the rules had different blocks at one height\./,
    );
    assert.ok(
      said.some((finding) => /one side undid 3 blocks in the mean of 1 worlds/.test(finding)),
      said.join("\n"),
    );
    assert.ok(said.some((finding) => finding.includes("undid 15 % of the payments with 6 confirmations")));
  });

  it("say that two blocks at one height are a bug", () => {
    const fault = { ...leaderTurns("pbft", 2), contradicted: 1, lost: 1 };
    const [finding] = turnedPart([{ mode: "pbft", seed: 2, fault }], 2).findings;
    assert.match(
      finding ?? "",
      /1 transfer did not become final; at 1 height two that keep the rules had different blocks\. That must not be: it is a bug\./,
    );
  });

  it("run for the modes that are compared, and end with what they were aborted with", async () => {
    const work = { ...CONTEXT, shapes: CONTEXT.shapes.slice(2) };
    const { result } = await simulatedParts(["pow"], true).margins().run(work);
    assert.deepEqual(
      [...new Set(result.tables.flatMap(({ rows }) => rows.map((row) => row["mode"])))],
      ["pow"],
    );
    const reason = new Error("no more");
    const signal = AbortSignal.abort(reason);
    const parts = simulatedParts(["pbft"], true);
    for (const part of [parts.finality(), parts.faults(), parts.margins()])
      await assert.rejects(async () => part.run({ ...CONTEXT, signal }), reason);
  });

  it("count the seconds of shared worlds once, for whoever asks first", () => {
    const parts = simulatedParts(["pbft", "pow"], true);
    assert.ok(parts.cost().seconds > 0);
    assert.deepEqual([parts.growth().seconds, parts.finality().seconds], [0, 0]);
  });
});
