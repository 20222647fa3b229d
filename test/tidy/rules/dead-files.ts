// Dead files: what no door of its package leads to, by any import, is not there for anyone.
import { isModuleDeclaration, isStringLiteral } from "typescript/unstable/ast";
import type { House, Package, Rule, Source } from "../house.ts";
import { targetsOf } from "../imports.ts";

/** The files by which others enter a package, without those that Node starts. */
const DOORS = /^src\/(?:index|main|node\/index|server\/index|level\/index)\.tsx?$/;
/** What Node, or a tool, starts by itself. */
const ENTRIES = /^(?:bin\/[^/]+|[a-z]+\.config\.ts)$/;

function inside(pack: Package, pattern: RegExp): readonly Source[] {
  return pack.sources.filter((source) => pattern.test(source.path.slice(pack.folder.length + 1)));
}

/** The door files of a package. */
export function doorsOf(pack: Package): readonly Source[] {
  return inside(pack, DOORS);
}

/** The modules that a file of declarations describes. */
function described(source: Source): readonly string[] {
  return source.tree.statements.flatMap((statement) =>
    isModuleDeclaration(statement) && isStringLiteral(statement.name) ? [statement.name.text] : [],
  );
}

function reachable(house: House, pack: Package): ReadonlySet<string> {
  const reached = new Set<string>();
  const specifiers = new Set<string>();
  const waiting = [...doorsOf(pack), ...inside(pack, ENTRIES)];
  for (let source = waiting.pop(); source !== undefined; source = waiting.pop()) {
    if (reached.has(source.path)) continue;
    reached.add(source.path);
    for (const each of source.imports) {
      specifiers.add(each.specifier);
      waiting.push(...targetsOf(house, source, each).flatMap((path) => house.sources.get(path) ?? []));
    }
  }
  for (const source of pack.sources) {
    if (described(source).some((name) => specifiers.has(name))) reached.add(source.path);
  }
  return reached;
}

/** Every file of a package serves one of its doors. */
export const deadFiles: Rule = {
  name: "no dead files",
  check: (house) =>
    [...house.packages.values()].flatMap((pack) => {
      const reached = reachable(house, pack);
      return pack.sources
        .filter((source) => !reached.has(source.path))
        .map(({ path }) => ({
          file: path,
          message:
            "no door of the package leads here (index, main, node/index, server/index, level/index, bin); use it or delete it",
        }));
    }),
};
