// Experiment 6: what each mode tolerates, by experiment: as many faulty members as it bears, and one more. Simulated.
import { setImmediate } from "node:timers/promises";
import { DoubleSpend, type DoubleSpendResult, MARGINS, type Margin } from "@witan/simulator";
import type { Context, Found } from "../context.ts";
import { axis, type Drawing, modeName } from "../drawing.ts";
import { eachMode } from "../mode-failure.ts";
import type { Figure, ModeFailure, ResultTable, Row } from "../results.ts";
import { shareOf } from "../statistics.ts";
import { percent } from "../words.ts";
import { modesOf } from "./simulated-survey.ts";

/** Worlds of each case, quickly and as a whole. */
const WORLDS = [15, 400] as const;
/** Where what is to be shown happens in one of twenty worlds only. */
const RARE_TIMES = 4;
/** Races of a double spend, quickly and as a whole. */
const RACES = [2_000, 50_000] as const;
/** Attackers of proof of work below and above a half, each against so many confirmations. */
const ATTACKERS = [0.3, 0.51] as const;
const CONFIRMATIONS = [6, 24] as const;

/** What came of all worlds of a case. */
export interface Tried {
  readonly margin: Margin;
  readonly worlds: number;
  readonly forked: number;
  readonly stalled: number;
}

export interface Raced {
  readonly attacker: number;
  readonly confirmations: number;
  readonly result: DoubleSpendResult;
}

/** Runs them; lets other things happen between two cases. @throws what the signal was aborted with */
export async function runMargins(context: Context): Promise<Found> {
  const { seed, quick, signal, onStep } = context;
  const at = quick ? 0 : 1;
  const tried: Tried[] = [];
  const raced: Raced[] = [];
  const pause = async (step: string): Promise<void> => {
    await setImmediate();
    signal.throwIfAborted();
    onStep(`simulator: ${step}`);
  };
  const failures = await eachMode(context, modesOf(context), async (mode) => {
    for (const margin of MARGINS.filter((one) => one.mode === mode)) {
      await pause(`${modeName(mode)}, ${caseOf(margin)}`);
      tried.push(tryOut(margin, seed, WORLDS[at] * (margin.isRare ? RARE_TIMES : 1)));
    }
    for (const { attacker, confirmations } of mode === "pow" ? ATTACKERS.flatMap(racesOf) : []) {
      await pause(`proof of work, an attacker of ${percent(attacker)}, ${confirmations} confirmations`);
      const spend = new DoubleSpend({ seed, attacker, confirmations, trials: RACES[at] });
      while (spend.done < spend.total) spend.advance(1_000_000);
      raced.push({ attacker, confirmations, result: spend.result() });
    }
  });
  return marginsFound(seed, tried, raced, failures);
}

function racesOf(attacker: number) {
  return CONFIRMATIONS.map((confirmations) => ({ attacker, confirmations }));
}

/** Seeds follow each other from that of the comparison on. */
function tryOut(margin: Margin, seed: number, worlds: number): Tried {
  let [forked, stalled] = [0, 0];
  for (let world = 0; world < worlds; world++) {
    const { isForked, isStalled } = margin.run(seed + world);
    if (isForked) forked++;
    if (isStalled) stalled++;
  }
  return { margin, worlds, forked, stalled };
}

