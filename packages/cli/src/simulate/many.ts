// Runs the worlds of many seeds on all cores, until they are through or somebody presses Ctrl-C: then what was found so far
// counts.
import {
  type FoundViolation,
  levelOf,
  PROTOCOLS,
  type Protocol,
  runWorlds,
  type Totals,
  type WorldsReport,
} from "@witan/simulator";
import { EXIT, type ExitCode } from "../exit.ts";
import { printable, printResult, type Streams, table } from "../output.ts";
import { hearStopSignals } from "../stop-signals.ts";
import { WorldsProgress } from "./progress.ts";
import type { ManyWorlds } from "./task.ts";
import { countLines, grouped, replay, sumRows, VIOLATIONS_TOLD, violationLines, worstRows } from "./words.ts";

/** Runs them. @returns 1 if one broke a rule */
export async function runMany(streams: Streams, json: boolean, task: ManyWorlds): Promise<ExitCode> {
  const { world, from, count, threads, notes } = task;
  if (!json) for (const note of notes) streams.err(`${note}\n`);
  // Before anybody can have read that it runs.
  const signals = hearStopSignals();
  const isEndless = count === Number.POSITIVE_INFINITY;
  if (json && isEndless) streams.out(`${JSON.stringify({ event: "begins", from, threads })}\n`);
  const progress = new WorldsProgress(streams, json, task);
  let told = 0;
  const tell = (found: FoundViolation): void => {
    progress.found();
    if (json && isEndless) streams.out(`${JSON.stringify({ event: "violation", ...found })}\n`);
    if (json || ++told > VIOLATIONS_TOLD) return;
    progress.aside(`${violationLines(found, world).map(printable).join("\n")}\n`);
  };
  try {
    const report = await runWorlds({
      ...world,
      ...{ from, count, threads, signal: signals.stop, onViolation: tell },
      onWorld: (soFar) => progress.show(soFar),
    });
    progress.end();
    const stopped = signals.stop.aborted;
    printResult(streams, json, resultOf(report, task, stopped), () => linesOf(report, task, stopped));
    return report.violations.length > 0 ? EXIT.no : EXIT.done;
  } finally {
    progress.end();
    signals.end();
  }
}

function resultOf(report: WorldsReport, { from, threads }: ManyWorlds, stopped: boolean) {
  const { worlds, virtualSeconds, events, decisions, violations, seconds, eventsPerSecondPerCore } = report;
  const levels = Object.entries(report.levels).map(([name, totals]) => [
    name,
    { ...totals, faults: { ...totals.faults }, also: { ...totals.also }, worst: { ...totals.worst } },
  ]);
  return {
    ...{ worlds, virtualSeconds, events, decisions, faults: { ...report.faults } },
    violations: violations.map((found) => ({ ...found })),
    also: { ...report.also },
    ...(Object.keys(report.worst).length > 0 && { worst: { ...report.worst } }),
    ...{ from, threads, seconds, eventsPerSecondPerCore, levels: Object.fromEntries(levels), stopped },
    unfinished: [...report.unfinished],
  };
}

function linesOf(report: WorldsReport, task: ManyWorlds, stopped: boolean): readonly string[] {
  const { worlds, violations, seconds, unfinished } = report;
  const { from, count, threads } = task;
  const of = count === Number.POSITIVE_INFINITY ? "" : ` of ${grouped(count)}`;
  const apart = Object.entries(report.levels).map(([name, one]) => [`  ${name}`, apartWords(one)] as const);
  return [
    ...table([
      ["worlds", `${grouped(worlds)}${of}, seeds from ${from}${stopped ? ", stopped" : ""}`],
      ...apart,
      ...sumRows(report),
      ["real time", `${seconds.toFixed(1)} s on ${threads} ${threads === 1 ? "thread" : "threads"}`],
      ...worstRows(report.worst),
      ["violations", violations.length === 0 ? "none" : `${violations.length}: ${seedsOf(violations)}`],
    ]),
    ...countLines(report),
    ...(stopped ? unfinishedLines(unfinished, task) : []),
  ];
}

/** Worlds that were stopped in the middle, and how to run one of them alone. */
export function unfinishedLines(
  unfinished: readonly number[],
  { world }: Pick<ManyWorlds, "world">,
): readonly string[] {
  const [seed] = unfinished;
  if (seed === undefined) return [];
  const level = levelOf(PROTOCOLS[world.protocol] as Protocol, seed, world.level);
  return [
    `stopped in the middle of seeds ${unfinished.join(", ")}; one alone: ${replay(world, level, seed)}`,
  ];
}

/** An event of an engine is one input, that of a node whatever its world does next: their rates are no one number. */
function apartWords({ worlds, events, decisions, eventsPerSecondPerCore: rate }: Totals): string {
  const perSecond = `${grouped(rate)} events in a second of one core`;
  return `${grouped(worlds)} worlds, ${grouped(events)} events, ${grouped(decisions)} decisions; ${perSecond}`;
}

function seedsOf(violations: readonly FoundViolation[]): string {
  const shown = violations.slice(0, VIOLATIONS_TOLD).map(({ seed, check }) => `seed ${seed} (${check})`);
  const more = violations.length - shown.length;
  return shown.join(", ") + (more > 0 ? `, and ${more} more` : "");
}
