// No import cycles: between the files of a package (imports of types aside, which vanish when the code runs), and
// between packages (types included, since `tsc -b` builds one package after another).
import type { Finding, House, Rule } from "../house.ts";
import { packageNameOf, targetsOf } from "../imports.ts";
import { ownDependencies } from "./import-table.ts";

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** One cycle for each knot of a graph, its first node not repeated. Nodes are taken in order, so it is always the same. */
export function cyclesOf(graph: Graph): readonly (readonly string[])[] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (node: string): void => {
    const at = path.indexOf(node);
    if (at !== -1) cycles.push(path.slice(at));
    if (at !== -1 || done.has(node)) return;
    path.push(node);
    for (const next of graph.get(node) ?? []) visit(next);
    path.pop();
    done.add(node);
  };
  for (const node of [...graph.keys()].sort()) visit(node);
  return cycles;
}

function fileGraph(house: House): Graph {
  const graph = new Map<string, Set<string>>();
  for (const source of house.sources.values()) {
    if (source.packageName === undefined) continue;
    const loaded = source.imports.filter((each) => each.kind === "value" || each.kind === "dynamic");
    graph.set(source.path, new Set(loaded.flatMap((each) => targetsOf(house, source, each))));
  }
  return graph;
}

function packageGraph(house: House): Graph {
  const graph = new Map<string, Set<string>>();
  for (const pack of house.packages.values()) {
    const imported = pack.sources
      .flatMap((source) => source.imports)
      .map((each) => packageNameOf(each.specifier))
      .filter((name) => name.startsWith("@witan/") && name !== `@witan/${pack.name}`);
    const names = [...imported.map((name) => name.slice("@witan/".length)), ...ownDependencies(pack)];
    graph.set(pack.name, new Set(names));
  }
  return graph;
}

function told(cycle: readonly string[], advice: string): string {
  return `import cycle ${[...cycle, cycle[0]].join(" → ")}; ${advice}`;
}

/** Nothing imports itself by way of others. */
export const cycles: Rule = {
  name: "no import cycles",
  check(house) {
    const files = cyclesOf(fileGraph(house)).map((cycle): Finding => {
      const message = told(cycle, "move what both need into a third file, or import the type only");
      return { file: cycle[0] ?? "", message };
    });
    const packages = cyclesOf(packageGraph(house)).map((cycle): Finding => {
      const message = told(cycle, "move what both need into the lower one");
      return { file: `packages/${cycle[0]}/package.json`, message };
    });
    return [...files, ...packages];
  },
};