/** What the worlds and races showed. */
export function marginsFound(
  seed: number,
  tried: readonly Tried[],
  raced: readonly Raced[],
  failures: readonly ModeFailure[] = [],
): Found {
  const table: ResultTable = {
    name: "margins",
    title: "as many faulty as are tolerated, and one more",
    columns: [
      { name: "mode", unit: "", meaning: "mode" },
      { name: "case", unit: "", meaning: "who is faulty, and how" },
      { name: "faulty", unit: "", meaning: "how many are" },
      { name: "tolerated", unit: "", meaning: "how many the protocol bears" },
      { name: "trials", unit: "", meaning: "worlds, or races" },
      { name: "undone", unit: "", meaning: "of them with contradicting blocks, or with a payment undone" },
      { name: "share", unit: "", meaning: "share in which what was final is contradicted or undone" },
      { name: "low", unit: "", meaning: "with 95 % confidence (races: 99 %) not less" },
      { name: "high", unit: "", meaning: "with 95 % confidence (races: 99 %) not more" },
      { name: "expected", unit: "", meaning: "by Rosenfeld's formula" },
      {
        name: "stalled",
        unit: "",
        meaning: "worlds in which not everything became final; empty: none need do so",
      },
      { name: "is", unit: "", meaning: "within what is tolerated, or beyond" },
    ],
    rows: [...tried.map(triedRow), ...raced.map(racedRow)],
  };
  const networks = [
    ...(tried.length > 0 ? ["local networks that lose messages for a while"] : []),
    ...(raced.length > 0 ? ["payments under proof of work without delays between miners"] : []),
  ];
  const ran =
    `Simulator: ${[...new Set(table.rows.map((row) => modeName(String(row["mode"]))))].join(", ")}; ${networks.join("; ")}. ` +
    `Points: share of ${trialsText(tried, raced)}; bars: 95 %` +
    `${raced.length > 0 ? " (payments: 99 %); black ticks: Rosenfeld's formula" : ""}. Seed ${seed}; any machine.`;
  const figure: Figure = {
    ...{ name: "margins", title: "What breaks within the bounds, and one beyond", ran, table: table.name },
  };
  return {
    result: {
      ...{ name: "margins", title: "Safety margins", source: "simulator", failures },
      question: "How many may be faulty, and what breaks when it is one more?",
      method: [
        "Each case runs worlds of one seed after another in the simulator: the engines of the product, networks that lose and double " +
          "messages until the world turns kind, and of what may go wrong nothing but what the case says. A world is forked when two members " +
          "that keep the rules have different blocks at one height; it is stalled when something that clients sent is not final at all of " +
          "them long after nothing is lost any more. Within the bounds neither may happen; beyond them a protocol owes nothing.",
        "PBFT: the first validators, primaries of the first views, are mute, or play together: as primaries they show two blocks, and " +
          "vote for either before its own audience. BP Fast Paxos: acceptors crash for ever; all proposers show two blocks; one acceptor " +
          "says to each what it likes to hear, while what another one says is lost (the paper's section VI: none is tolerated).",
        "Proof of work: double spends by a secret branch as Rosenfeld (2014) has them, without delays; an attacker beyond a half " +
          "always succeeds in the end. It bears any attacker below a half, if it waits long enough.",
        "The intervals of shares are Wilson's (1927), of races Clopper and Pearson's with 99 %.",
      ],
      findings: [...tried.map(triedFinding), ...raced.map(racedFinding)],
      ...{ tables: [table], figures: table.rows.length === 0 ? [] : [figure] },
    },
    drawings: table.rows.length === 0 ? [] : [drawingOf(table, figure)],
  };
}

function trialsText(tried: readonly Tried[], raced: readonly Raced[]): string {
  const counts = (all: readonly number[]) => [...new Set(all)].sort((a, b) => a - b).join(" or ");
  return [
    ...(tried.length > 0 ? [`${counts(tried.map(({ worlds }) => worlds))} worlds`] : []),
    ...(raced.length > 0 ? [`${counts(raced.map(({ result }) => result.trials))} races`] : []),
  ].join(", ");
}

function caseOf({ faulty, size, group, fault }: Margin): string {
  return `${faulty} of ${size} ${group} ${fault}`;
}

function triedRow({ margin, worlds, forked, stalled }: Tried): Row {
  const { mode, faulty, tolerated, owes } = margin;
  const { value, low, high } = shareOf(forked, worlds);
  return {
    ...{ mode, case: caseOf(margin), faulty, tolerated, trials: worlds, undone: forked },
    ...{ share: value, low, high, expected: null, stalled: owes === "safety" ? null : stalled },
    is: faulty > tolerated ? "beyond" : "within",
  };
}

function racedRow({ attacker, confirmations, result }: Raced): Row {
  const [low, high] = result.interval;
  return {
    ...{ mode: "pow", case: `an attacker of ${percent(attacker)}, ${confirmations} confirmations` },
    ...{ faulty: attacker, tolerated: 0.5, trials: result.trials, undone: result.successes },
    ...{ share: result.success, low, high, expected: result.expected, stalled: null },
    is: attacker >= 0.5 ? "beyond" : "within",
  };
}

