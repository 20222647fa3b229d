// Of experiment 5: a leader that turns and shows two blocks for one height, while clients send. Pure: made from the worlds that
// ran.
import { ENDS_US, EVERY_US, type LeaderFault, TURNS_US, VOTERS } from "@witan/simulator";
import type { NetworkMode } from "../../network-shape.ts";
import { axis, byMode, type Drawing, type Layer, modeName } from "../drawing.ts";
import type { Figure, ResultTable, Row } from "../results.ts";
import { medianOf, quantile } from "../statistics.ts";
import { between, milliseconds, plural } from "../words.ts";
import type { Piece } from "./simulated-mining.ts";

/** What is counted together in the figure over time. */
const BIN_US = 200_000;

/** Worlds in which the leader of a mode turned. */
export interface Turned {
  readonly mode: Exclude<NetworkMode, "pow">;
  readonly seed: number;
  readonly fault: LeaderFault;
}

/** What worlds in which a leader turned showed. @param seed of the first of each mode */
export function turnedPart(turned: readonly Turned[], seed: number): Piece {
  const modes = [...new Set(turned.map(({ mode }) => mode))];
  const series: ResultTable = {
    name: "turned-leader",
    title: "final transfers over time while a leader turns, mean of all worlds",
    columns: [
      { name: "mode", unit: "", meaning: "mode" },
      { name: "seconds", unit: "s", meaning: "time; the leader turns at 0" },
      { name: "final", unit: "transfers/s", meaning: "final transfers" },
      { name: "low", unit: "transfers/s", meaning: "a tenth of the worlds had fewer" },
      { name: "high", unit: "transfers/s", meaning: "a tenth of the worlds had more" },
    ],
    rows: modes.flatMap((mode) => overTime(turned.filter((one) => one.mode === mode))),
  };
  const worlds: ResultTable = {
    name: "turned-leader-worlds",
    title: "each world in which a leader turned",
    columns: [
      { name: "mode", unit: "", meaning: "mode" },
      { name: "seed", unit: "", meaning: "seed of the world" },
      { name: "stalled", unit: "ms", meaning: "longest time without a block" },
      { name: "longest", unit: "ms", meaning: "longest that a transfer waited" },
      { name: "lost", unit: "", meaning: "transfers that were not final everywhere in the end" },
      { name: "contradicted", unit: "", meaning: "heights with different blocks at two that keep the rules" },
      { name: "lies", unit: "", meaning: "messages that differed from what others were told" },
    ],
    rows: turned.map(({ mode, seed: of, fault: { stalledUs, longestUs, ...counts } }) => ({
      ...{ mode, seed: of, stalled: stalledUs / 1_000, longest: longestUs / 1_000 },
      ...{ lost: counts.lost, contradicted: counts.contradicted, lies: counts.lies },
    })),
  };
  const count = turned.length / modes.length;
  const figure: Figure = {
    ...{
      name: "turned-leader",
      title: "A leader that turns and shows two blocks for one height",
      table: series.name,
    },
    ran:
      `Simulator: ${modes.map(modeName).join(", ")}; ${VOTERS} validators, or ${VOTERS} acceptors and 2 proposers, in one data centre; a ` +
      `transfer every ${EVERY_US / 1_000} ms; view timers of 1 s. Mean of ${count} worlds of each mode, shaded: the middle eight tenths. ` +
      `Seeds from ${seed} on; any machine.`,
  };
  return {
    method: [
      `PBFT and BP Fast Paxos: from ${TURNS_US / 1_000_000} s on the leader of a world shows some of the others one block and the rest another ` +
        "one for the same height; which of them, and how often it does so, differs by seed. Transfers come at a steady pace to those " +
        `that keep the rules, for ${ENDS_US / 1_000_000} s. Timers as nodes have them by default.`,
    ],
    findings: modes.map((mode) => turnedFinding(turned.filter((one) => one.mode === mode))),
    tables: [series, worlds],
    drawing: turnedDrawing(series, figure),
  };
}

function overTime(turned: readonly Turned[]): readonly Row[] {
  const bins = Math.floor(ENDS_US / BIN_US);
  const perSecond = 1_000_000 / BIN_US;
  return Array.from({ length: bins }, (_, bin): Row => {
    const [fromUs, untilUs] = [bin * BIN_US, (bin + 1) * BIN_US];
    const rates = turned.map(({ fault: { blocks } }) => {
      const here = blocks.filter(({ atUs }) => atUs >= fromUs && atUs < untilUs);
      return perSecond * here.reduce((sum, { transactions }) => sum + transactions, 0);
    });
    const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
    return {
      ...{ mode: turned[0]?.mode ?? "", seconds: (fromUs + BIN_US / 2 - TURNS_US) / 1_000_000 },
      ...{ final: Number(mean.toFixed(3)), low: quantile(rates, 0.1), high: quantile(rates, 0.9) },
    };
  });
}

function turnedDrawing(table: ResultTable, figure: Figure): Drawing {
  const { color, strokeDash } = byMode(table.rows);
  const modes = [...new Set(table.rows.map((row) => row["mode"]))];
  const x = axis(table, "seconds");
  const y = axis(table, "final");
  const layers: readonly Layer[] = [
    {
      mark: { type: "area", opacity: 0.2 },
      encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, color },
    },
    { mark: { type: "line" }, encoding: { x, y, color, strokeDash } },
    {
      data: { values: [{ seconds: 0 }] },
      mark: { type: "rule", strokeDash: [3, 3] },
      encoding: { x: { field: "seconds", type: "quantitative" } },
    },
  ];
  return {
    ...{ figure, rows: [], layers: [] },
    panels: modes.map((mode) => ({
      ...{
        title: modeName(String(mode)),
        rows: table.rows.filter((row) => row["mode"] === mode),
        layers,
        height: 170,
      },
    })),
  };
}

function turnedFinding(turned: readonly Turned[]): string {
  const stalled = turned.map(({ fault }) => fault.stalledUs / 1_000);
  const longest = turned.map(({ fault }) => fault.longestUs / 1_000);
  const lost = turned.reduce((sum, { fault }) => sum + fault.lost, 0);
  const contradicted = turned.reduce((sum, { fault }) => sum + fault.contradicted, 0);
  const median = medianOf(longest);
  return (
    `${modeName(turned[0]?.mode ?? "")}: with a leader that shows two blocks, the transfer that waited longest was final after ` +
    `${milliseconds(median.value)} in the median of ${turned.length} worlds${between(median, milliseconds)}, at worst ` +
    `${milliseconds(Math.max(...longest))}; no block came for ${milliseconds(Math.max(...stalled))} at most. ` +
    `${lost === 0 ? "Every transfer became final" : `${plural(lost, "transfer")} did not become final`}; ` +
    (contradicted === 0
      ? "no two that keep the rules had different blocks at one height."
      : `at ${plural(contradicted, "height")} two that keep the rules had different blocks. That must not be: it is a bug.`)
  );
}
