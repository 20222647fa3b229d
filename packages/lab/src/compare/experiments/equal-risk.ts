// Of experiment 1: how long until a transfer is final at equal risk. Of proof of work from when its blocks came, and from how
// many of them an attacker must catch up with (Rosenfeld); of the others from single transfers. Pure.
import { confirmationsFor, rosenfeld } from "@witan/consensus";
import type { NetworkMode } from "../../network-shape.ts";
import { axis, byMode, type Drawing, modeName } from "../drawing.ts";
import type { LadderRun } from "../ladder.ts";
import type { Figure, ResultTable, Row } from "../results.ts";
import { type Estimate, medianOf, Z95 } from "../statistics.ts";
import { between, milliseconds, percent, times } from "../words.ts";
import { timesTo, type WorkTimes } from "../work-times.ts";

/** Shares of all hash power that an attacker may have, and probabilities of a reversal. */
export const ATTACKERS = [0.1, 0.2, 0.3] as const;
export const RISKS = [1e-2, 1e-3, 1e-6] as const;
/** What the headline is about: what nodes assume unless they are told otherwise. */
const HEADLINE = { attacker: 0.1, risk: 1e-3 } as const;
/** Between blocks of the best-known chain of proof of work (Nakamoto 2008; Bitcoin), in minutes. */
const BITCOIN_MINUTES = 10;

/** How long one mode takes at one risk. */
interface AtRisk {
  readonly mode: NetworkMode;
  readonly attacker: number | null;
  readonly risk: number | null;
  readonly confirmations: number;
  /** The median of transfers that the run saw come to it; null where it saw fewer than half of them. */
  readonly measured: Estimate | null;
  /** Half of all transfers, from the mean interval between the blocks that were seen; of the others as measured. */
  readonly median: Estimate;
  /** The same from the interval that the chain aims at; null where there is no theory. */
  readonly theoryMs: number | null;
}

/**
 * Half of all transfers have so many confirmations after so many block intervals: the median of the gamma distribution, but
 * for a part in fifty (Choi 1994). Blocks come as a Poisson process does, so what is sent at any moment waits for the first
 * as long as for every other.
 */
export function medianIntervals(confirmations: number): number {
  return confirmations === 0 ? 0 : confirmations - 1 / 3;
}

function underWork(work: WorkTimes, aimedMs: number, attacker: number, risk: number): AtRisk {
  const confirmations = confirmationsFor(rosenfeld, attacker, risk) ?? Number.NaN;
  const seen = timesTo(work, confirmations);
  const value = medianIntervals(confirmations) * work.intervalMs;
  // The mean of so many intervals, each of which deviates as much as it is long.
  const half = Z95 / Math.sqrt(Math.max(1, work.blocks));
  return {
    ...{ mode: "pow", attacker, risk, confirmations },
    measured: 2 * seen.length >= work.confirmedMs.length && seen.length > 0 ? medianOf(seen) : null,
    median: { value, low: value * Math.max(0, 1 - half), high: value * (1 + half) },
    theoryMs: medianIntervals(confirmations) * aimedMs,
  };
}

function atRisks({ shape, work, idleMs }: LadderRun): readonly AtRisk[] {
  if (shape.consensus === "pow" && work !== undefined)
    return ATTACKERS.flatMap((attacker) =>
      RISKS.map((risk) => underWork(work, shape.blockIntervalMs, attacker, risk)),
    );
  const median = medianOf(idleMs);
  const none = { attacker: null, risk: null, confirmations: 1, theoryMs: null };
  return [{ mode: shape.consensus, ...none, measured: median, median }];
}

/** The table of all modes and risks. */
export function equalRiskTable(runs: readonly LadderRun[]): ResultTable {
  return {
    name: "equal-risk",
    title: "time to finality at equal risk",
    columns: [
      { name: "mode", unit: "", meaning: "mode" },
      { name: "attacker", unit: "", meaning: "share of all hash power that an attacker has" },
      { name: "risk", unit: "", meaning: "probability of a reversal" },
      { name: "confirmations", unit: "blocks", meaning: "blocks that make it so unlikely (Rosenfeld)" },
      { name: "measured", unit: "ms", meaning: "median of the transfers that the run saw come to it" },
      { name: "ms", unit: "ms", meaning: "half of the transfers are final" },
      { name: "low", unit: "ms", meaning: "with 95 % confidence not less" },
      { name: "high", unit: "ms", meaning: "with 95 % confidence not more" },
      { name: "theory", unit: "ms", meaning: "from the interval that the chain aims at" },
      { name: "case", unit: "", meaning: "mode, attacker and risk in words" },
    ],
    rows: runs.flatMap(atRisks).map(rowOf),
  };
}

