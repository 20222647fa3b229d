// Runs the world of one seed: tells what came of it, prints all that happened, or draws it.
import {
  drawDiagram,
  type Found,
  makeWorld,
  type ReadyWorld,
  Recording,
  shrinkSeed,
  type Trace,
  traceWorld,
  worldOfSpecimen,
} from "@witan/simulator";
import { badInput, EXIT, type ExitCode } from "../exit.ts";
import { printable, printResult, type Streams, table } from "../output.ts";
import { checkDiagramFile, writeDiagram } from "./diagram-file.ts";
import { SpecimenBar, smallLines } from "./small.ts";
import type { OneWorld } from "./task.ts";
import { countLines, grouped, violationLines, worstRows } from "./words.ts";

/** Lines that are printed at once. */
const CHUNK = 1_000;

/** Runs it. @returns 1 if it broke a rule */
export async function runOne(streams: Streams, json: boolean, task: OneWorld): Promise<ExitCode> {
  const { world, seed, diagram, notes } = task;
  // Before a long run whose picture could not be kept.
  if (diagram !== undefined) await checkDiagramFile(diagram);
  if (!json) for (const note of notes) streams.err(`${note}\n`);
  const small = task.shrink ? shrunk(streams, json, task) : undefined;
  const ready = small === undefined ? makeWorld(world, seed) : worldOfSpecimen(small);
  const recording = diagram === undefined ? undefined : new Recording();
  const title = `${world.protocol}, seed ${seed}${small === undefined ? "" : ", made small"}`;
  const trace = await traceWorld(ready, title, recording);
  if (diagram !== undefined && recording)
    await writeDiagram(diagram, drawn(task, { title, ready, recording, trace }));
  if (task.trace) printTrace(streams, json, trace);
  tell(streams, json, task, trace, small);
  return trace.outcome.broken ? EXIT.no : EXIT.done;
}

/** What is left of the world; undefined, and said so: it breaks nothing. */
function shrunk(streams: Streams, json: boolean, { world, seed }: OneWorld): Found | undefined {
  const bar = new SpecimenBar(streams, json, 1);
  const found = shrinkSeed(world, seed, (progress) => bar.show({ kind: "shrinking", seed, ...progress }));
  bar.end();
  if (json) return found;
  streams.err(
    found === undefined
      ? "nothing to make small: this world breaks no rule\n"
      : `${smallLines(found.shrunk).join("\n")}\n`,
  );
  return found;
}

interface Drawing {
  readonly title: string;
  readonly ready: ReadyWorld;
  readonly recording: Recording;
  readonly trace: Trace;
}

function drawn({ wanted, window }: OneWorld, { title, ready, recording, trace }: Drawing): string {
  const { broken, virtualUs } = trace.outcome;
  const { actors } = ready;
  if (wanted?.kind === "between" && wanted.fromUs > virtualUs)
    throw badInput(
      "window",
      `--window ${window}: this world ends at ${(virtualUs / 1_000_000).toFixed(3)} s: ask for an earlier time`,
    );
  return drawDiagram({ title, actors, happenings: recording.all, broken, wanted });
}

/** Prints a trace: its last line is its digest. */
export function printTrace(streams: Streams, json: boolean, { lines, digest }: Trace): void {
  for (let at = 0; at < lines.length; at += CHUNK) {
    const some = lines.slice(at, at + CHUNK);
    streams.out(some.map((line) => `${json ? JSON.stringify({ line }) : line}\n`).join(""));
  }
  if (!json) streams.out(`digest ${digest}\n`);
}

/** Where a trace was printed, its last line is its digest: what else there is to say goes to standard error. */
function tell(
  streams: Streams,
  json: boolean,
  task: OneWorld,
  { outcome, digest }: Trace,
  small: Found | undefined,
): void {
  const { seed, world, diagram } = task;
  const { level, virtualUs, events, decisions, faults, also, worst = {}, broken } = outcome;
  const violation = broken && { seed, level, ...broken };
  const result = {
    ...{ seed, level, worlds: 1, virtualSeconds: virtualUs / 1_000_000, events, decisions },
    ...{ faults: { ...faults }, violations: violation ? [violation] : [], also: { ...also }, digest },
    ...(Object.keys(worst).length > 0 && { worst: { ...worst } }),
    ...(diagram === undefined ? {} : { diagram }),
    ...(small && { shrunk: sizesOf(small) }),
  };
  const lines = (): readonly string[] => [
    ...table([
      ["seed", `${seed}, ${level}`],
      ["virtual time", `${(virtualUs / 1_000_000).toFixed(1)} s`],
      ["events", grouped(events)],
      ["decisions", grouped(decisions)],
      ...worstRows(worst),
      ["violations", violation ? "1" : "none"],
      ["trace", `${digest} (SHA-256)`],
      ...(diagram === undefined ? [] : ([["diagram", diagram]] as const)),
    ]),
    ...countLines({ faults: sorted(faults), also: sorted(also) }),
    ...(violation ? violationLines(violation, world) : []),
  ];
  if (json || !task.trace) printResult(streams, json, result, lines);
  else if (violation) streams.err(`${violationLines(violation, world).map(printable).join("\n")}\n`);
}

function sizesOf({ shrunk: { before, after, runs } }: Found) {
  return { before: { ...before }, after: { ...after }, runs };
}

function sorted(faults: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(faults).sort(([a], [b]) => (a < b ? -1 : 1)));
}
