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
  const isOlder = (path) => statSync(path).mtimeMs < made;
  if (!isOlder(join(dirname(PACKAGES), "package-lock.json"))) return false;
  return readdirSync(PACKAGES).every((name) => {
    const folder = join(PACKAGES, name, "src");
    if (!existsSync(folder)) return true;
    if (!isOlder(folder) || !isOlder(join(PACKAGES, name, "package.json"))) return false;
    // A folder is newer than what was deleted from it.
    return readdirSync(folder, { recursive: true }).every((path) => isOlder(join(folder, path)));
  });
}