function rowOf({ mode, attacker, risk, confirmations, measured, median, theoryMs }: AtRisk): Row {
  return {
    ...{ mode, attacker, risk, confirmations, measured: rounded(measured?.value ?? null) },
    ...{ ms: rounded(median.value), low: rounded(median.low), high: rounded(median.high) },
    theory: rounded(theoryMs),
    case:
      attacker === null ? modeName(mode) : `attacker of ${percent(attacker)}, risk ${riskText(risk ?? 0)}`,
  };
}

function rounded(ms: number | null): number | null {
  return ms === null || !Number.isFinite(ms) ? null : Number(ms.toFixed(2));
}

/** A power of ten as people write it. */
export function riskText(risk: number): string {
  const digits = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"];
  return `10⁻${digits[Math.round(-Math.log10(risk))] ?? ""}`;
}

/** How much sooner the others are final than proof of work at the same risk; nothing without it. */
export function equalRiskFindings(runs: readonly LadderRun[]): readonly string[] {
  const all = runs.flatMap(atRisks);
  const work = all.find(({ attacker, risk }) => attacker === HEADLINE.attacker && risk === HEADLINE.risk);
  const times95 = runs.find(({ shape }) => shape.consensus === "pow")?.work;
  if (work === undefined || times95 === undefined) return [];
  const { attacker, risk } = HEADLINE;
  const others = all.filter(({ mode }) => mode !== "pow");
  const headline = others.map((other) => {
    const factor = ratio(work.median, other.median);
    const at = `At equal risk (${riskText(risk)}, an attacker with ${percent(attacker)} of all hash power)`;
    if (factor === undefined || factor.low === null || factor.low <= 1)
      return `${at} this run is too noisy to say how much sooner ${modeName(other.mode)} is final than proof of work.`;
    return (
      `${at} ${modeName(other.mode)} is final ${times(factor.value)} sooner than proof of work${between(factor, times)}: ` +
      `${milliseconds(other.median.value)} against ${milliseconds(work.median.value)}, in the median.`
    );
  });
  const blocks = Math.round(work.confirmations);
  const minutes = medianIntervals(blocks) * BITCOIN_MINUTES;
  return [
    ...headline,
    `Proof of work needs ${blocks} blocks for that, which came every ${milliseconds(times95.intervalMs)}. With a block every ` +
      `${BITCOIN_MINUTES} minutes, as Bitcoin has them, ${blocks} take ${Math.round(minutes)} minutes (calculated, not measured).`,
    ...harder(all),
  ];
}

/** What a stronger attacker and a smaller risk cost. */
function harder(all: readonly AtRisk[]): readonly string[] {
  const worst = all.findLast(({ mode }) => mode === "pow");
  if (worst === undefined || worst.attacker === null || worst.risk === null) return [];
  const seen =
    worst.measured === null ? "the run was shorter" : `seen: ${milliseconds(worst.measured.value)}`;
  const needs =
    `Against ${percent(worst.attacker)} at a risk of ${riskText(worst.risk)} proof of work needs ${worst.confirmations} blocks, ` +
    `${milliseconds(worst.median.value)} (calculated from how often blocks came; ${seen}).`;
  if (all.every(({ mode }) => mode === "pow")) return [needs];
  return [
    `${needs} The other modes take no longer for less risk: what they call final stays so as long as they keep within what they ` +
      "tolerate.",
  ];
}

/** A quotient of two estimates, and between which two it lies at worst. */
function ratio(over: Estimate, under: Estimate): Estimate | undefined {
  if (over.low === null || over.high === null || under.low === null || under.high === null) return undefined;
  return { value: over.value / under.value, low: over.low / under.high, high: over.high / under.low };
}

/** The figure of the table. */
export function equalRiskDrawing(table: ResultTable, figure: Figure): Drawing {
  const looks = byMode(table.rows);
  const cases = table.rows.map((row) => row["case"]);
  const y = {
    field: "case",
    type: "nominal",
    sort: cases,
    title: null,
    axis: { labelLimit: 260, grid: true },
  };
  const x = axis(table, "ms", { scale: { type: "log" }, title: "half of the transfers are final (ms)" });
  return {
    figure,
    rows: table.rows,
    height: 26 * Math.max(1, cases.length),
    layers: [
      {
        transform: [{ filter: "datum.low !== null" }],
        mark: { type: "rule", strokeWidth: 2 },
        encoding: { y, x: { ...x, field: "low" }, x2: { field: "high" }, color: looks.color },
      },
      {
        mark: { type: "point", filled: true, size: 80 },
        encoding: { y, x, color: looks.color, shape: looks.shape },
      },
      {
        transform: [{ filter: "datum.theory !== null" }],
        mark: { type: "tick", thickness: 2, size: 18, color: "#000000" },
        encoding: { y, x: { ...x, field: "theory" } },
      },
    ],
  };
}
