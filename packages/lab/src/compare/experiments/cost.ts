// Experiment 3: what a final transfer costs all nodes together, as they counted it while the load rose. Pure: made from what
// ran.
import { nodesOf } from "../../network-shape.ts";
import type { Context, Found } from "../context.ts";
import { axis, byMode, type Drawing, type Layer, modeName, type Panel } from "../drawing.ts";
import { type Ladder, type LadderRun, type LadderStep, ranOf } from "../ladder.ts";
import type { LadderCost } from "../ladder-cost.ts";
import type { Column, Figure, ResultTable, Row } from "../results.ts";
import { NOISE_MAX, quantile, spreadOf } from "../statistics.ts";

/** What is counted, as columns have it, and how many of it make one of the column's unit. */
const COUNTED: readonly (Column & { readonly of: (cost: LadderCost) => number | null })[] = [
  { name: "messages", unit: "", meaning: "messages between nodes", of: ({ messages }) => messages },
  { name: "bytes", unit: "bytes", meaning: "bytes of these messages", of: ({ bytes }) => bytes },
  { name: "made", unit: "", meaning: "signatures made by nodes", of: (cost) => cost.signaturesMade },
  { name: "checked", unit: "", meaning: "signatures checked", of: (cost) => cost.signaturesChecked },
  { name: "hashes", unit: "", meaning: "hashes tried by miners", of: ({ hashes }) => hashes },
  {
    ...{ name: "cpu", unit: "ms", meaning: "processor time" },
    of: ({ cpuSeconds }) => (cpuSeconds === null ? null : 1_000 * cpuSeconds),
  },
  { name: "disk", unit: "bytes", meaning: "bytes written to disk", of: ({ diskBytes }) => diskBytes },
];

/** What the nodes did for each final transfer. */
export function costFound({ machine }: Pick<Context, "machine">, ladder: Ladder): Found {
  const { runs, plan, failures } = ladder;
  const table = tableOf(runs);
  const figure: Figure = {
    ...{ name: "cost", title: "Cost of a final transfer, all nodes together", table: table.name },
    ran:
      `${ranOf(runs, machine)} Loads as in the experiment on throughput` +
      `${plan.repeats === 1 ? ", once; no interval is known" : `, ${plan.repeats} times: each point is one`}.`,
  };
  return {
    result: {
      ...{ name: "cost", title: "Cost of a final transfer", source: "processes", failures },
      question:
        "What do all nodes together send, sign, check, try, compute and write for one final transfer?",
      method: [
        "Nodes count messages, bytes, signatures and hashes as they pass their ports, for their metrics; the system tells " +
          "processor time (/proc/PID/stat) and bytes written to disk (write_bytes of /proc/PID/io). What was counted from the " +
          "beginning of a load until all of it was in blocks everywhere, divided by its final transfers.",
        "Bytes are those of the messages; framing and encryption come on top. A message to several nodes counts once for each. " +
          "The client's own signature of each transfer is not among those made. Calls of clients are no messages between nodes; " +
          "the processor time that nodes take for them is counted.",
      ],
      findings: runs.length === 0 ? ["No mode ran through."] : runs.flatMap(findingOf),
      tables: [table],
      figures: runs.length === 0 ? [] : [figure],
    },
    drawings: runs.length === 0 ? [] : [drawingOf(figure, table)],
    summary: [
      {
        what: "messages for a final transfer",
        source: "processes",
        values: Object.fromEntries(
          runs.flatMap((run) => {
            const value = medianAt(run, topRate(run), ({ messages }) => messages);
            return value === null ? [] : [[run.shape.consensus, counted(value)]];
          }),
        ),
      },
    ],
  };
}

function tableOf(runs: readonly LadderRun[]): ResultTable {
  return {
    name: "cost",
    title: "what nodes did for each final transfer",
    columns: [
      { name: "mode", unit: "", meaning: "mode" },
      { name: "nodes", unit: "", meaning: "nodes of the network" },
      { name: "repeat", unit: "", meaning: "which time" },
      { name: "offered", unit: "transfers/s", meaning: "offered load" },
      { name: "blocks", unit: "", meaning: "blocks" },
      ...COUNTED.map(({ name, unit, meaning }) => ({ name, unit, meaning })),
    ],
    rows: runs.flatMap(({ shape, steps }) =>
      steps.map(
        (step): Row => ({
          ...{ mode: shape.consensus, nodes: nodesOf(shape), repeat: step.repeat },
          ...{ offered: step.offeredPerSecond, blocks: step.blocks },
          ...Object.fromEntries(COUNTED.map(({ name, of }) => [name, each(step, of)])),
        }),
      ),
    ),
  };
}

