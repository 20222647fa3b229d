// Experiment 1: how long until a transfer is final, on a network with nothing else to do. Pure: made from what ran.
import { nodesOf, shapeText } from "../../network-shape.ts";
import type { Context, Found } from "../context.ts";
import { axis, byMode, modeName } from "../drawing.ts";
import type { Ladder, LadderRun } from "../ladder.ts";
import type { Figure, ResultTable, Row } from "../results.ts";
import { type Estimate, medianOf, quantile } from "../statistics.ts";
import { between, milliseconds, times } from "../words.ts";

/** What single transfers on idle networks showed. */
export function finalityFound({ machine, seed }: Pick<Context, "machine" | "seed">, ladder: Ladder): Found {
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
  const looks = byMode(table.rows);
  const shapes = ladder.runs.map(({ shape }) => `${modeName(shape.consensus)}: ${shapeText(shape)}`);
  const figure: Figure = {
    name: "finality",
    title: "Time to finality",
    ran:
      `Processes on one machine (${machine}), over loopback. ${shapes.join("; ")}. ${ladder.plan.single} single transfers ` +
      `one after another, nothing else to do. Seed ${seed} for what is simulated; processes have none.`,
    table: table.name,
  };
  return {
    result: {
      ...{ name: "finality", title: "Time to finality", source: "processes", failures: ladder.failures },
      question: "How long does a client wait until its transfer can't be undone?",
      method: [
        `${ladder.plan.single} transfers per mode, each sent when the one before was final, to each member that serves ` +
          "clients in turn, by `transaction_submit` with `waitFor: final`. Measured by the client.",
        "The median comes with the interval that holds it with 95 % confidence (by order statistics).",
      ],
      findings: findingsOf(ladder.runs),
      tables: [table],
      figures: [figure],
    },
    drawings: [
      {
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
      },
    ],
  };
}

function rowsOf({ shape, idleMs }: LadderRun): readonly Row[] {
  const order = idleMs.map((ms, transfer) => ({ ms, transfer })).sort((a, b) => a.ms - b.ms);
  return order.map(({ ms, transfer }, rank) => ({
    ...{ mode: shape.consensus, transfer: transfer + 1 },
    ms: Number(ms.toFixed(3)),
    share: (rank + 1) / order.length,
  }));
}

function findingsOf(runs: readonly LadderRun[]): readonly string[] {
  const medians = runs.map((run) => ({ run, median: medianOf(run.idleMs) }));
  const each = medians.map(
    ({ run: { shape, idleMs }, median }) =>
      `${modeName(shape.consensus)} (${nodesOf(shape)} processes): half of the transfers were final within ` +
      `${milliseconds(median.value)}${between(median, milliseconds)}, 99 % within ${milliseconds(quantile(idleMs, 0.99))}.`,
  );
  const [first, ...others] = [...medians].sort((a, b) => a.median.value - b.median.value);
  if (first === undefined) return ["No mode ran through."];
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
