// Who may import whom: packages, their doors, and what only the inner side of a second door may touch.
import {
  type Compilation,
  type Finding,
  type House,
  json,
  type Package,
  type Rule,
  type Source,
} from "../house.ts";
import { type Import, isRelative, join } from "../imports.ts";

/** What each package may import of the others. A name alone is the first door; `crypto/node` is a second one. */
export const IMPORT_TABLE: Readonly<Record<string, readonly string[]>> = {
  primitives: [],
  crypto: ["primitives"],
  ledger: ["primitives", "crypto"],
  mempool: ["primitives", "ledger"],
  consensus: ["primitives"],
  storage: ["primitives"],
  p2p: ["primitives"],
  rpc: ["primitives", "ledger"],
  client: ["primitives", "crypto", "ledger", "consensus", "rpc"],
  node: ["primitives", "crypto", "ledger", "mempool", "consensus", "storage", "rpc"],
  simulator: ["primitives", "crypto", "ledger", "mempool", "consensus", "storage", "rpc", "node"],
  lab: ["client", "rpc", "consensus", "simulator", "crypto/node", "storage/level"],
  explorer: ["client", "rpc"],
  cli: [
    ...["primitives", "crypto", "ledger", "mempool", "consensus", "storage", "p2p", "rpc", "client", "node"],
    ...["simulator", "lab", "explorer", "crypto/node", "rpc/server", "storage/level"],
  ],
};

/**
 * The second doors: what lies behind one runs under Node only; what lies before it in browsers too, or, of storage, in
 * simulators.
 */
const SECOND_DOORS: Readonly<Record<string, string>> = { crypto: "node", rpc: "server", storage: "level" };

/** Packages that run in browsers, second doors aside; the pure ones have a rule of their own. */
const FOR_BROWSERS = ["crypto", "rpc", "client", "explorer"];

/** What the first door of storage may take of Node: what hashes and moves bytes, and reaches nothing outside. */
const FOR_SIMULATORS = ["node:buffer", "node:crypto"];

/** The folder behind the second door of a package. */
function behindDoor(name: string): string | undefined {
  const door = SECOND_DOORS[name];
  return door === undefined ? undefined : `packages/${name}/src/${door}/`;
}

function checkImport(source: Source, { specifier }: Import): string | undefined {
  const { packageName } = source;
  if (specifier.startsWith("@witan/")) return checkDoor(packageName, specifier.slice("@witan/".length));
  if (packageName === undefined) return undefined;
  const inner = behindDoor(packageName);
  const isInside = inner !== undefined && source.path.startsWith(inner);
  // What builds a package runs on the machine that does, and nowhere else.
  const isBuild = !source.path.startsWith(`packages/${packageName}/src/`);
  if (specifier.startsWith("node:") && FOR_BROWSERS.includes(packageName) && !isInside && !isBuild) {
    const where = inner === undefined ? "take what it gives as an argument (a port)" : `move it to ${inner}`;
    return `${specifier} in code that runs in browsers; ${where}`;
  }
  if (packageName === "storage" && specifier.startsWith("node:") && !isInside) {
    if (!FOR_SIMULATORS.includes(specifier))
      return `${specifier} in code that simulators run, which have a disk of their own; move it to ${inner}`;
  }
  const isDoorCrossed = inner !== undefined && !isInside && isRelative(specifier);
  if (isDoorCrossed && join(source.path, specifier).startsWith(inner)) {
    return `${specifier} lies behind the second door; what lies before it must not need it: turn the import round`;
  }
  return undefined;
}

/** @param door what follows `@witan/` */
function checkDoor(from: string | undefined, door: string): string | undefined {
  const [name = "", inner, ...deeper] = door.split("/");
  if (!(name in IMPORT_TABLE)) {
    return `@witan/${name} is no package; the packages are ${Object.keys(IMPORT_TABLE).join(", ")}`;
  }
  if (inner !== undefined && (inner !== SECOND_DOORS[name] || deeper.length > 0)) {
    return `@witan/${door} is no door; import from @witan/${name}, and export there what is missing`;
  }
  if (from === undefined || from === name) return undefined; // Tests may use every door; the own name is another rule's.
  const allowed = IMPORT_TABLE[from] ?? [];
  if (allowed.includes(door)) return undefined;
  return `${from} may not import @witan/${door}, only ${listed(allowed)}; move the code, or take a port as an argument`;
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? "nothing of ours" : names.join(", ");
}

