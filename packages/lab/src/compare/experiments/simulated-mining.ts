// Of experiment 5: miners that are split and hear each other again, and an attacker with secret blocks. Pure: made from what ran.
import { INTERVAL_MS, MINERS, MINOR_SIDE, meanOfLess, SPLIT, type SplitResult } from "@witan/simulator";
import { axis, type Drawing } from "../drawing.ts";
import type { Figure, ResultTable } from "../results.ts";
import { quantile } from "../statistics.ts";
import { milliseconds, percent } from "../words.ts";

/** The attacker's share of all hash power. */
export const ATTACKER = 0.3;

/** What came of the races for one number of confirmations. */
export interface Raced {
  readonly confirmations: number;
  readonly share: number;
  readonly low: number;
  readonly high: number;
  readonly expected: number;
}

/** One of the things that are tried. */
export interface Piece {
  readonly method: readonly string[];
  readonly findings: readonly string[];
  readonly tables: readonly ResultTable[];
  readonly drawing: Drawing;
}

const INTERVAL_SECONDS = INTERVAL_MS / 1_000;

/** What worlds in which miners were split showed. @param seed of the first */
export function splitPart(splits: readonly SplitResult[], seed: number): Piece {
  const table: ResultTable = {
    name: "split-miners",
    title: "each world in which miners were split",
    columns: [
      { name: "mode", unit: "", meaning: "mode" },
      { name: "seed", unit: "", meaning: "seed of the world" },
      {
        name: "undone",
        unit: "blocks",
        meaning: "blocks that a miner undid when both sides heard each other again",
      },
      { name: "rejoined", unit: "s", meaning: "from then on until all stood on one block" },
    ],
    rows: splits.map(({ undone, rejoinedUs }, at) => ({
      ...{ mode: "pow", seed: seed + at, undone },
      rejoined: Number.isFinite(rejoinedUs) ? rejoinedUs / 1_000_000 : null,
    })),
  };
  const first = splits[0];
  const moves: ResultTable = {
    name: "split-chain",
    title: "the chains of two miners while they were split: the first world",
    columns: [
      { name: "mode", unit: "", meaning: "mode" },
      { name: "seconds", unit: "s", meaning: "time" },
      { name: "side", unit: "", meaning: "side" },
      { name: "height", unit: "blocks", meaning: "height of its chain" },
      { name: "undone", unit: "blocks", meaning: "blocks undone for it" },
    ],
    rows: (first?.moves ?? []).map(({ atUs, side, height, undone }) => ({
      ...{ mode: "pow", seconds: atUs / 1_000_000, side: sideName(side), height, undone },
    })),
  };
  const figure: Figure = {
    ...{ name: "split-chain", title: "Miners that are split, and hear each other again", table: moves.name },
    ran:
      `Simulator: proof of work, ${MINERS} miners of equal power on one continent, ${MINOR_SIDE} of them cut off from the rest for ` +
      `${(SPLIT.until - SPLIT.from) * INTERVAL_SECONDS} s (shaded); a block every ${INTERVAL_SECONDS} s in the mean. Points: blocks undone. Seed ${seed}; any machine.`,
  };
  return {
    method: [
      `Proof of work: ${splits.length} worlds in which ${MINOR_SIDE} of ${MINERS} miners do not hear the others for ` +
        `${SPLIT.until - SPLIT.from} block intervals. Both sides go on; when they hear each other again, the side with less work undoes what it ` +
        "built meanwhile. Theory: the mean of the lesser of two Poisson numbers.",
    ],
    findings: [splitFinding(splits)],
    tables: [moves, table],
    drawing: splitDrawing(moves, figure),
  };
}

function sideName(side: "minor" | "major"): string {
  const miners = side === "minor" ? MINOR_SIDE : MINERS - MINOR_SIDE;
  return `a miner on the side of ${miners}`;
}

