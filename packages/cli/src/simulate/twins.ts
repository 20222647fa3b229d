// Runs every scenario of the systematic search, in turn, until all are through or somebody presses Ctrl-C: then what was
// run so far counts.
import {
  runTwins,
  TWINS_ROUNDS,
  type TwinsReport,
  type TwinsScenario,
  type TwinsSize,
  twinsScenarios,
} from "@witan/simulator";
import { EXIT, type ExitCode } from "../exit.ts";
import { printable, printResult, type Streams, table } from "../output.ts";
import { hearStopSignals } from "../stop-signals.ts";
import { grouped } from "./words.ts";

/** Scenarios between two looks at whether to stop. */
const AT_ONCE = 100;
/** From one line of progress to the next, in milliseconds. */
const LINE_MS = 5_000;
/** Violations that are told in words. */
const TOLD = 10;

/** Runs them. @returns 1 if one broke a rule */
export async function runAllTwins(streams: Streams, json: boolean, size: TwinsSize): Promise<ExitCode> {
  const signals = hearStopSignals();
  if (!json) streams.err("pbft: every scenario of one size …\n");
  const all = [...twinsScenarios(size)];
  let lastMs = performance.now();
  let sum: TwinsReport = { scenarios: 0, events: 0, decisions: 0, violations: [] };
  try {
    for (let at = 0; at < all.length && !signals.stop.aborted; at += AT_ONCE) {
      sum = plus(sum, all.slice(at, at + AT_ONCE));
      if (!json && performance.now() - lastMs >= LINE_MS) {
        lastMs = performance.now();
        streams.err(`  ${grouped(sum.scenarios)} of ${grouped(all.length)} scenarios\n`);
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    signals.end();
  }
  const of = all.length;
  const stopped = signals.stop.aborted;
  const result = {
    ...sum,
    violations: sum.violations.map((one) => ({ ...one })),
    of,
    size: { ...size },
    stopped,
  };
  printResult(streams, json, result, () => linesOf(sum, { size, of, stopped }));
  return sum.violations.length > 0 ? EXIT.no : EXIT.done;
}

function plus(sum: TwinsReport, some: readonly TwinsScenario[]): TwinsReport {
  const more = runTwins(some);
  return {
    scenarios: sum.scenarios + more.scenarios,
    events: sum.events + more.events,
    decisions: sum.decisions + more.decisions,
    violations: [...sum.violations, ...more.violations],
  };
}

function linesOf(
  sum: TwinsReport,
  { size, of, stopped }: { size: TwinsSize; of: number; stopped: boolean },
): readonly string[] {
  const { scenarios, events, decisions, violations } = sum;
  const found = violations
    .slice(0, TOLD)
    .map(({ scenario, check, message }) => `${check}: ${message} (${scenario})`);
  return [
    ...table([
      ["enumerated", `4 validators, 1 with a twin; 1 height, 2 views; rounds: ${TWINS_ROUNDS.join(", ")}`],
      ["size", `up to ${size.sets} sets, up to ${size.changes} changes between rounds`],
      ["scenarios", `${grouped(scenarios)} of ${grouped(of)}${stopped ? ", stopped" : ""}`],
      ["events", grouped(events)],
      ["decisions", grouped(decisions)],
      ["violations", violations.length === 0 ? "none" : grouped(violations.length)],
    ]),
    ...found.map(printable),
  ];
}
