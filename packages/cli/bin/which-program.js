// Which form of the program a start takes. An installed package has what was built of it. A checkout has its sources, and
// beside them the few files that `npm ci` makes of them, from which a start takes less than half the time: those are
// taken unless a source, a manifest or the lock file is newer, so that what is edited is what runs.
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const CLI = dirname(dirname(fileURLToPath(import.meta.url)));
const PACKAGES = dirname(CLI);
const SOURCE = join(CLI, "src/main.ts");
const FEW_FILES = join(CLI, "program/main.js");
const BUILT = join(CLI, "dist/main.js");

/** The module to run, and whether sources lie beside it. */
export function whichProgram() {
  if (!existsSync(SOURCE)) return { file: pathToFileURL(BUILT).href, isCheckout: false };
  return { file: pathToFileURL(isCurrent() ? FEW_FILES : SOURCE).href, isCheckout: true };
}

function isCurrent() {
  if (!existsSync(FEW_FILES)) return false;
  const made = statSync(FEW_FILES).mtimeMs;
  const packages = readdirSync(PACKAGES).map((name) => join(PACKAGES, name));
  return [join(dirname(PACKAGES), "package-lock.json"), ...packages.flatMap(madeOf)].every((path) =>
    isOlder(path, made),
  );
}

/** What the few files are made of, of a package. */
function madeOf(folder) {
  const source = join(folder, "src");
  return existsSync(source) ? [source, join(folder, "package.json")] : [];
}

/**
 * Whether a file or folder, and all in it, is older. A folder is newer than what was deleted from it. Walks by itself: each
 * start comes by here, and `readdirSync` with `recursive` costs four times as much.
 */
function isOlder(path, made) {
  const found = statSync(path);
  if (found.mtimeMs >= made) return false;
  return !found.isDirectory() || readdirSync(path).every((name) => isOlder(`${path}/${name}`, made));
}
