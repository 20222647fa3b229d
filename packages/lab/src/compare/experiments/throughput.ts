// Experiment 2: throughput against offered load, and latency against throughput. Pure: made from what ran.
import { shapeText } from "../../network-shape.ts";
import type { Context, Found } from "../context.ts";
import { axis, byMode, modeName } from "../drawing.ts";
import type { Ladder, LadderRun, LadderStep } from "../ladder.ts";
import type { Figure, ResultTable, Row } from "../results.ts";
import { NOISE_MAX, quantile, spreadOf } from "../statistics.ts";
import { milliseconds } from "../words.ts";

/** A network keeps up with a load as long as it makes this share of it final. */
const KEEPS_UP = 0.95;

/** What rising loads showed. */
export function throughputFound({ machine }: Pick<Context, "machine">, ladder: Ladder): Found {
  const table = tableOf(ladder);
  const { plan, runs } = ladder;
  const shapes = runs.map(({ shape }) => `${modeName(shape.consensus)}: ${shapeText(shape)}`);
  const ran =
    `Processes on one machine (${machine}), load included. ${shapes.join("; ")}. Each load for ${plan.stepSeconds} s, ` +
    `${plan.repeats === 1 ? "once" : `${plan.repeats} times: each point is one`}.`;
  const throughput: Figure = {
    ...{ name: "throughput", title: "Throughput against offered load", table: table.name, ran },
  };
  const latency: Figure = {
    ...{ name: "latency", title: "Latency against throughput", table: table.name, ran },
  };
  const looks = byMode(table.rows);
  const color = { color: looks.color };
  const points = {
    mark: { type: "point", filled: true, size: 60 },
    encoding: { ...color, shape: looks.shape },
  };
  const lines = { mark: { type: "line" }, encoding: { ...color, strokeDash: looks.strokeDash } };
  const over = (x: object, y: object) =>
    [lines, points].map((layer) => ({ ...layer, encoding: { ...layer.encoding, x, y } }));
  const most = Math.max(...plan.perSecond);
  const all = {
    data: { values: [0, most].map((value) => ({ value })) },
    mark: { type: "line", color: "#999999", strokeWidth: 1 },
    encoding: { x: { field: "value", type: "quantitative" }, y: { field: "value", type: "quantitative" } },
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
        `Transfers signed beforehand, sent at a steady pace by a process of its own for ${plan.stepSeconds} s at each load, to all ` +
          `members that serve clients in turn; ${plan.warmUp} more went before and are not counted.`,
        "Latency counts from when a transfer was due, not from when it could be sent, so that a network that stalls is not " +
          "spared (coordinated omission). Throughput counts from the first block with some of them until the last, as the slowest " +
          "node had them.",
        `A network keeps up as long as ${KEEPS_UP * 100} % of what is offered becomes final at that pace.`,
      ],
      findings: runs.map(findingOf),
      tables: [table],
      figures: [throughput, latency],
    },
    drawings: [
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
    ],
  };
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
      { name: "blocks", unit: "", meaning: "blocks that they were in" },
    ],
    rows: runs.flatMap(({ shape, steps }) => steps.map((step) => rowOf(shape.consensus, step))),
  };
}

function rowOf(mode: string, step: LadderStep): Row {
  const { repeat, offeredPerSecond, finalPerSecond, p50Ms, p99Ms, offered, final, blocks } = step;
  return {
    ...{ mode, repeat, offered: offeredPerSecond, final: finalPerSecond, p50: p50Ms, p99: p99Ms },
    ...{ lost: offered - final, blocks },
  };
}

function findingOf({ shape, steps }: LadderRun): string {
  const name = modeName(shape.consensus);
  const rates = [...new Set(steps.map(({ offeredPerSecond }) => offeredPerSecond))];
  const at = (rate: number) => steps.filter(({ offeredPerSecond }) => offeredPerSecond === rate);
  const made = (rate: number) => at(rate).map(({ finalPerSecond }) => finalPerSecond);
  const noisy = rates.filter((rate) => spreadOf(made(rate)) > NOISE_MAX);
  const kept = rates.filter((rate) => quantile(made(rate), 0.5) >= KEEPS_UP * rate);
  const best = Math.max(...rates.map((rate) => quantile(made(rate), 0.5)));
  const top = kept.at(-1);
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
