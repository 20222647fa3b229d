// The folder of a report: whether it may be written to, and what an earlier report left there. Never touches a file that a
// report did not write.
import { mkdtemp, readdir, readFile, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { makeFolder } from "@witan/crypto/node";
import { LabFailure } from "../lab-failure.ts";
import type { Comparison } from "./results.ts";

/** The page of a report, and what it was made from. */
export const [PAGE, RESULTS] = ["index.html", "results.json"];

/** The files of a report, the page first. */
export function filesOf({ experiments }: Pick<Comparison, "experiments">): readonly string[] {
  return [
    ...[PAGE, RESULTS],
    ...experiments.flatMap(({ tables, figures }) => [
      ...tables.map(({ name }) => `${name}.csv`),
      ...figures.map(({ name }) => `${name}.svg`),
    ]),
  ];
}

/**
 * Refuses a place where a report would be among files of others.
 * @returns the files of an earlier report there; none if there is no folder, or an empty one
 * @throws {LabFailure} `folder-not-ours`, `folder-not-made`
 */
export async function earlierReport(folder: string): Promise<readonly string[]> {
  const kind = await stat(folder).then(
    (found) => (found.isDirectory() ? "folder" : "other"),
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "none";
      throw cannotWrite(folder, error);
    },
  );
  const input = { fault: "input" } as const;
  if (kind === "none") return [];
  if (kind === "other")
    throw new LabFailure(
      "folder-not-made",
      `${folder} is a file, and the report needs a folder: name another`,
      input,
    );
  if ((await readdir(folder)).length === 0) return [];
  const earlier = await readFile(join(folder, RESULTS), "utf8").then(reportIn, () => undefined);
  if (earlier !== undefined) return filesOf(earlier);
  throw new LabFailure(
    "folder-not-ours",
    `${folder} is there, and is no report of witan compare: name another folder, or remove it`,
    input,
  );
}

/**
 * Makes sure that a report can be written there at all, before the hours that it takes: leaves nothing behind.
 * @throws {LabFailure} `folder-not-made`
 */
export async function provePlace(folder: string): Promise<void> {
  try {
    const path = resolve(folder);
    const first = await makeFolder(path);
    await rm(await mkdtemp(join(path, "witan-")), { recursive: true });
    if (first === undefined) return;
    for (let made = path; ; made = dirname(made)) {
      await rmdir(made);
      if (made === first) break;
    }
  } catch (error) {
    throw cannotWrite(folder, error as NodeJS.ErrnoException);
  }
}

function cannotWrite(folder: string, { code = "" }: NodeJS.ErrnoException): LabFailure {
  const message = `no report can be written to ${folder} (${code}): name another folder, or allow it`;
  return new LabFailure("folder-not-made", message, { fault: "input" });
}

/** A report as its results say it; undefined if they are of something else. */
function reportIn(text: string): Pick<Comparison, "experiments"> | undefined {
  const found = parsed(text) as Partial<Comparison> | undefined;
  const isOurs =
    found?.version === 1 && found.program?.startsWith("witan") && Array.isArray(found.experiments);
  return isOurs ? (found as Comparison) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Removes what an earlier report wrote. @param files as `earlierReport` gave them */
export async function removeReport(folder: string, files: readonly string[]): Promise<void> {
  for (const file of files)
    if (/^[a-z0-9-]+\.[a-z]+$/.test(file)) await rm(join(folder, file), { force: true });
}
