// What several experiments take from the simulator: calm worlds of all modes, sizes and networks, each measured once. The
// same seed gives the same numbers on every machine.
import { setImmediate } from "node:timers/promises";
import {
  MEASURED_NETWORKS,
  type Measured,
  type MeasuredMode,
  measure,
  type NetworkName,
} from "@witan/simulator";
import type { Context } from "../context.ts";
import { axis, type Drawing, type Layer, modeName } from "../drawing.ts";
import { eachMode } from "../mode-failure.ts";
import type { ModeFailure, ResultTable } from "../results.ts";

/** Numbers of members: validators, acceptors (beside two proposers), miners. */
export const SIZES = [4, 7, 16, 31, 100] as const;
/** The networks, the smallest first. */
export const NETWORKS = Object.keys(MEASURED_NETWORKS) as readonly NetworkName[];
/** Transfers in a block. */
export const IN_BLOCK = 20;

/** Blocks that are measured, by members: where every member tells every other, a hundred times as many cost as much as four. */
const BLOCKS: Readonly<Record<(typeof SIZES)[number], { readonly voted: number; readonly mined: number }>> = {
  4: { voted: 30, mined: 150 },
  7: { voted: 30, mined: 150 },
  16: { voted: 12, mined: 90 },
  31: { voted: 6, mined: 40 },
  100: { voted: 3, mined: 10 },
};
/** So many times as many where it may take its time. */
const WHOLE_TIMES = 8;

/** More than there are worlds in a survey. */
const WORLDS_MAX = 1_000;

/** All that was measured. */
export interface Survey {
  readonly worlds: readonly Measured[];
  readonly seed: number;
  /** Of modes that have no worlds because of that. */
  readonly failures: readonly ModeFailure[];
}

/** The modes that a comparison is about. */
export function modesOf({ shapes }: Pick<Context, "shapes">): readonly MeasuredMode[] {
  return shapes.map(({ consensus }) => consensus);
}

/** Measures them all; lets other things happen between two worlds. @throws what the signal was aborted with */
export async function runSurvey(context: Context): Promise<Survey> {
  const { seed, quick, signal, onStep } = context;
  const worlds: Measured[] = [];
  const failures = await eachMode(context, modesOf(context), async (mode, place) => {
    const first = place * NETWORKS.length * SIZES.length;
    const own: Measured[] = [];
    for (const network of NETWORKS) {
      onStep(`simulator: ${modeName(mode)}, ${NETWORK_NAMES[network]}, ${SIZES.join(", ")} members`);
      for (const members of SIZES) {
        await setImmediate();
        signal.throwIfAborted();
        const { voted, mined } = BLOCKS[members];
        const blocks = (mode === "pow" ? mined : voted) * (quick ? 1 : WHOLE_TIMES);
        // Each world has chance of its own: no two are lucky together.
        const chance = seed * WORLDS_MAX + first + own.length;
        own.push(measure({ seed: chance, mode, network, members, blocks, transactionsPerBlock: IN_BLOCK }));
      }
    }
    worlds.push(...own);
  });
  return { worlds, seed, failures };
}

/** Networks as figures name them. */
export const NETWORK_NAMES: Readonly<Record<NetworkName, string>> = {
  lan: "one data centre",
  continent: "one continent",
  world: "the world",
};

/** What was run, for a figure. */
export function surveyText({ worlds, seed }: Survey): string {
  const most = (of: (world: Measured) => number) => Math.max(...worlds.map(of));
  const places = NETWORKS.map((network) => `${NETWORK_NAMES[network]}: ${MEASURED_NETWORKS[network]}`);
  return (
    `Simulator, the engines of the product: ${[...new Set(worlds.map(({ mode }) => modeName(mode)))].join(", ")}; ` +
    `${SIZES.join(", ")} members; ${places.join("; ")}. Blocks of ${IN_BLOCK} transfers, ` +
    `${Math.min(...worlds.map(({ blocks }) => blocks))} to ${most(({ blocks }) => blocks)} of them in each world. ` +
    `No faults, and computing takes no time. Seed ${seed}; any machine.`
  );
}

/** How worlds are measured, for the method of an experiment. */
export const SURVEY_METHOD: readonly string[] = [
  "Worlds of the simulator in which nothing goes wrong: the engines that nodes run, each with its host and disk, in virtual " +
    "time. A write takes 1 ms. Delays between regions are half of the round trips that IBM Cloud published for August 2024, with " +
    "jitter on top; links carry any number of bytes at once, and what computing takes is no part of it.",
  "PBFT and BP Fast Paxos: transfers come to one member, by turns another, which tells the others; each lot fills one block " +
    "before the next comes. Timers as in nodes: what is not answered after 250 ms is said again, so that around the world votes " +
    "are sent twice.",
  "Proof of work: miners with equal shares of the hash power, each connected to each; a block every 10 s in the mean.",
];

/** The horizontal axis of all these figures. */
export function membersAxis(table: ResultTable): Layer {
  const scale = { type: "log", domain: [3, 130], nice: false };
  return axis(table, "members", { scale, axis: { values: [...SIZES] } });
}

/** A panel for each network, side by side; only the first names its vertical axis. */
export function byNetwork(
  table: ResultTable,
  layers: (title: string | null | undefined) => readonly Layer[],
): Required<Pick<Drawing, "panels" | "columns">> {
  const panels = NETWORKS.map((network, at) => ({
    title: NETWORK_NAMES[network],
    rows: table.rows.filter((row) => row["network"] === NETWORK_NAMES[network]),
    layers: layers(at === 0 ? undefined : null),
    height: 220,
  }));
  return { panels, columns: NETWORKS.length };
}