function splitDrawing(table: ResultTable, figure: Figure): Drawing {
  const sides = [...new Set(table.rows.map((row) => row["side"]))].sort();
  const side = (range: readonly unknown[]) => ({
    ...{ field: "side", type: "nominal", title: null, scale: { domain: sides, range } },
  });
  const x = axis(table, "seconds");
  const y = axis(table, "height");
  const color = side(["#0072B2", "#D55E00"]);
  return {
    ...{ figure, rows: table.rows },
    layers: [
      {
        data: { values: [{ from: SPLIT.from * INTERVAL_SECONDS, until: SPLIT.until * INTERVAL_SECONDS }] },
        mark: { type: "rect", color: "#eeeeee" },
        encoding: { x: { field: "from", type: "quantitative" }, x2: { field: "until" } },
      },
      {
        mark: { type: "line", interpolate: "step-after" },
        encoding: {
          x,
          y,
          color,
          strokeDash: side([
            [1, 0],
            [5, 3],
          ]),
        },
      },
      {
        transform: [{ filter: "datum.undone > 0" }],
        mark: { type: "point", filled: true, size: 90, color: "#000000", shape: "triangle-down" },
        encoding: { x, y },
      },
    ],
  };
}

function splitFinding(splits: readonly SplitResult[]): string {
  const undone = splits.map((split) => split.undone);
  const mean = undone.reduce((sum, one) => sum + one, 0) / undone.length;
  const length = SPLIT.until - SPLIT.from;
  const share = MINOR_SIDE / MINERS;
  const expected = meanOfLess(share * length, (1 - share) * length);
  const rejoined = splits.map(({ rejoinedUs }) => rejoinedUs / 1_000).filter(Number.isFinite);
  return (
    `Proof of work: after a partition of ${length} block intervals one side undid ${Number(mean.toPrecision(3))} blocks in the mean of ` +
    `${splits.length} worlds (by theory ${Number(expected.toPrecision(3))}), ${Math.max(...undone)} at most: payments with so many confirmations were undone. ` +
    `All stood on one block again ${milliseconds(quantile(rejoined, 0.5))} after it healed, in the median; where both sides had built as ` +
    "much, only with the next block."
  );
}

/** What races of an attacker showed. @param races for each number of confirmations */
export function racePart(raced: readonly Raced[], races: number, seed: number): Piece {
  const table: ResultTable = {
    name: "secret-branch",
    title: `double spends by an attacker with ${percent(ATTACKER)} of all hash power`,
    columns: [
      { name: "mode", unit: "", meaning: "mode" },
      { name: "confirmations", unit: "blocks", meaning: "confirmations that the merchant waits for" },
      { name: "share", unit: "", meaning: "share of payments that were undone" },
      { name: "low", unit: "", meaning: "with 99 % confidence not less" },
      { name: "high", unit: "", meaning: "with 99 % confidence not more" },
      { name: "expected", unit: "", meaning: "by Rosenfeld's formula" },
    ],
    rows: raced.map((one) => ({ mode: "pow", ...one })),
  };
  const figure: Figure = {
    ...{
      name: "secret-branch",
      title: `Payments undone by an attacker of ${percent(ATTACKER)}`,
      table: table.name,
    },
    ran:
      `Simulator: proof of work, ${races} payments for each number of confirmations, no network delay. Points: measured, with 99 % ` +
      `intervals; line: Rosenfeld's formula (2014). Seed ${seed}; any machine.`,
  };
  const x = axis(table, "confirmations");
  const y = axis(table, "share", { axis: { format: "%" } });
  const six = raced.find(({ confirmations }) => confirmations === 6);
  const outside = raced.filter(({ low, high, expected }) => expected < low || expected > high);
  return {
    method: [
      `Proof of work: an attacker with ${percent(ATTACKER)} of all hash power pays, mines in secret on a branch without the payment, and ` +
        `publishes it when the merchant has its confirmations and the branch is longer: ${races} races for each number.`,
    ],
    findings:
      six === undefined
        ? []
        : [
            `Proof of work: an attacker of ${percent(ATTACKER)} undid ${percent(six.share)} of the payments with 6 confirmations (Rosenfeld: ` +
              `${percent(six.expected)}). ${outside.length === 0 ? "Theory lies in every interval." : `Theory lies outside of ${outside.length} of ${raced.length} intervals.`} ` +
              "No such attacker is tolerated by waiting for less; under PBFT and BP Fast Paxos there is nothing to wait for.",
          ],
    tables: [table],
    drawing: {
      ...{ figure, rows: table.rows },
      layers: [
        {
          mark: { type: "line", color: "#000000", strokeWidth: 1 },
          encoding: { x, y: { ...y, field: "expected" } },
        },
        {
          mark: { type: "rule", strokeWidth: 2, color: "#444444" },
          encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" } },
        },
        {
          mark: { type: "point", filled: true, size: 70, color: "#444444", shape: "triangle-up" },
          encoding: { x, y },
        },
      ],
    },
  };
}
