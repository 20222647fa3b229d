// Experiment 2: throughput against offered load, and latency against throughput. Pure: made from what ran.
import type { Context, Found } from "../context.ts";
import { axis, byMode, type Drawing, modeName } from "../drawing.ts";
import { depthOf, type Ladder, type LadderRun, type LadderStep, ranOf } from "../ladder.ts";
import type { Figure, ResultTable, Row } from "../results.ts";
import { NOISE_MAX, quantile, spreadOf } from "../statistics.ts";
import { milliseconds } from "../words.ts";

/** A network keeps up with a load as long as it makes this share of it final. */
const KEEPS_UP = 0.95;

/** What rising loads showed. */
export function throughputFound({ machine }: Pick<Context, "machine">, ladder: Ladder): Found {
  const table = tableOf(ladder);
  const { plan, runs } = ladder;
  const ran =
    `${ranOf(runs, machine)} The load's own process is among them. Each load for ${plan.stepSeconds} s (proof of work: ` +
    `${plan.stepSecondsWork} s), ${plan.repeats === 1 ? "once" : `${plan.repeats} times: each point is one`}.`;
  const throughput: Figure = {
    ...{ name: "throughput", title: "Throughput against offered load", table: table.name, ran },
  };
  const latency: Figure = {
    ...{ name: "latency", title: "Latency against throughput", table: table.name, ran },
  };
  return {
    result: {
      ...{
        name: "throughput",
        title: "Throughput and latency under load",
        source: "processes",
        failures: ladder.failures,
      },
      question:
        "How many transfers per second become final, and how long does each wait when there are many?",
      method: [
        `Transfers signed beforehand, sent at a steady pace by a process of its own for ${plan.stepSeconds} s at each load (proof of work: ${plan.stepSecondsWork} s), to all ` +
          `members that serve clients in turn; ${plan.warmUp} more went before and are not counted.`,
        "Latency counts from when a transfer was due, not from when it could be sent, so that a network that stalls is not " +
          "spared (coordinated omission). Throughput: final transfers by the time from the first that was due until the last was " +
          "final on the slowest node, without what is usual to wait: as long as one of ten waited at most; under proof of work, " +
          "where chance decides, nine of ten.",
        `Under proof of work a transfer counts as final with ${depthOf({ consensus: "pow" })} blocks, as nodes have it by default: a risk of ` +
          "0.001 against an attacker with a tenth of all hash power.",
        `A network keeps up as long as ${KEEPS_UP * 100} % of what is offered becomes final at that pace.`,
      ],
      findings: runs.length === 0 ? ["No mode ran through."] : runs.map(findingOf),
      tables: [table],
      figures: runs.length === 0 ? [] : [throughput, latency],
    },
    summary: [
      {
        what: "keeps up with, per second",
        source: "processes",
        values: Object.fromEntries(
          runs.map((run) => [run.shape.consensus, `${keptOf(run) ?? `less than ${ratesOf(run)[0]}`}`]),
        ),
      },
    ],
    drawings: runs.length === 0 ? [] : drawingsOf([throughput, latency], table, Math.max(...plan.perSecond)),
  };
}

function drawingsOf(
  [throughput, latency]: readonly [Figure, Figure],
  table: ResultTable,
  most: number,
): readonly Drawing[] {
  const looks = byMode(table.rows);
  const color = { color: looks.color };
  const points = {
    mark: { type: "point", filled: true, size: 60 },
    encoding: { ...color, shape: looks.shape },
  };
  const lines = { mark: { type: "line" }, encoding: { ...color, strokeDash: looks.strokeDash } };
  const over = (x: object, y: object) =>
    [lines, points].map((layer) => ({ ...layer, encoding: { ...layer.encoding, x, y } }));
  const all = {
    data: { values: [0, most].map((value) => ({ value })) },
    mark: { type: "line", color: "#999999", strokeWidth: 1 },
    encoding: { x: { field: "value", type: "quantitative" }, y: { field: "value", type: "quantitative" } },
  };
  return [
    {
      figure: throughput,
      rows: table.rows,
      layers: [all, ...over(axis(table, "offered"), axis(table, "final"))],
    },
    {
      figure: latency,
      rows: table.rows,
      layers: over(axis(table, "final"), axis(table, "p50", { scale: { type: "log" } })),
    },
  ];
}

function tableOf({ runs }: Ladder): ResultTable {
  return {
    name: "throughput",
    title: "what became of each load",
    columns: [
      { name: "mode", unit: "", meaning: "mode" },
      { name: "repeat", unit: "", meaning: "which time" },
      { name: "offered", unit: "transfers/s", meaning: "offered load" },
      { name: "final", unit: "transfers/s", meaning: "final transfers" },
      { name: "p50", unit: "ms", meaning: "median latency" },
      { name: "p99", unit: "ms", meaning: "99th percentile of latency" },
      { name: "lost", unit: "transfers", meaning: "transfers that did not become final" },
      { name: "refused", unit: "transfers", meaning: "of these refused by the nodes" },
      { name: "blocks", unit: "", meaning: "blocks that they were in" },
    ],
    rows: runs.flatMap(({ shape, steps }) => steps.map((step) => rowOf(shape.consensus, step))),
  };
}

function rowOf(mode: string, step: LadderStep): Row {
  const { repeat, offeredPerSecond, finalPerSecond, p50Ms, p99Ms, offered, final, refused, blocks } = step;
  return {
    ...{ mode, repeat, offered: offeredPerSecond, final: finalPerSecond, p50: p50Ms, p99: p99Ms },
    ...{ lost: offered - final, refused, blocks },
  };
}

function ratesOf({ steps }: LadderRun): readonly number[] {
  return [...new Set(steps.map(({ offeredPerSecond }) => offeredPerSecond))];
}

function madeAt({ steps }: LadderRun, rate: number): readonly number[] {
  return steps.filter((step) => step.offeredPerSecond === rate).map(({ finalPerSecond }) => finalPerSecond);
}

/** The highest load that a network kept up with; undefined: not even with the least. */
function keptOf(run: LadderRun): number | undefined {
  return ratesOf(run).findLast((rate) => quantile(madeAt(run, rate), 0.5) >= KEEPS_UP * rate);
}

function findingOf(run: LadderRun): string {
  const { shape, steps } = run;
  const name = modeName(shape.consensus);
  const rates = ratesOf(run);
  const at = (rate: number) => steps.filter(({ offeredPerSecond }) => offeredPerSecond === rate);
  const noisy = rates.filter((rate) => spreadOf(madeAt(run, rate)) > NOISE_MAX);
  const best = Math.max(...rates.map((rate) => quantile(madeAt(run, rate), 0.5)));
  const top = keptOf(run);
  const upTo =
    top === undefined
      ? `did not keep up with the least load, ${rates[0]} per second`
      : `kept up with ${top} transfers per second, at a median latency of ${milliseconds(
          quantile(
            at(top).map(({ p50Ms }) => p50Ms),
            0.5,
          ),
        )}`;
  const most =
    top !== undefined && top === rates.at(-1)
      ? "; no higher load was tried"
      : `; at most it made ${Math.round(best)} final per second`;
  const doubt =
    noisy.length === 0 ? "" : ` Repeats at ${noisy.join(", ")} per second differ too much to rely on.`;
  return `${name} ${upTo}${most}.${doubt}`;
}
