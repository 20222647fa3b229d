// Experiment 4: what a block costs and how long it takes, against the number of members, beside the formulas. Pure: made from
// the worlds that were measured.
import { MESSAGE_FORMULAS, type Measured, messagesByFormula, pathUs, spreadUs } from "@witan/simulator";
import type { Context, Found } from "../context.ts";
import { axis, byMode, type Drawing, type Layer, modeName } from "../drawing.ts";
import type { Figure, ResultTable, Row } from "../results.ts";
import { medianOf, quantile } from "../statistics.ts";
import { milliseconds, times } from "../words.ts";
import {
  byNetwork,
  membersAxis,
  NETWORK_NAMES,
  SURVEY_METHOD,
  type Survey,
  surveyText,
} from "./simulated-survey.ts";

/** What the worlds of a survey showed of one block. */
export function growthFound({ seed }: Pick<Context, "seed">, survey: Survey): Found {
  const table = tableOf(survey);
  const ran = surveyText(survey);
  const drawn = survey.worlds.length === 0 ? [] : FIGURES;
  const figures = drawn.map(({ name, title }): Figure => ({ name, title, ran, table: table.name }));
  return {
    result: {
      ...{
        name: "growth",
        title: "Growth with the number of members",
        source: "simulator",
        failures: survey.failures,
      },
      question: "What does one more member cost: in messages, in bytes, in time?",
      method: [
        ...SURVEY_METHOD,
        "Messages and bytes of agreeing on one block, as their codecs have them; blocks, transfers, certificates that are gathered " +
          `afterwards and what members say while idle are not counted here. Seed ${seed}.`,
        ...modes(survey).map((mode) => `Formula for ${MESSAGE_FORMULAS[mode].says}.`),
        "Time, PBFT and BP Fast Paxos: from when transfers were sent until their block was final where the client is. Beside it " +
          "the way of the messages: each line its median delay, each vote the write that it waits for. Proof of work: from when a block " +
          "was found until the last miner had it on its chain; beside it the longest line.",
      ],
      findings: findingsOf(survey),
      ...{ tables: [table], figures },
    },
    drawings: drawn.map(({ value, theory }, at) => drawingOf(table, figures[at] as Figure, value, theory)),
  };
}

const FIGURES = [
  {
    ...{ name: "growth-messages", title: "Messages for one block, measured and by formula (thin)" },
    ...{ value: "messages", theory: "formula" },
  },
  {
    ...{ name: "growth-bytes", title: "Bytes of these messages, measured and by formula (thin)" },
    ...{ value: "bytes", theory: "formulaBytes" },
  },
  {
    ...{ name: "growth-latency", title: "Time of one block, measured and by the way of its messages (thin)" },
    ...{ value: "ms", theory: "theory" },
  },
] as const;

function modes({ worlds }: Survey): readonly Measured["mode"][] {
  return [...new Set(worlds.map(({ mode }) => mode))];
}

/** Messages and bytes of agreeing on one block, as measured and by formula. */
export function agreementOf(world: Measured) {
  const { kinds } = MESSAGE_FORMULAS[world.mode];
  // Who is told of a block by its header asks for the block.
  const counted = world.kinds.filter(({ kind }) => kind in kinds || kind === "blockAsked");
  const sum = (of: (one: Measured["kinds"][number]) => number) =>
    counted.reduce((all, one) => all + of(one), 0) / world.blocks;
  const formulaBytes = counted.reduce((all, { kind, bytes, messages }) => {
    const most = kinds[kind]?.(world.members) ?? 0;
    return all + (most * bytes) / messages;
  }, 0);
  return {
    messages: sum(({ messages }) => messages),
    bytes: sum(({ bytes }) => bytes),
    formula: messagesByFormula(world.mode, world.members),
    formulaBytes,
  };
}

/** How long a block took, each, and what it should take: in milliseconds. */
export function latencyOf(world: Measured): { readonly ms: readonly number[]; readonly theory: number } {
  const { mode, network, members, processes, chain, clientUs } = world;
  if (chain !== undefined)
    return {
      ms: chain.everywhereUs.map((us, at) => (us - (chain.foundUs[at] ?? 0)) / 1_000),
      theory: spreadUs(network, members) / 1_000,
    };
  const ways = Array.from({ length: processes }, (_, client) => pathUs(mode, network, members, client) ?? 0);
  return { ms: clientUs.map((us) => us / 1_000), theory: quantile(ways, 0.5) / 1_000 };
}

