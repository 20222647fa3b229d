// The tests that a page names: files, and titles in the rows of its tables.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const TESTS = fileURLToPath(new URL("../", import.meta.url));

/** Every test file, by its path below `test/`. */
export const testSources: readonly { readonly path: string; readonly text: string }[] = readdirSync(TESTS, {
  recursive: true,
  encoding: "utf8",
})
  .filter((path) => path.endsWith(".test.ts"))
  .map((path) => ({ path, text: readFileSync(join(TESTS, path), "utf8") }));

/** The test files that a page names. */
export function namedFiles(page: string): readonly string[] {
  return [...new Set([...page.matchAll(/[\w/-]+\.test\.ts/g)].map(([file]) => file))];
}

/** The titles that the tables of a page name. */
export function namedTests(page: string): readonly string[] {
  const rows = page.split("\n").filter((line) => line.startsWith("| "));
  return rows.flatMap((row) => [...row.matchAll(/"([^"]+)"/g)].map(([, name = ""]) => name));
}

/** A name with "…" for what is left out, as what matches a title, across the values that are put into it. */
export function titleLike(name: string): RegExp {
  const parts = name.split("…").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`["\`]${parts.join("[^\\n]*")}`);
}