/** The packages of ours that a manifest depends on. */
export function ownDependencies({ manifest }: Package): readonly string[] {
  const { dependencies, devDependencies, optionalDependencies, peerDependencies } = manifest;
  const all = { ...dependencies, ...devDependencies, ...optionalDependencies, ...peerDependencies };
  return Object.keys(all)
    .filter((name) => name.startsWith("@witan/"))
    .map((name) => name.slice("@witan/".length));
}

function checkManifest(house: House, pack: Package): readonly Finding[] {
  const file = `${pack.folder}/package.json`;
  const found: Finding[] = [];
  const allowed = IMPORT_TABLE[pack.name];
  if (allowed === undefined) {
    return [
      {
        file,
        message: `${pack.name} is not in the house; the packages are ${listed(Object.keys(IMPORT_TABLE))}`,
      },
    ];
  }
  if (pack.manifest.name !== `@witan/${pack.name}`) {
    found.push({ file, message: `its name must be @witan/${pack.name}, as its folder's` });
  }
  const dependencies = ownDependencies(pack);
  for (const name of dependencies) {
    if (allowed.includes(name) || allowed.some((door) => door.startsWith(`${name}/`))) continue;
    found.push({
      file,
      message: `${pack.name} may not depend on @witan/${name}, only on ${listed(allowed)}`,
    });
  }
  const doors = [".", ...(pack.name in SECOND_DOORS ? [`./${SECOND_DOORS[pack.name]}`] : [])];
  for (const door of Object.keys(pack.manifest.exports ?? {})) {
    if (!doors.includes(door))
      found.push({ file, message: `"${door}" is no door; exports may have ${listed(doors)}` });
  }
  found.push(...checkReferences(house, pack, dependencies));
  return found;
}

/** `tsc -b` builds what `references` name: they must be what the manifest depends on. */
function checkReferences(house: House, pack: Package, dependencies: readonly string[]): readonly Finding[] {
  const file = `${pack.folder}/tsconfig.json`;
  const paths = (json<Compilation>(house.files, file).references ?? []).map((each) => join(file, each.path));
  const wanted = dependencies.map((name) => `packages/${name}`);
  return [
    ...paths
      .filter((path) => !wanted.includes(path))
      .map((path) => ({
        file,
        message: `references ${path}, on which package.json does not depend; take it out`,
      })),
    ...wanted
      .filter((path) => !paths.includes(path))
      .map((path) => ({
        file,
        message: `does not reference ${path}, on which package.json depends; add it`,
      })),
  ];
}

/** Every package is a workspace, and built and checked from the top. */
function checkTop(house: House): readonly Finding[] {
  const workspaces = json<{ workspaces: readonly string[] }>(house.files, "package.json").workspaces ?? [];
  const referencing = ["tsconfig.json", "test/tsconfig.json"].filter((file) => house.files.has(file));
  return [...house.packages.values()].flatMap(({ folder }) => [
    ...referencing
      .filter((file) => {
        const references = json<Compilation>(house.files, file).references ?? [];
        return !references.some((each) => join(file, each.path) === folder);
      })
      .map((file) => ({ file, message: `does not reference ${folder}; add it` })),
    ...(workspaces.includes(folder) || !house.files.has("package.json")
      ? []
      : [{ file: "package.json", message: `${folder} is not among the workspaces; add it` }]),
  ]);
}

/** Imports, manifests and references keep to the table. */
export const importTable: Rule = {
  name: "the import table",
  check(house) {
    const found: Finding[] = [];
    for (const source of house.sources.values()) {
      for (const each of source.imports) {
        const message = checkImport(source, each);
        if (message !== undefined) found.push({ file: source.path, line: each.line, message });
      }
    }
    for (const pack of house.packages.values()) found.push(...checkManifest(house, pack));
    return [...found, ...checkTop(house)];
  },
};
