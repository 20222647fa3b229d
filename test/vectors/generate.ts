// Writes the files of vectors; with `--check` fails instead if a file is not what would be written.
import { readFileSync, writeFileSync } from "node:fs";
import { pathOf } from "./format.ts";
import { vectorTexts } from "./make/all.ts";

const check = process.argv.includes("--check");
let stale = 0;
for (const [name, text] of Object.entries(vectorTexts())) {
  const file = pathOf(name);
  if (!check) writeFileSync(file, text);
  else if (readFileSync(file, "utf8") !== text) {
    stale++;
    console.error(`${file} is not current: npm run vectors`);
  }
}
process.exitCode = stale === 0 ? 0 : 1;
