// Experiment 5: what faults under load stop, for how long, and what they undo. Pure: made from what ran.
import { shapeText } from "../../network-shape.ts";
import type { Context, Found } from "../context.ts";
import { type Drawing, type Layer, modeName, type Panel } from "../drawing.ts";
import type { FaultRun, FaultRuns, Hurt } from "../faults-run.ts";
import type { Figure, ResultTable, Row, SummaryLine } from "../results.ts";
import { quantile } from "../statistics.ts";
import { milliseconds, plural } from "../words.ts";

/** What a fault did, in milliseconds. */
export interface FaultEffect {
  readonly hurt: Hurt;
  /** Blocks that stand in the end and were made while links were cut. */
  readonly blocksMeanwhile: number;
  /** The longest time without a block from its beginning to the next fault. */
  readonly pauseMs: number;
  /** Whether that is longer than is usual. */
  readonly isPause: boolean;
  /**
   * Of a partition from when links were healed until there was another block, and nothing was taken back any more; of a
   * crash until the longest pause was over, where it is one.
   */
  readonly recoverMs: number | undefined;
  /** From the same moment until what had been offered was in blocks, as it was before the fault. */
  readonly caughtUpMs: number | undefined;
  /** Blocks and transfers that nodes took back, by node. */
  readonly undone: readonly { readonly node: string; readonly blocks: number; readonly transfers: number }[];
}

/** What each fault did to a mode. */
export function effectsOf(run: FaultRun): readonly FaultEffect[] {
  const lagMs = calmLagMs(run);
  return run.hurts.map((hurt, at) => {
    const end = run.hurts[at + 1]?.fromMs ?? run.loadMs;
    const within = run.blocks.filter(({ atMs }) => atMs >= hurt.fromMs && atMs < end);
    const times = [hurt.fromMs, ...within.map(({ atMs }) => atMs), ...(within.length === 0 ? [end] : [])];
    const gaps = times.slice(1).map((time, place) => ({ ms: time - (times[place] ?? 0), until: time }));
    const longest = gaps.reduce((best, gap) => (gap.ms > best.ms ? gap : best), {
      ms: 0,
      until: hurt.fromMs,
    });
    const goesOn = hurt.kind === "partition" ? (hurt.untilMs ?? hurt.fromMs) : hurt.fromMs;
    const isPause = !(longest.ms <= NEWS * usualGapMs(run));
    const next = within.find(({ atMs }) => atMs >= goesOn)?.atMs;
    const takenBack = run.undone.filter(({ atMs }) => atMs >= goesOn && atMs < end).map(({ atMs }) => atMs);
    const healed = next === undefined ? undefined : Math.max(next, ...takenBack);
    const first = hurt.kind === "partition" ? healed : isPause ? longest.until : undefined;
    const undone = new Map<string, { blocks: number; transfers: number }>();
    for (const { node, atMs, transfers } of run.undone) {
      if (atMs < hurt.fromMs || atMs >= end) continue;
      const before = undone.get(node) ?? { blocks: 0, transfers: 0 };
      undone.set(node, { blocks: before.blocks + 1, transfers: before.transfers + transfers });
    }
    const caughtUp = first === undefined ? undefined : caughtUpAt(run, first, lagMs);
    return {
      hurt,
      blocksMeanwhile: within.filter(({ atMs }) => atMs < (hurt.untilMs ?? hurt.fromMs)).length,
      pauseMs: longest.ms,
      isPause,
      recoverMs: first === undefined ? undefined : first - goesOn,
      caughtUpMs: caughtUp === undefined ? undefined : Math.max(0, caughtUp - goesOn),
      undone: [...undone].map(([node, sums]) => ({ node, ...sums })),
    };
  });
}

/** A pause is no news if it is not more than so many times as long as is usual between blocks. */
const NEWS = 5;

/** Between blocks before the first fault, in the median. */
function usualGapMs({ blocks, hurts }: FaultRun): number {
  const calm = blocks.filter(({ atMs }) => atMs < (hurts[0]?.fromMs ?? 0)).map(({ atMs }) => atMs);
  const gaps = calm.slice(1).map((at, place) => at - (calm[place] ?? at));
  return quantile(gaps, 0.5);
}

