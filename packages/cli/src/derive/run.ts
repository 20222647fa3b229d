// Runs the derivation, draws what breaks, and tells all of it.
import { join } from "node:path";
import {
  DERIVATION,
  type Derivation,
  derive,
  drawDiagram,
  type MissingProtection,
  Recording,
  traceWorld,
  worldOfSpecimen,
} from "@witan/simulator";
import { badInput, EXIT, type ExitCode } from "../exit.ts";
import { makeFolderOf } from "../files.ts";
import { printResult, type Streams } from "../output.ts";
import { checkDiagramFile, writeDiagram } from "../simulate/diagram-file.ts";
import { derivationLines } from "./lines.ts";
import { derivationResult } from "./result.ts";

/** What is asked for. */
export interface DeriveTask {
  readonly seeds: number;
  readonly from: number;
  readonly tolerated: number;
  /** Where diagrams go; undefined: nowhere. */
  readonly folder: string | undefined;
}

/** A line follows another after so long, in milliseconds. */
const LINE_MS = 2_000;

/** Runs it. @returns 1 if a step broke where it must not, or what breaks without the next was not found */
export async function runDerivation(streams: Streams, json: boolean, task: DeriveTask): Promise<ExitCode> {
  const { seeds, from, tolerated, folder } = task;
  if (folder === "")
    throw badInput("file", "--diagram: expected the name of a folder, as in --diagram derivation");
  if (folder !== undefined) await checkFiles(folder);
  const startedAt = performance.now();
  let toldAt = startedAt;
  const derivation = derive({
    ...{ seeds, from, tolerated },
    onProgress: ({ step, doing }) => {
      const now = performance.now();
      if (json || now - toldAt < LINE_MS) return;
      toldAt = now;
      streams.err(`  ${step}: ${doing} …\n`);
    },
  });
  const diagrams = folder === undefined ? new Map<string, string>() : await drawAll(folder, derivation);
  const seconds = Math.round(performance.now() - startedAt) / 1_000;
  const told = { derivation, task, diagrams, seconds };
  printResult(streams, json, derivationResult(told), () => derivationLines(told));
  return holds(derivation) ? EXIT.done : EXIT.no;
}

/** Before a long run whose pictures could not be kept. */
async function checkFiles(folder: string): Promise<void> {
  await makeFolderOf(join(folder, "any"));
  for (const specimen of new Set(DERIVATION.map(({ lacks }) => lacks.specimen)))
    await checkDiagramFile(pictureOf(folder, specimen));
}

function pictureOf(folder: string, specimen: string): string {
  return join(folder, `${specimen}.svg`);
}

/** Whether each step survived what it must, and each lack was found. */
function holds({ steps, missing }: Derivation): boolean {
  const survives = steps.every(({ step, survivals }) =>
    survivals.every(({ circumstances, broken }) => broken === 0 || !step.bears.includes(circumstances)),
  );
  return survives && [...missing.values()].every(({ found }) => found !== undefined);
}

/** Draws each failure that was found. @returns files, by the name of the specimen */
async function drawAll(folder: string, { missing }: Derivation): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const { specimen, found } of missing.values()) {
    if (found === undefined) continue;
    const path = pictureOf(folder, specimen);
    await writeDiagram(path, await drawn(specimen, found));
    files.set(specimen, path);
  }
  return files;
}

async function drawn(specimen: string, found: NonNullable<MissingProtection["found"]>): Promise<string> {
  const title = `specimen ${specimen}, seed ${found.seed}`;
  const recording = new Recording();
  const { outcome } = await traceWorld(worldOfSpecimen(found), title, recording);
  return drawDiagram({ title, actors: found.actors, happenings: recording.all, broken: outcome.broken });
}