/** Of one final transfer; null where it is not known. */
function each({ cost, final }: LadderStep, of: (cost: LadderCost) => number | null): number | null {
  const value = of(cost);
  return value === null || final === 0 ? null : Number((value / final).toPrecision(5));
}

function topRate({ steps }: LadderRun): number {
  return Math.max(...steps.map(({ offeredPerSecond }) => offeredPerSecond));
}

function valuesAt(run: LadderRun, rate: number, of: (cost: LadderCost) => number | null): readonly number[] {
  return run.steps
    .filter(({ offeredPerSecond }) => offeredPerSecond === rate)
    .flatMap((step) => each(step, of) ?? []);
}

function medianAt(run: LadderRun, rate: number, of: (cost: LadderCost) => number | null): number | null {
  const values = valuesAt(run, rate, of);
  return values.length === 0 ? null : quantile(values, 0.5);
}

/** A count with the digits that mean something. */
function counted(value: number): string {
  return value >= 1_000 ? Math.round(value).toLocaleString("en-US") : `${Number(value.toPrecision(3))}`;
}

/** In words what is counted, for a sentence. */
const SAID: Readonly<Record<string, (value: string) => string>> = {
  messages: (value) => `${value} messages`,
  bytes: (value) => `${value} bytes`,
  made: (value) => `${value} signatures made`,
  checked: (value) => `${value} checked`,
  hashes: (value) => `${value} hashes`,
  cpu: (value) => `${value} ms of processor time`,
  disk: (value) => `${value} bytes written`,
};

function findingOf(run: LadderRun): readonly string[] {
  const name = modeName(run.shape.consensus);
  const [least, most] = [run.steps[0]?.offeredPerSecond ?? 0, topRate(run)];
  const at = (rate: number): string =>
    COUNTED.flatMap(({ name: column, of }) => {
      const value = medianAt(run, rate, of);
      if (value === null || (column === "hashes" && value === 0)) return [];
      return [SAID[column]?.(counted(value)) ?? ""];
    }).join(", ");
  const noisy = COUNTED.filter(({ of }) => spreadOf(valuesAt(run, most, of)) > NOISE_MAX).map(
    ({ meaning }) => meaning,
  );
  const doubt = noisy.length === 0 ? "" : ` Repeats differ too much to rely on: ${noisy.join(", ")}.`;
  return [
    `${name}, of ${nodesOf(run.shape)} nodes, for each final transfer at ${most} per second: ${at(most)}.${doubt}`,
    ...(least === most ? [] : [`${name} at ${least} per second: ${at(least)}.`]),
  ];
}

/** A drawing for each of what is counted, with the load. */
function drawingOf(figure: Figure, table: ResultTable): Drawing {
  const looks = byMode(table.rows);
  const x = axis(table, "offered", { scale: { type: "log", nice: false, padding: 12 } });
  const { strokeDash } = looks;
  const panels = COUNTED.flatMap(({ name, meaning }): readonly Panel[] => {
    const rows = table.rows.filter((row) => Number(row[name] ?? 0) > 0);
    if (rows.length === 0) return [];
    const y = axis(table, name, {
      scale: { type: "log" },
      title: null,
      axis: { tickCount: 5, format: ",~g" },
    });
    const color = { color: looks.color };
    const layers: readonly Layer[] = [
      { mark: { type: "line" }, encoding: { x, y: { ...y, aggregate: "median" }, ...color, strokeDash } },
      { mark: { type: "point", filled: true, size: 60 }, encoding: { x, y, ...color, shape: looks.shape } },
    ];
    const unit = COUNTED.find((one) => one.name === name)?.unit ?? "";
    return [{ title: `${meaning}${unit === "" ? "" : ` (${unit})`}`, rows, layers, height: 130 }];
  });
  return { figure, rows: [], layers: [], panels, columns: 2 };
}
