// Experiment 1: how long until a transfer is final, on a network with nothing else to do. Pure: made from what ran.
import { IDLE_MS } from "../../load/load-messages.ts";
import { nodesOf } from "../../network-shape.ts";
import type { Context, Found } from "../context.ts";
import { axis, byMode, type Drawing, modeName } from "../drawing.ts";
import { depthOf, type Ladder, type LadderRun, ranOf } from "../ladder.ts";
import type { Figure, ResultTable, Row, SummaryLine } from "../results.ts";
import { type Estimate, medianOf, quantile } from "../statistics.ts";
import { between, milliseconds, times } from "../words.ts";
import { equalRiskDrawing, equalRiskFindings, equalRiskTable } from "./equal-risk.ts";

/** What single transfers on idle networks showed. */
export function finalityFound({ machine }: Pick<Context, "machine">, ladder: Ladder): Found {
  const table: ResultTable = {
    name: "finality",
    title: "time to finality of single transfers on an idle network",
    columns: [
      { name: "mode", unit: "", meaning: "mode" },
      { name: "transfer", unit: "", meaning: "which of the transfers, in the order of sending" },
      { name: "ms", unit: "ms", meaning: "from sending a transfer until the answer that it is final" },
      { name: "share", unit: "", meaning: "share of transfers that were final by then" },
    ],
    rows: ladder.runs.flatMap(rowsOf),
  };
  const ran = `${ranOf(ladder.runs, machine)} ${singles(ladder)}, nothing else to do.`;
  const figure: Figure = { name: "finality", title: "Time to finality", ran, table: table.name };
  const risks = equalRiskTable(ladder.runs);
  const atRisk: Figure = {
    ...{ name: "equal-risk", title: "Time to finality at equal risk", table: risks.name },
    ran:
      `${ran} Rows of attackers: proof of work, from the mean interval between its blocks; bars: 95 %. Black ticks: theory, ` +
      "from the interval that the chain aims at.",
  };
  return {
    result: {
      ...{ name: "finality", title: "Time to finality", source: "processes", failures: ladder.failures },
      question: "How long does a client wait until its transfer can't be undone?",
      method: [
        `PBFT and BP Fast Paxos: ${ladder.plan.single} transfers, each sent ${IDLE_MS / 1_000} s after the one before was final, to each member ` +
          "that serves clients in turn, by `transaction_submit` with `waitFor: final`. Measured by the client.",
        `Proof of work: ${ladder.plan.singleWork} transfers, one for each block in the mean, each until the node that it was sent ` +
          `to had reported ${depthOf({ consensus: "pow" })} blocks with and on it: so many make a reversal by an attacker with a tenth ` +
          "of all hash power as unlikely as 0.001, which is when nodes call it final unless they are told otherwise. At other risks " +
          "the number of blocks is Rosenfeld's (2014), and the time follows from how often blocks came. Half of the transfers have " +
          "z blocks after z - 1/3 intervals (the median of the gamma distribution).",
        "The median of PBFT and BP Fast Paxos comes with the interval that holds it with 95 % confidence (by order statistics).",
      ],
      findings: [...equalRiskFindings(ladder.runs), ...findingsOf(ladder.runs)],
      tables: [risks, table],
      figures: ladder.runs.length === 0 ? [] : [atRisk, figure],
    },
    summary: [{ what: "final after, in the median", source: "processes", values: medianValues(ladder.runs) }],
    drawings: ladder.runs.length === 0 ? [] : [equalRiskDrawing(risks, atRisk), drawingOf(figure, table)],
  };
}

function drawingOf(figure: Figure, table: ResultTable): Drawing {
  const looks = byMode(table.rows);
  return {
    figure,
    rows: table.rows,
    layers: [
      {
        mark: { type: "line", interpolate: "step-after" },
        encoding: {
          x: axis(table, "ms", { scale: { type: "log" } }),
          y: axis(table, "share", { axis: { format: "%" } }),
          ...{ color: looks.color, strokeDash: looks.strokeDash },
        },
      },
    ],
  };
}

function medianValues(runs: readonly LadderRun[]): SummaryLine["values"] {
  const text = ({ shape, idleMs }: LadderRun): string => {
    const depth = depthOf(shape);
    return `${milliseconds(quantile(idleMs, 0.5))}${depth > 1 ? `, ${depth} blocks` : ""}`;
  };
  return Object.fromEntries(runs.map((run) => [run.shape.consensus, text(run)]));
}

function singles({ plan, runs }: Ladder): string {
  const has = (isWork: boolean) => runs.some(({ shape }) => (shape.consensus === "pow") === isWork);
  const counts = [
    ...(has(false) ? [`${plan.single} single transfers one by one`] : []),
    ...(has(true) ? [`${plan.singleWork} under proof of work, one for each block`] : []),
  ];
  return counts.join("; ");
}

function rowsOf({ shape, idleMs }: LadderRun): readonly Row[] {
  const order = idleMs.map((ms, transfer) => ({ ms, transfer })).sort((a, b) => a.ms - b.ms);
  return order.map(({ ms, transfer }, rank) => ({
    ...{ mode: shape.consensus, transfer: transfer + 1 },
    ms: Number(ms.toFixed(3)),
    share: (rank + 1) / order.length,
  }));
}

/** Transfers that wait for the same blocks are late together: order statistics, which take each to be drawn anew, would lie. */
const OVERLAP = " (they wait for the same blocks, so that no interval is known)";

function findingsOf(runs: readonly LadderRun[]): readonly string[] {
  const medians = runs.map((run) => ({ run, median: medianOf(run.idleMs) }));
  const each = medians.map(
    ({ run: { shape, idleMs }, median }) =>
      `${modeName(shape.consensus)} (${nodesOf(shape)} processes): half of the transfers were final within ` +
      `${milliseconds(median.value)}${shape.consensus === "pow" ? OVERLAP : between(median, milliseconds)}, 99 % within ` +
      `${milliseconds(quantile(idleMs, 0.99))}.`,
  );
  // How they stand to proof of work is said at equal risk.
  const final = medians.filter(({ run }) => run.shape.consensus !== "pow");
  const [first, ...others] = [...final].sort((a, b) => a.median.value - b.median.value);
  if (medians.length === 0) return ["No mode ran through."];
  if (first === undefined) return each;
  const compared = others.map(({ run, median }) =>
    overlap(first.median, median)
      ? `${modeName(first.run.shape.consensus)} and ${modeName(run.shape.consensus)} are too close for this run to tell apart.`
      : `${modeName(first.run.shape.consensus)} was ${times(median.value / first.median.value)} as fast as ${modeName(run.shape.consensus)}.`,
  );
  return [...each, ...compared];
}

/** Whether what is known of two values leaves open which is greater. */
function overlap(a: Estimate, b: Estimate): boolean {
  if (a.low === null || a.high === null || b.low === null || b.high === null) return true;
  return a.low <= b.high && b.low <= a.high;
}
