// Experiment 3 by size: what one final transfer costs all members together, in the simulator. Pure: made from the worlds that
// were measured.
import { type Measured, TRIES } from "@witan/simulator";
import type { Context, Found } from "../context.ts";
import { axis, byMode, type Drawing, modeName } from "../drawing.ts";
import type { Figure, ResultTable, Row } from "../results.ts";
import { times } from "../words.ts";
import { agreementOf } from "./growth.ts";
import {
  IN_BLOCK,
  membersAxis,
  NETWORK_NAMES,
  SIZES,
  SURVEY_METHOD,
  type Survey,
  surveyText,
} from "./simulated-survey.ts";

/** What the worlds of a survey showed of the cost of a transfer. */
export function simulatedCostFound(_context: Context, survey: Survey): Found {
  const table = tableOf(survey);
  const near = { ...survey, worlds: survey.worlds.filter(({ network }) => network === "lan") };
  const figure: Figure = {
    ...{
      name: "simulated-cost",
      title: "Bytes that all members send for one final transfer",
      table: table.name,
    },
    ran: surveyText(near),
  };
  return {
    result: {
      ...{
        name: "simulated-cost",
        title: "Cost of a final transfer, by size",
        source: "simulator",
        failures: survey.failures,
      },
      question: "What do all members together send, sign, check and try for one transfer?",
      method: [
        ...SURVEY_METHOD,
        `All that was sent between members while blocks of ${IN_BLOCK} transfers were made, divided by the transfers: agreement, blocks, ` +
          "transfers, certificates; without what members say while idle, and under proof of work without transfers. Certificates of BP Fast " +
          "Paxos: here every acceptor sends every other one a signature for each block; nodes let a third wait, and send several together.",
        "Signatures checked: those of messages of consensus, and of every transfer its own one, once at each member. Hashes: what miners " +
          `try at a target that ${TRIES} tries meet in the mean; with more hash power the target is harder, so that the number says ` +
          "how often they try between two blocks and nothing of what a chain needs.",
      ],
      findings: findingsOf(near.worlds),
      ...{ tables: [table], figures: near.worlds.length === 0 ? [] : [figure] },
    },
    drawings: near.worlds.length === 0 ? [] : [drawingOf(table, figure)],
  };
}

/** What members say while they have nothing to do. */
const IDLE = ["status", "checkpoint"];

function costOf(world: Measured) {
  const { kinds, transactions, signaturesMade, signaturesChecked, hashes, processes, network, mode } = world;
  const counted = kinds.filter(({ kind }) => !IDLE.includes(kind));
  const sum = (of: (one: Measured["kinds"][number]) => number) =>
    counted.reduce((all, one) => all + of(one), 0) / transactions;
  return {
    ...{ mode, network: NETWORK_NAMES[network], members: world.members },
    messages: sum(({ messages }) => messages),
    bytes: sum(({ bytes }) => bytes),
    made: signaturesMade / transactions + 1,
    checked: signaturesChecked / transactions + processes,
    hashes: hashes / transactions,
    agreement: agreementOf(world).messages / IN_BLOCK,
  };
}

function tableOf({ worlds }: Survey): ResultTable {
  return {
    name: "simulated-cost",
    title: `cost of a final transfer, of ${IN_BLOCK} in a block`,
    columns: [
      { name: "mode", unit: "", meaning: "mode" },
      { name: "network", unit: "", meaning: "network" },
      { name: "members", unit: "", meaning: "members" },
      { name: "messages", unit: "", meaning: "messages for a transfer" },
      { name: "agreement", unit: "", meaning: "of them those that agree on its block" },
      { name: "bytes", unit: "bytes", meaning: "bytes for a transfer" },
      { name: "made", unit: "", meaning: "signatures made for a transfer" },
      { name: "checked", unit: "", meaning: "signatures checked for a transfer" },
      { name: "hashes", unit: "", meaning: "hashes that miners try for a transfer" },
    ],
    rows: worlds.map(costOf).map((cost): Row => {
      const short = Object.entries(cost).map(([name, value]) => [
        name,
        typeof value === "number" ? Number(value.toFixed(3)) : value,
      ]);
      return Object.fromEntries(short) as Row;
    }),
  };
}

function drawingOf(table: ResultTable, figure: Figure): Drawing {
  const rows = table.rows.filter((row) => row["network"] === NETWORK_NAMES.lan);
  const { color, shape, strokeDash } = byMode(rows);
  const x = membersAxis(table);
  const y = axis(table, "bytes", { scale: { type: "log" } });
  return {
    ...{ figure, rows },
    layers: [
      { mark: { type: "line" }, encoding: { x, y, color, strokeDash } },
      { mark: { type: "point", filled: true, size: 60 }, encoding: { x, y, color, shape } },
    ],
  };
}

function findingsOf(worlds: readonly Measured[]): readonly string[] {
  const modes = [...new Set(worlds.map(({ mode }) => mode))];
  return modes.flatMap((mode) => {
    const [small, large] = [SIZES[0], SIZES.at(-1)].map((members) =>
      worlds.find((one) => one.mode === mode && one.members === members),
    );
    if (small === undefined || large === undefined) return [];
    const [few, many] = [costOf(small), costOf(large)];
    const kilo = (bytes: number) => `${Number((bytes / 1_000).toPrecision(3))} kB`;
    const count = (value: number) => `${Number(value.toPrecision(3))}`;
    const work = mode === "pow" ? `, ${count(few.hashes)} hashes at the target of these worlds` : "";
    return [
      `${modeName(mode)}, of ${IN_BLOCK} transfers in a block each takes ${count(few.messages)} messages, ${kilo(few.bytes)}, ` +
        `${count(few.made)} signatures made and ${count(few.checked)} checked among ${small.members} members${work}; among ${large.members} ` +
        `${count(many.messages)} messages, ${kilo(many.bytes)} and ${count(many.checked)} checked: ${times(many.bytes / few.bytes)} the bytes for ` +
        `${times(large.members / small.members)} the members.`,
    ];
  });
}