/** How far blocks were behind what was offered before the first fault, at most; with a margin. */
function calmLagMs({ blocks, sentMs, hurts }: FaultRun): number {
  const until = hurts[0]?.fromMs ?? 0;
  let final = 0;
  let most = 0;
  for (const { atMs, transfers } of blocks) {
    if (atMs >= until) break;
    final += transfers;
    most = Math.max(most, atMs - (sentMs[Math.max(0, final - 1)] ?? atMs));
  }
  return 2 * Math.max(most, 50);
}

/** The first block from `from` on with which all that was offered so much earlier was in blocks. */
function caughtUpAt({ blocks, sentMs }: FaultRun, from: number, lagMs: number): number | undefined {
  let final = 0;
  for (const { atMs, transfers } of blocks) {
    final += transfers;
    if (atMs < from) continue;
    const due = sentMs.findIndex((sent) => sent > atMs - lagMs);
    if (final >= (due < 0 ? sentMs.length : due)) return atMs;
  }
  return undefined;
}

/** In words, what was done. */
function nameOf({ kind, nodes }: Hurt): string {
  const who = nodes.join(", ");
  switch (kind) {
    case "partition":
      return `${who} cut off`;
    case "follower":
      return `${who} crashed`;
    case "leader":
      return `${who}, the leader, crashed`;
  }
}

/** What faults showed. */
export function faultsFound(
  { machine }: Pick<Context, "machine">,
  { plan, runs, failures }: FaultRuns,
): Found {
  const series = seriesTable(runs);
  const effects = effectsTable(runs);
  const shapes = runs.map(({ shape }) => `${modeName(shape.consensus)}: ${shapeText(shape)}`);
  const offered =
    plan.perSecond === plan.perSecondWork
      ? `${plan.perSecond}`
      : `${plan.perSecond} (proof of work: ${plan.perSecondWork})`;
  const figure: Figure = {
    ...{ name: "faults", title: "Throughput around faults", table: series.name },
    ran:
      `Processes on one machine (${machine}), over loopback, each link through a proxy that can be cut; they have no seed. ${shapes.join("; ")}. ` +
      `${offered} transfers per second are offered all the time (dashed). One run; no interval is known.`,
  };
  return {
    result: {
      ...{ name: "faults", title: "Faults under load", source: "processes", failures },
      question: "What stops when something breaks, for how long, and is anything undone?",
      method: [
        `Transfers at ${offered} per second all the time, sent to each member that serves clients in turn; what a node does ` +
          "not answer goes to the next. Then one fault after another: half of the members can't reach the other half (under proof " +
          "of work one miner of three is alone); a member that does not lead is ended by SIGKILL and started again; the member " +
          "that leads is ended and stays away. Who leads says consensus_status.",
        "A block counts when the first node reports it. Time to recover: from healing until there was another block and " +
          "no node took any back; from a crash until the longest pause was over, where one stands out. Caught up: until blocks held all that had been offered, but for twice as long as they were " +
          "behind before the first fault. Undone: blocks that a node had reported and took back.",
      ],
      findings: runs.flatMap(findingsOf),
      tables: [effects, series],
      figures: runs.length === 0 ? [] : [figure],
    },
    drawings: runs.length === 0 ? [] : [drawingOf(figure, series, runs)],
    summary: summaryOf(runs),
  };
}

function effectsTable(runs: readonly FaultRun[]): ResultTable {
  return {
    name: "fault-effects",
    title: "what each fault did",
    columns: [
      { name: "mode", unit: "", meaning: "mode" },
      { name: "fault", unit: "", meaning: "what was done" },
      { name: "from", unit: "ms", meaning: "when, since the load began" },
      { name: "until", unit: "ms", meaning: "when links were healed, or the node served again" },
      { name: "pause", unit: "ms", meaning: "longest time without a block" },
      { name: "recover", unit: "ms", meaning: "time to recover" },
      { name: "caughtUp", unit: "ms", meaning: "time until nothing was behind any more" },
      { name: "undoneBlocks", unit: "blocks", meaning: "blocks that nodes took back, all nodes together" },
      { name: "undoneTransfers", unit: "transfers", meaning: "transfers in them" },
      {
        name: "lost",
        unit: "transfers",
        meaning: "transfers of the whole run that are in no block in the end",
      },
    ],
    rows: runs.flatMap((run) => effectsOf(run).map((effect) => effectRow(run, effect))),
  };
}

