// Every placement of traitors among some generals, and every lie that they can tell: whether IC1 and IC2 hold. Where they do
// not, a case is made small and drawn.
import {
  drawDiagram,
  EXHAUSTIVE_GENERALS_MAX,
  type ExhaustiveJob,
  type ExhaustiveVerdict,
  findBroken,
  type GeneralsAlgorithm,
  named,
  Recording,
  tryAll,
  worldOfSpecimen,
} from "@witan/simulator";
import { EXIT, type ExitCode } from "../exit.ts";
import { printResult, type Streams, table } from "../output.ts";
import { checkDiagramFile, writeDiagram } from "../simulate/diagram-file.ts";
import { grouped } from "../simulate/words.ts";
import { nameOf } from "./one.ts";
import { fewestFor } from "./options.ts";

/** Tries all of one size. @returns 1 if a condition can be broken */
export async function runAllLies(
  streams: Streams,
  json: boolean,
  job: ExhaustiveJob,
  diagram: string | undefined,
): Promise<ExitCode> {
  if (diagram !== undefined) await checkDiagramFile(diagram);
  if (!json) streams.err(`${nameOf(job.algorithm, job.traitorsMax)}: every placement and every lie …\n`);
  const verdict = tryAll(job);
  const isBroken = !verdict.ic1 || !verdict.ic2;
  const example = isBroken ? await drawExample(job, verdict, diagram) : undefined;
  const result = { ...resultOf(verdict), ...(example && { example: { ...example } }) };
  printResult(streams, json, result, () => [
    ...table([
      [
        "algorithm",
        `${nameOf(job.algorithm, job.traitorsMax)} among ${job.generals} generals, ${job.traitors} of them traitors`,
      ],
      ["placements", `${verdict.placements.length}, and ${liesWords(verdict.lies)} ways to lie in all`],
      ["IC1", verdict.ic1 ? "holds in all" : "can be broken"],
      ["IC2", verdict.ic2 ? "holds in all" : "can be broken"],
      ...(example
        ? [["example", `${example.check}: ${example.message} (${example.messages} messages)`] as const]
        : []),
      ...(example?.diagram === undefined ? [] : [["diagram", example.diagram] as const]),
    ]),
    ...(diagram !== undefined && !isBroken ? ["nothing is drawn: there is no case in which it fails"] : []),
  ]);
  return isBroken ? EXIT.no : EXIT.done;
}

/** What no number of ours holds exactly is told by its size. */
function liesWords(lies: bigint): string {
  return lies <= Number.MAX_SAFE_INTEGER ? grouped(Number(lies)) : `more than 10^${String(lies).length - 1}`;
}

interface Example {
  readonly check: string;
  readonly message: string;
  readonly seed: number;
  readonly messages: number;
  readonly diagram?: string;
}

async function drawExample(
  job: ExhaustiveJob,
  { ic2 }: ExhaustiveVerdict,
  diagram: string | undefined,
): Promise<Example | undefined> {
  const found = findBroken(job, ic2 ? "IC1" : "IC2");
  if (found === undefined) return undefined;
  const { seed, actors, shrunk } = found;
  const { violation, after } = shrunk;
  if (diagram !== undefined) {
    const recording = new Recording();
    const { broken } = await worldOfSpecimen(found).run(recording);
    const among = `${job.generals} generals, ${job.traitors} ${job.traitors === 1 ? "traitor" : "traitors"}`;
    const title = `${nameOf(job.algorithm, job.traitorsMax)}, ${among}`;
    await writeDiagram(diagram, drawDiagram({ title, actors, happenings: recording.all, broken }));
  }
  return {
    ...{ check: violation.check, message: named(violation.message, actors), seed, messages: after.letters },
    ...(diagram !== undefined && { diagram }),
  };
}

function resultOf({
  algorithm,
  generals,
  traitors,
  traitorsMax,
  placements,
  lies,
  ic1,
  ic2,
}: ExhaustiveVerdict) {
  return {
    ...{ algorithm, generals, traitors, traitorsMax, placements: placements.length },
    // More than a number of JSON holds exactly.
    lies: String(lies),
    ...{ ic1, ic2 },
  };
}

/** OM with more traitors takes up to half a minute a size, and more than seven generals to hold. */
const ORAL_TRAITORS_MAX = 2;

/** Every number of traitors among two to seven generals. @returns 1 if it holds where it should not, or the other way round */
export function runTable(streams: Streams, json: boolean, algorithm: GeneralsAlgorithm): ExitCode {
  const jobs: ExhaustiveJob[] = [];
  for (let generals = 3; generals <= EXHAUSTIVE_GENERALS_MAX; generals++) {
    const most = algorithm === "om" ? Math.min(generals - 2, ORAL_TRAITORS_MAX) : generals - 2;
    for (let traitors = 1; traitors <= most; traitors++)
      jobs.push({ algorithm, generals, traitors, traitorsMax: traitors });
  }
  if (!json)
    streams.err(`${algorithm.toUpperCase()}(m), three to seven generals: every placement and every lie …\n`);
  const verdicts = jobs.map(tryAll);
  const isAsSaid = verdicts.every(
    ({ generals, traitors, ic1, ic2 }) => (ic1 && ic2) === generals >= fewestFor(algorithm, traitors),
  );
  const result = { algorithm, asSaid: isAsSaid, sizes: verdicts.map(resultOf) };
  printResult(streams, json, result, () => [
    "generals  traitors  placements  ways to lie                  IC1     IC2",
    ...verdicts.map(rowOf),
    "",
    algorithm === "om"
      ? `OM(m) holds where there are more than three generals for each traitor, and ${isAsSaid ? "only there" : "NOT only there"}.`
      : `SM(m) ${isAsSaid ? "holds for every m: with m + 2 generals, and more" : "does NOT hold everywhere"}; 2m + 1 are not needed.`,
  ]);
  return isAsSaid ? EXIT.done : EXIT.no;
}

function rowOf({ generals, traitors, placements, lies, ic1, ic2 }: ExhaustiveVerdict): string {
  const words = (holds: boolean): string => (holds ? "holds " : "broken");
  return [
    String(generals).padEnd(8),
    String(traitors).padEnd(8),
    String(placements.length).padEnd(10),
    liesWords(lies).padEnd(27),
    words(ic1),
    words(ic2),
  ].join("  ");
}
