// Which modules of packages load a file, by themselves or through others: only those are loaded anew for a mutation of it.
// Reads the text of sources, as the house writes imports (test/tidy); types alone load nothing.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const PACKAGES = new URL("../../packages/", import.meta.url).href;
/** An import or export of values, from a module that has a name. */
const IMPORT = /^(?:import|export)\s(?!type\s)[^;"]*?from\s+"([^"]+)"/gm;

interface Manifest {
  readonly exports: Readonly<Record<string, { readonly "@witan/source": string }>>;
}

/** What each module loads, of packages of ours. */
const imported = new Map<string, readonly string[]>();

function importsOf(address: string): readonly string[] {
  const known = imported.get(address);
  if (known !== undefined) return known;
  const text = readFileSync(fileURLToPath(address), "utf8");
  const found = [...text.matchAll(IMPORT)].flatMap(([, specifier = ""]) => addressOf(specifier, address));
  imported.set(address, found);
  return found;
}

function addressOf(specifier: string, from: string): readonly string[] {
  if (specifier.startsWith(".")) return [new URL(specifier, from).href];
  const [scope, name = "", ...door] = specifier.split("/");
  if (scope !== "@witan") return [];
  const folder = `${PACKAGES}${name}/`;
  const manifest = JSON.parse(readFileSync(fileURLToPath(`${folder}package.json`), "utf8")) as Manifest;
  const file = manifest.exports[["." as string, ...door].join("/")]?.["@witan/source"];
  return file === undefined ? [] : [new URL(file, folder).href];
}

/** Says of modules, by their addresses, whether they are `file` or load it. */
export function loadersOf(file: string): (address: string) => boolean {
  const known = new Map<string, boolean>([[file, true]]);
  const reaches = (address: string): boolean => {
    const before = known.get(address);
    if (before !== undefined) return before;
    // There are no cycles (test/tidy): this is asked again only when it is known.
    known.set(address, false);
    const answer = importsOf(address).some(reaches);
    known.set(address, answer);
    return answer;
  };
  return reaches;
}