function effectRow({ shape, lost }: FaultRun, effect: FaultEffect): Row {
  const { hurt, pauseMs, recoverMs, caughtUpMs, undone } = effect;
  const sum = (name: "blocks" | "transfers") => undone.reduce((all, one) => all + one[name], 0);
  return {
    ...{ mode: shape.consensus, fault: nameOf(hurt), from: Math.round(hurt.fromMs) },
    ...{ until: rounded(hurt.untilMs), pause: rounded(pauseMs), recover: rounded(recoverMs) },
    caughtUp: rounded(caughtUpMs),
    ...{ undoneBlocks: sum("blocks"), undoneTransfers: sum("transfers"), lost },
  };
}

function rounded(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms);
}

/** Of one bin of the time series, in milliseconds: a sixtieth of the longest run, and at least a quarter of a second. */
function binOf(runs: readonly FaultRun[]): number {
  return Math.max(250, Math.ceil(Math.max(0, ...runs.map(({ loadMs }) => loadMs)) / 60 / 250) * 250);
}

function seriesTable(runs: readonly FaultRun[]): ResultTable {
  const bin = binOf(runs);
  return {
    name: "faults",
    title: "throughput over time",
    columns: [
      { name: "mode", unit: "", meaning: "mode" },
      { name: "time", unit: "s", meaning: "time since the load began" },
      { name: "final", unit: "transfers/s", meaning: `transfers in blocks, in each ${bin} ms` },
      { name: "height", unit: "", meaning: "which of the blocks with transfers was the last" },
    ],
    rows: runs.flatMap((run) => {
      const bins = Math.ceil(Math.max(run.loadMs, run.blocks.at(-1)?.atMs ?? 0) / bin);
      const sums = Array.from({ length: bins }, () => 0);
      for (const { atMs, transfers } of run.blocks) {
        const place = Math.min(bins - 1, Math.max(0, Math.floor(atMs / bin)));
        sums[place] = (sums[place] ?? 0) + transfers;
      }
      return sums.map((sum, at) => ({
        ...{ mode: run.shape.consensus, time: (at * bin) / 1_000, final: Math.round((sum * 1_000) / bin) },
        height: run.blocks.filter(({ atMs }) => atMs < (at + 1) * bin).length,
      }));
    }),
  };
}

function drawingOf(figure: Figure, series: ResultTable, runs: readonly FaultRun[]): Drawing {
  const seconds =
    Math.max(...runs.map(({ loadMs, blocks }) => Math.max(loadMs, blocks.at(-1)?.atMs ?? 0))) / 1_000;
  const x = {
    field: "time",
    type: "quantitative",
    title: "time since the load began (s)",
    scale: { domain: [0, Math.ceil(seconds)], nice: false },
  };
  const panels = runs.map((run): Panel => {
    const own = series.rows.filter((row) => row["mode"] === run.shape.consensus);
    const most = Math.max(1.3 * run.perSecond, ...own.map((row) => Number(row["final"])));
    const y = {
      field: "final",
      type: "quantitative",
      title: "transfers/s",
      scale: { domain: [0, 1.15 * most] },
      axis: { tickCount: 4 },
    };
    const faults = run.hurts.map((hurt) => ({
      from: hurt.fromMs / 1_000,
      to: (hurt.untilMs ?? run.loadMs) / 1_000,
      text: nameOf(hurt),
      top: 1.15 * most,
      // Near the end a text would stand beyond it.
      side: hurt.fromMs / 1_000 > 0.7 * seconds ? "left" : "right",
    }));
    const layers: readonly Layer[] = [
      {
        data: { values: faults },
        mark: { type: "rect", color: "#dddddd" },
        encoding: { x: { ...x, field: "from" }, x2: { field: "to" } },
      },
      {
        data: { values: [{ offered: run.perSecond }] },
        mark: { type: "rule", strokeDash: [4, 4], color: "#000000" },
        encoding: { y: { ...y, field: "offered" } },
      },
      {
        mark: { type: "line", interpolate: "step-after", color: "#0072B2" },
        encoding: { x, y },
      },
      ...(["left", "right"] as const).map((side) => ({
        data: { values: faults.filter((one) => one.side === side) },
        mark: {
          ...{ type: "text", baseline: "top", dy: 3, fontSize: 11, limit: 260 },
          ...(side === "left" ? { align: "right", dx: -3 } : { align: "left", dx: 3 }),
        },
        encoding: { x: { ...x, field: "from" }, y: { ...y, field: "top" }, text: { field: "text" } },
      })),
    ];
    return { title: modeName(run.shape.consensus), rows: own, layers, height: 130 };
  });
  return { figure, rows: [], layers: [], panels };
}

