// Runs a specimen: finds the failure of a design that fails, tells to what small world it came down, and draws that.
import { writeFile } from "node:fs/promises";
import {
  drawDiagram,
  type Found,
  Recording,
  SPECIMENS,
  type Specimen,
  type SpecimenProgress,
  traceWorld,
  worldOfSpecimen,
} from "@witan/simulator";
import cliProgress from "cli-progress";
import { EXIT, type ExitCode } from "../exit.ts";
import { checkNewFile, fileFailure, makeFolderOf, writeNewText } from "../files.ts";
import { printResult, type Streams, table } from "../output.ts";
import { printTrace } from "./one.ts";
import type { SpecimenSearch } from "./task.ts";
import { grouped } from "./words.ts";

/** Where diagrams go that nobody has another place for: each run replaces the last. */
const PLACE = ".witan/specimens";

type Size = Found["shrunk"]["after"];

/** Runs it. @returns 0 if the failure was found, 1 if not */
export async function runSpecimen(
  streams: Streams,
  json: boolean,
  search: SpecimenSearch,
): Promise<ExitCode> {
  if (search.diagram !== undefined) await checkNewFile(search.diagram);
  const { name, from, seeds } = search;
  const specimen = SPECIMENS[name] as Specimen;
  if (!json) streams.err(`${name}: ${specimen.says}\n  looking for: ${specimen.fails} …\n`);
  const progress = new SpecimenBar(json, seeds);
  const found = specimen.find({ seeds, from, onProgress: (step) => progress.show(step) });
  progress.end();
  if (found === undefined) {
    const result = { specimen: name, found: false, from, seeds };
    printResult(streams, json, result, () => [
      `not found in ${grouped(seeds)} worlds from seed ${from}: try more --seeds. If it stays so, the checks are broken`,
    ]);
    return EXIT.no;
  }
  const title = `specimen ${name}, seed ${found.seed}`;
  const recording = new Recording();
  const trace = await traceWorld(worldOfSpecimen(found), title, recording);
  if (search.trace) printTrace(streams, json, trace);
  const { actors } = found;
  const drawn = drawDiagram({ title, actors, happenings: recording.all, broken: trace.outcome.broken });
  const diagram = await write(search, drawn);
  if (!json && search.trace) return EXIT.done;
  printResult(streams, json, resultOf(search, found, diagram, trace.digest), () =>
    linesOf(specimen, found, diagram),
  );
  return EXIT.done;
}

async function write({ name, diagram }: SpecimenSearch, drawn: string): Promise<string> {
  if (diagram !== undefined) {
    await writeNewText(diagram, drawn);
    return diagram;
  }
  const path = `${PLACE}/${name}.svg`;
  await makeFolderOf(path);
  try {
    await writeFile(path, drawn);
  } catch (error) {
    throw fileFailure("writing", path, error);
  }
  return path;
}

function resultOf({ name }: SpecimenSearch, { seed, shrunk }: Found, diagram: string, digest: string) {
  const { violation, before, after, runs } = shrunk;
  const { check, message } = violation;
  const sizes = { before: { ...before }, after: { ...after } };
  return { ...{ specimen: name, found: true, seed, check, message }, ...sizes, runs, diagram, digest };
}

function linesOf({ fails }: Specimen, { seed, shrunk }: Found, diagram: string): readonly string[] {
  const { before, after, violation, runs } = shrunk;
  const row = (label: string, of: (size: Size) => number): readonly [string, string] => {
    return [label, `${grouped(of(after))}, of ${grouped(of(before))}`];
  };
  return [
    `found in seed ${seed}: ${fails}`,
    `  ${violation.check}: ${violation.message.split("\n", 1)[0]}`,
    `its world made small, in ${grouped(runs)} runs:`,
    ...table([
      row("  processes", ({ processes }) => processes),
      row("  liars", ({ liars }) => liars),
      row("  faults", ({ faults }) => faults),
      row("  requests", ({ requests }) => requests),
      row("  messages", ({ letters }) => letters),
      row("  steps", ({ steps }) => steps),
    ]),
    `drawn: ${diagram}`,
  ];
}

/** How far it is, at a terminal. */
class SpecimenBar {
  #bar: cliProgress.SingleBar | undefined;
  #kind: SpecimenProgress["kind"] | undefined;
  readonly #isShown: boolean;
  readonly #seeds: number;

  constructor(json: boolean, seeds: number) {
    this.#isShown = !json && process.stderr.isTTY;
    this.#seeds = seeds;
  }

  show(step: SpecimenProgress): void {
    if (!this.#isShown) return;
    if (step.kind !== this.#kind) this.#begin(step);
    if (step.kind === "searching") this.#bar?.update(step.searched);
    else this.#bar?.update(step.runs, { letters: step.size.letters });
  }

  end(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }

  #begin(step: SpecimenProgress): void {
    this.end();
    this.#kind = step.kind;
    const isSearch = step.kind === "searching";
    const format = isSearch
      ? "  searched {value} of {total}"
      : "  made smaller: {letters} messages after {value} runs";
    const options = { format, clearOnComplete: true, gracefulExit: false };
    this.#bar = new cliProgress.SingleBar(options, cliProgress.Presets.shades_classic);
    this.#bar.start(step.kind === "searching" ? this.#seeds : step.runsMax, 0, { letters: "" });
  }
}
