// Experiment 1 at a distance: how long until a transfer is final, in the simulator, for sizes and networks that one machine does
// not have. Pure: made from the worlds that were measured.
import { confirmationsFor, rosenfeld } from "@witan/consensus";
import { type Measured, waitsUs } from "@witan/simulator";
import type { Context, Found } from "../context.ts";
import { axis, byMode, type Drawing, type Layer, modeName } from "../drawing.ts";
import type { Figure, ResultTable, Row } from "../results.ts";
import { medianOf, quantile } from "../statistics.ts";
import { between, milliseconds, times } from "../words.ts";
import { ATTACKERS, medianIntervals, RISKS, riskText } from "./equal-risk.ts";
import { latencyOf } from "./growth.ts";
import {
  byNetwork,
  membersAxis,
  NETWORK_NAMES,
  SIZES,
  SURVEY_METHOD,
  type Survey,
  surveyText,
} from "./simulated-survey.ts";

/** What the figure is about: what nodes assume unless they are told otherwise. */
const HEADLINE = { attacker: 0.1, risk: 1e-3 } as const;
/** With fewer transfers that came to their last confirmation there is nothing to say. */
const SEEN_LEAST = 6;

interface Case {
  readonly attacker: number | null;
  readonly risk: number | null;
  readonly confirmations: number;
}

const FINAL: Case = { attacker: null, risk: null, confirmations: 1 };
const MINED: readonly Case[] = ATTACKERS.flatMap((attacker) =>
  RISKS.map((risk) => ({ attacker, risk, confirmations: confirmationsFor(rosenfeld, attacker, risk) ?? 0 })),
);

/** How long transfers waited in a world, in milliseconds, and what theory has. */
interface Waited {
  readonly world: Measured;
  readonly one: Case;
  readonly ms: readonly number[];
  readonly theoryMs: number;
}

function waited(world: Measured): readonly Waited[] {
  const { chain } = world;
  if (chain === undefined) {
    const { ms, theory } = latencyOf(world);
    return [{ world, one: FINAL, ms, theoryMs: theory }];
  }
  return MINED.map((one) => ({
    ...{ world, one, theoryMs: medianIntervals(one.confirmations) * chain.intervalMs },
    ms: waitsUs(chain, one.confirmations).map((us) => us / 1_000),
  }));
}

/** What the worlds of a survey showed of single transfers. */
export function simulatedFinalityFound(_context: Context, survey: Survey): Found {
  const all = survey.worlds.flatMap(waited);
  const table = tableOf(all);
  const { attacker, risk } = HEADLINE;
  const risks = `a reversal by ${attacker * 100} % of all hash power as unlikely as ${riskText(risk)}`;
  const figure: Figure = {
    ...{ name: "simulated-finality", title: "Time to finality by size and distance, and theory (thin)" },
    ran: `${surveyText(survey)} Proof of work: until so many blocks at every miner make ${risks}; a block every 10 s in the mean.`,
    table: table.name,
  };
  return {
    result: {
      ...{ name: "simulated-finality", title: "Time to finality, by size and distance", source: "simulator" },
      question: "How long does a client wait where members are many, and far from each other?",
      method: [
        ...SURVEY_METHOD,
        "Time: from when a transfer was sent until its block was final where the client is; under proof of work until every miner had the " +
          "block of its last confirmation on its chain. Theory: the way of the messages by the median delays; under proof of work the " +
          "median of the gamma distribution, z - 1/3 intervals for z confirmations (Rosenfeld 2014 says how many).",
        `Medians with the interval that holds them with 95 % confidence; of fewer than ${SEEN_LEAST} transfers none is given. Transfers ` +
          "of one mined chain overlap in time, so that the true intervals are wider.",
      ],
      findings: findingsOf(all),
      ...{ tables: [table], figures: all.length === 0 ? [] : [figure], failures: survey.failures },
    },
    drawings: all.length === 0 ? [] : [drawingOf(table, figure)],
  };
}