function findingsOf(run: FaultRun): readonly string[] {
  const name = modeName(run.shape.consensus);
  const said = effectsOf(run).map((effect) => {
    const { hurt } = effect;
    return `${name}, ${nameOf(hurt)}: ${hurt.kind === "partition" ? partitionText(effect) : crashText(run, effect)}`;
  });
  const inCrash =
    run.lostInCrash === 0
      ? ""
      : `; ${run.lostInCrash} of them a node had taken that crashed before it told others: who waits until it is final sends again`;
  const lost =
    run.lost === 0
      ? `${name}: of ${run.sentMs.length} transfers none was lost.`
      : `${name}: ${run.lost} of ${run.sentMs.length} transfers are in no block${inCrash}.`;
  return [...said, lost];
}

function partitionText(effect: FaultEffect): string {
  const { hurt, blocksMeanwhile, recoverMs, caughtUpMs, undone } = effect;
  const cut = milliseconds((hurt.untilMs ?? hurt.fromMs) - hurt.fromMs);
  const meanwhile =
    blocksMeanwhile === 0
      ? `in ${cut} there was no block`
      : `in ${cut} there ${blocksMeanwhile === 1 ? "was" : "were"} ${plural(blocksMeanwhile, "block")}`;
  const all = undone.length === 0 ? "the next one came" : "all were on one chain";
  const after =
    recoverMs === undefined ? "; none came after" : `; ${all} ${milliseconds(recoverMs)} after healing`;
  const caught =
    caughtUpMs === undefined ? "" : `, and what had gathered was in blocks after ${milliseconds(caughtUpMs)}`;
  return `${meanwhile}${after}${caught}. ${undoneText(undone)}.`;
}

function undoneText(undone: FaultEffect["undone"]): string {
  if (undone.length === 0) return "Nothing was undone";
  return undone
    .map(
      ({ node, blocks, transfers }) =>
        `${node} took back ${plural(blocks, "block")} with ${plural(transfers, "transfer")}`,
    )
    .join("; ");
}

function crashText(run: FaultRun, { pauseMs, isPause, caughtUpMs, undone }: FaultEffect): string {
  const usual = milliseconds(usualGapMs(run));
  const pause = isPause
    ? `for ${milliseconds(pauseMs)} there was no block`
    : `no pause that stands out: at most ${milliseconds(pauseMs)} between blocks, and ${usual} in the median before`;
  const caught =
    caughtUpMs === undefined ? "" : `; after ${milliseconds(caughtUpMs)} nothing was behind any more`;
  return `${pause}${caught}. ${undoneText(undone)}.`;
}

function summaryOf(runs: readonly FaultRun[]): readonly SummaryLine[] {
  const line = (what: string, text: (run: FaultRun) => string | undefined): SummaryLine => ({
    ...{ what, source: "processes" },
    values: Object.fromEntries(
      runs.flatMap((run) => {
        const value = text(run);
        return value === undefined ? [] : [[run.shape.consensus, value]];
      }),
    ),
  });
  const effect = (run: FaultRun, kind: Hurt["kind"]) => effectsOf(run).find(({ hurt }) => hurt.kind === kind);
  return [
    line("no block after its leader crashed, for", (run) => {
      const found = effect(run, "leader");
      return found === undefined ? undefined : milliseconds(found.pauseMs);
    }),
    line("undone by a partition", (run) => {
      const found = effect(run, "partition");
      if (found === undefined) return undefined;
      const blocks = found.undone.reduce((sum, one) => sum + one.blocks, 0);
      return blocks === 0 ? "nothing" : plural(blocks, "block");
    }),
  ];
}
