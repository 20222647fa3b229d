// Runs a specimen: finds the failure of a design that fails, tells to what small world it came down, and draws that.
import { writeFile } from "node:fs/promises";
import {
  drawDiagram,
  type Found,
  named,
  Recording,
  SPECIMENS,
  type Specimen,
  traceWorld,
  worldOfSpecimen,
} from "@witan/simulator";
import { EXIT, type ExitCode } from "../exit.ts";
import { fileFailure, makeFolderOf } from "../files.ts";
import { printResult, type Streams } from "../output.ts";
import { checkDiagramFile, writeDiagram } from "./diagram-file.ts";
import { printTrace } from "./one.ts";
import { SpecimenBar, smallLines } from "./small.ts";
import type { SpecimenSearch } from "./task.ts";
import { grouped } from "./words.ts";

/** Where diagrams go that nobody has another place for: each run replaces the last. */
const PLACE = ".witan/specimens";

/** Every specimen is found within fewer seeds than this, wherever they begin: tests hold it for the first. */
const SURE_SEEDS = 100;
/** Runs it. @returns 0 if the failure was found, 1 if not */
export async function runSpecimen(
  streams: Streams,
  json: boolean,
  search: SpecimenSearch,
): Promise<ExitCode> {
  if (search.diagram !== undefined) await checkDiagramFile(search.diagram);
  const { protocol, name, from, seeds } = search;
  const specimen = SPECIMENS[protocol]?.[name] as Specimen;
  if (!json) streams.err(`${name}: ${specimen.says}\n  looking for: ${specimen.fails} …\n`);
  const progress = new SpecimenBar(streams, json, seeds);
  const found = specimen.find({ seeds, from, onProgress: (step) => progress.show(step) });
  progress.end();
  if (found === undefined) {
    const result = { specimen: name, found: false, from, seeds };
    printResult(streams, json, result, () => [
      `not found in ${grouped(seeds)} ${seeds === 1 ? "seed" : "seeds"} from ${from}: ${adviceFor(seeds)}`,
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

/** What not to find it means. */
function adviceFor(seeds: number): string {
  if (seeds >= SURE_SEEDS) return "that is more than any specimen takes, so the checks are broken";
  return `few seeds may miss it, so that this says nothing yet: try --seeds ${SURE_SEEDS}`;
}

async function write({ name, diagram }: SpecimenSearch, drawn: string): Promise<string> {
  if (diagram !== undefined) {
    await writeDiagram(diagram, drawn);
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

function resultOf(
  { name }: SpecimenSearch,
  { seed, shrunk, actors }: Found,
  diagram: string,
  digest: string,
) {
  const { violation, before, after, runs } = shrunk;
  const { check } = violation;
  const message = named(violation.message, actors);
  const sizes = { before: { ...before }, after: { ...after } };
  return { ...{ specimen: name, found: true, seed, check, message }, ...sizes, runs, diagram, digest };
}

function linesOf({ fails }: Specimen, { seed, shrunk, actors }: Found, diagram: string): readonly string[] {
  const { violation } = shrunk;
  return [
    `found in seed ${seed}: ${fails}`,
    `  ${violation.check}: ${named(violation.message, actors).split("\n", 1)[0]}`,
    ...smallLines(shrunk),
    `drawn: ${diagram}`,
  ];
}