function tableOf(all: readonly Waited[]): ResultTable {
  return {
    name: "simulated-finality",
    title: "time to finality, by size and distance",
    columns: [
      { name: "mode", unit: "", meaning: "mode" },
      { name: "network", unit: "", meaning: "network" },
      { name: "members", unit: "", meaning: "members" },
      { name: "attacker", unit: "", meaning: "share of all hash power that an attacker has" },
      { name: "risk", unit: "", meaning: "probability of a reversal" },
      { name: "confirmations", unit: "blocks", meaning: "blocks that make it so unlikely" },
      { name: "transfers", unit: "", meaning: "transfers that came to it" },
      { name: "ms", unit: "ms", meaning: "median time to finality" },
      { name: "low", unit: "ms", meaning: "with 95 % confidence not less" },
      { name: "high", unit: "ms", meaning: "with 95 % confidence not more" },
      { name: "p90", unit: "ms", meaning: "90 % are final" },
      { name: "theory", unit: "ms", meaning: "by theory" },
    ],
    rows: all.map(rowOf),
  };
}

function rowOf({ world: { mode, network, members }, one, ms, theoryMs }: Waited): Row {
  const { value, low, high } = medianOf(ms);
  const isEnough = ms.length >= SEEN_LEAST || mode !== "pow";
  const short = (number: number | null) => (number === null || !isEnough ? null : Number(number.toFixed(2)));
  return {
    ...{ mode, network: NETWORK_NAMES[network], members, ...one, transfers: ms.length },
    ...{ ms: short(value), low: short(low), high: short(high), p90: short(quantile(ms, 0.9)) },
    theory: Number(theoryMs.toFixed(2)),
  };
}

function isShown({ attacker, risk }: Case): boolean {
  return attacker === null || (attacker === HEADLINE.attacker && risk === HEADLINE.risk);
}

function drawingOf(table: ResultTable, figure: Figure): Drawing {
  const { color, shape } = byMode(table.rows);
  const shown = table.rows.filter((row) => isShown(row as unknown as Case));
  const x = membersAxis(table);
  const layers = (title: string | null | undefined): readonly Layer[] => {
    const y = axis(table, "ms", { scale: { type: "log" }, ...(title === null && { title }) });
    return [
      { mark: { type: "line", strokeWidth: 1 }, encoding: { x, y: { ...y, field: "theory" }, color } },
      {
        transform: [{ filter: "datum.low !== null" }],
        mark: { type: "rule", strokeWidth: 2 },
        encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, color },
      },
      { mark: { type: "point", filled: true, size: 60 }, encoding: { x, y, color, shape } },
    ];
  };
  return { figure, rows: [], layers: [], ...byNetwork({ ...table, rows: shown }, layers) };
}

function findingsOf(all: readonly Waited[]): readonly string[] {
  const shown = all.filter(({ one }) => isShown(one));
  const small = shown.filter(({ world: { members } }) => members === SIZES[0]);
  const each = ["lan", "continent", "world"].flatMap((network) => {
    const here = small.filter(({ world }) => world.network === network);
    const [first] = here;
    if (first === undefined) return [];
    const texts = here.map(({ world, ms }) => {
      const median = medianOf(ms);
      return `${modeName(world.mode)} ${milliseconds(median.value)}${between(median, milliseconds)}`;
    });
    return [
      `${SIZES[0]} members in ${NETWORK_NAMES[first.world.network]}, in the median: ${texts.join(", ")}.`,
    ];
  });
  return [...each, ...soonerFindings(small), ...largeFindings(shown)];
}

/** At equal risk, around the world. */
function soonerFindings(small: readonly Waited[]): readonly string[] {
  const far = small.filter(({ world }) => world.network === "world");
  const mined = far.find(({ world }) => world.mode === "pow");
  if (mined === undefined) return [];
  return far
    .filter(({ world }) => world.mode !== "pow")
    .map(({ world, ms }) => {
      const factor = mined.theoryMs / quantile(ms, 0.5);
      return (
        `Around the world, at a risk of ${riskText(HEADLINE.risk)} (an attacker of ${HEADLINE.attacker * 100} %), ${modeName(world.mode)} is final ` +
        `${times(factor)} sooner than proof of work is by theory with a block every 10 s; with one every 10 minutes ${times(60 * factor)}.`
      );
    });
}

function largeFindings(shown: readonly Waited[]): readonly string[] {
  const most = Math.max(...SIZES);
  return shown
    .filter(({ world }) => world.network === "world" && world.members === most && world.mode !== "pow")
    .map(
      ({ world, ms, theoryMs }) =>
        `${modeName(world.mode)} with ${most} members around the world: ${milliseconds(quantile(ms, 0.5))} in the median of ${ms.length} ` +
        `blocks; the way of its messages takes ${milliseconds(theoryMs)}.`,
    );
}
