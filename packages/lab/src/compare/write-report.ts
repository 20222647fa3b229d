// Writes a report into its folder: the page, the results, a CSV per table, an SVG per figure. Only whole reports: everything
// is made before the first file is written.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "@witan/crypto/node";
import { csvOf } from "./csv.ts";
import { type Drawing, drawn } from "./drawing.ts";
import { pageOf } from "./page.ts";
import { earlierReport, PAGE, RESULTS, removeReport } from "./report-folder.ts";
import type { Comparison } from "./results.ts";

/**
 * Writes all files of a report, in place of those of an earlier one.
 * @returns their names, `index.html` first
 * @throws {LabFailure} as `earlierReport`; the file system's error
 */
export async function writeReport(
  folder: string,
  comparison: Comparison,
  drawings: readonly Drawing[],
): Promise<readonly string[]> {
  const svgs = new Map<string, string>();
  const inPage = new Map<string, string>();
  for (const drawing of drawings) {
    svgs.set(drawing.figure.name, await drawn(drawing));
    inPage.set(drawing.figure.name, await drawn(drawing, "nothing"));
  }
  const tables = comparison.experiments.flatMap((experiment) => experiment.tables);
  const files: readonly (readonly [string, string])[] = [
    [PAGE, pageOf(comparison, inPage)],
    [RESULTS, `${JSON.stringify(comparison, null, 2)}\n`],
    ...tables.map((table) => [`${table.name}.csv`, csvOf(table)] as const),
    ...[...svgs].map(([name, svg]) => [`${name}.svg`, `${svg}\n`] as const),
  ];
  await removeReport(folder, await earlierReport(folder));
  await makeFolder(folder);
  for (const [name, text] of files) await writeFile(join(folder, name), text);
  return files.map(([name]) => name);
}