/** What may break. */
const BREAKS = ["contradicted or undone", "stood still"] as const;

/** A row for each thing that may break in a case. */
function drawnRows({ rows }: ResultTable): readonly Row[] {
  return rows.flatMap((row) => {
    const {
      mode = null,
      stalled = null,
      trials = null,
      is = null,
      share = null,
      low = null,
      high = null,
    } = row;
    const { expected = null } = row;
    const name = `${modeName(String(mode))}: ${row["case"]}`;
    const first = { mode, case: name, what: BREAKS[0], is, share, low, high, expected };
    if (stalled === null) return [first];
    const { value, low: least, high: most } = shareOf(Number(stalled), Number(trials));
    const second = {
      mode,
      case: name,
      what: BREAKS[1],
      is,
      share: value,
      low: least,
      high: most,
      expected: null,
    };
    return [first, second];
  });
}

function drawingOf(table: ResultTable, figure: Figure): Drawing {
  const rows = drawnRows(table);
  const cases = [...new Set(rows.map((row) => row["case"]))];
  const y = {
    field: "case",
    type: "nominal",
    sort: cases,
    title: null,
    axis: { labelLimit: 800, grid: true },
  };
  const yOffset = { field: "what", type: "nominal", scale: { domain: BREAKS } };
  const x = axis(table, "share", {
    scale: { domain: [0, 1] },
    axis: { format: "%" },
    title: "share of worlds, or of payments",
  });
  const channel = (field: string, domain: readonly string[], range: readonly string[]) => ({
    ...{ field, type: "nominal", title: null, scale: { domain, range } },
  });
  const color = channel("is", ["within", "beyond"], ["#0072B2", "#D55E00"]);
  return {
    ...{ figure, rows, height: 30 * cases.length },
    layers: [
      {
        mark: { type: "rule", strokeWidth: 2 },
        encoding: { y, yOffset, x: { ...x, field: "low" }, x2: { field: "high" }, color },
      },
      {
        mark: { type: "point", filled: true, size: 70, opacity: 1 },
        encoding: { y, yOffset, x, color, shape: channel("what", BREAKS, ["circle", "cross"]) },
      },
      {
        transform: [{ filter: "datum.expected !== null" }],
        mark: { type: "tick", thickness: 2, size: 18, color: "#000000" },
        encoding: { y, yOffset, x: { ...x, field: "expected" } },
      },
    ],
  };
}

function triedFinding({ margin, worlds, forked, stalled }: Tried): string {
  const { mode, faulty, tolerated, owes } = margin;
  const isBeyond = faulty > tolerated;
  const about =
    `${modeName(mode)} with ${caseOf(margin)} (${isBeyond ? "one more than" : "as many as"} it bears): ` +
    `${countOf(forked, worlds)} had contradicting blocks`;
  const progress = owes === "safety" ? "; progress is not owed" : `, ${countOf(stalled, worlds)} stood still`;
  return `${about}${progress}.${judged(isBeyond, forked, owes === "safety" ? 0 : stalled)}`;
}

function judged(isBeyond: boolean, forked: number, stalled: number): string {
  if (!isBeyond && (forked > 0 || stalled > 0)) return " That must not be: it is a bug.";
  if (isBeyond && forked === 0 && stalled === 0) return " Too few worlds to show what breaks.";
  return "";
}

function countOf(count: number, worlds: number): string {
  return `${count === 0 ? "none" : count} of ${worlds} worlds`;
}

function racedFinding({ attacker, confirmations, result }: Raced): string {
  const { successes, trials, expected, interval } = result;
  const [low, high] = interval;
  const agrees = expected >= low && expected <= high;
  return (
    `Proof of work, an attacker with ${percent(attacker)} of all hash power: ${successes} of ${trials} payments with ${confirmations} ` +
    `confirmations were undone (${percent(result.success)}); ${agrees ? "as" : "other than"} Rosenfeld's formula has it (${percent(expected)}).`
  );
}