function tableOf({ worlds }: Survey): ResultTable {
  return {
    name: "growth",
    title: "one block, by mode, network and members",
    columns: [
      { name: "mode", unit: "", meaning: "mode" },
      { name: "network", unit: "", meaning: "network" },
      { name: "members", unit: "", meaning: "members" },
      { name: "blocks", unit: "", meaning: "blocks measured" },
      { name: "messages", unit: "", meaning: "messages for a block" },
      { name: "formula", unit: "", meaning: "the same by formula" },
      { name: "bytes", unit: "bytes", meaning: "size of these messages" },
      { name: "formulaBytes", unit: "bytes", meaning: "the same by formula" },
      { name: "ms", unit: "ms", meaning: "median time of a block" },
      { name: "low", unit: "ms", meaning: "with 95 % confidence not less" },
      { name: "high", unit: "ms", meaning: "with 95 % confidence not more" },
      { name: "theory", unit: "ms", meaning: "by the way of its messages" },
    ],
    rows: worlds.map(rowOf),
  };
}

function rowOf(world: Measured): Row {
  const { mode, network, members, blocks } = world;
  const { messages, bytes, formula, formulaBytes } = agreementOf(world);
  const { ms, theory } = latencyOf(world);
  const { value, low, high } = medianOf(ms);
  const short = (number: number | null) => (number === null ? null : Number(number.toFixed(2)));
  return {
    ...{ mode, network: NETWORK_NAMES[network], members, blocks, messages: short(messages), formula },
    ...{ bytes: Math.round(bytes), formulaBytes: Math.round(formulaBytes), ms: short(value) },
    ...{ low: short(low), high: short(high), theory: short(theory) },
  };
}

function drawingOf(table: ResultTable, figure: Figure, value: string, theory: string): Drawing {
  const { color, shape } = byMode(table.rows);
  const x = membersAxis(table);
  const layers = (title: string | null | undefined): readonly Layer[] => {
    const y = axis(table, value, { scale: { type: "log" }, ...(title === null && { title }) });
    return [
      { mark: { type: "line", strokeWidth: 1 }, encoding: { x, y: { ...y, field: theory }, color } },
      ...(value === "ms" ? [interval(x, y, color)] : []),
      { mark: { type: "point", filled: true, size: 60 }, encoding: { x, y, color, shape } },
    ];
  };
  return { figure, rows: [], layers: [], ...byNetwork(table, layers) };
}

/** Between which two the value lies; nothing where that is not known. */
function interval(x: Layer, y: Layer, color: Layer): Layer {
  return {
    transform: [{ filter: "datum.low !== null" }],
    mark: { type: "rule", strokeWidth: 2 },
    encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, color },
  };
}

function findingsOf(survey: Survey): readonly string[] {
  const { worlds } = survey;
  const at = (mode: string, network: string, members: number) =>
    worlds.find((one) => one.mode === mode && one.network === network && one.members === members);
  const sizes = worlds.map(({ members }) => members);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  return modes(survey).flatMap((mode) => {
    const [small, large, far] = [at(mode, "lan", least), at(mode, "lan", most), at(mode, "world", most)];
    if (small === undefined || large === undefined || far === undefined) return [];
    const [few, many] = [agreementOf(small), agreementOf(large)];
    const [near, around] = [large, far].map((one) => quantile(latencyOf(one).ms, 0.5));
    const what = mode === "pow" ? "was with every miner" : "was final";
    return [
      `${modeName(mode)}: from ${least} to ${most} members the messages for a block rise ${times(many.messages / few.messages)}, ` +
        `from ${Math.round(few.messages)} to ${Math.round(many.messages)} (by formula ${few.formula} and ${many.formula}), their bytes ` +
        `to ${kilobytes(many.bytes)}. With ${most} members a block ${what} after ${milliseconds(near ?? Number.NaN)} in one data ` +
        `centre and ${milliseconds(around ?? Number.NaN)} around the world, in the median.`,
      ...saidAgain(far, mode),
    ];
  });
}

/** Where far more was sent than the formula has. */
function saidAgain(far: Measured, mode: Measured["mode"]): readonly string[] {
  const { messages, formula } = agreementOf(far);
  if (messages < 1.1 * formula) return [];
  return [
    `${modeName(mode)} around the world sends ${times(messages / formula)} what the formula has: ` +
      (mode === "pow"
        ? "who hears of a block by its header first asks for it, and blocks that are found at once are both told."
        : "an answer takes longer than the 250 ms after which votes are said again."),
  ];
}

function kilobytes(bytes: number): string {
  return bytes < 10_000 ? `${Math.round(bytes)} bytes` : `${Number((bytes / 1_000).toPrecision(3))} kB`;
}
