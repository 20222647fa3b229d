// Syntax trees by TypeScript's own parser (the `unstable` door of TypeScript 7, whose version is pinned). The compiler
// sees a made-up file system only: what is parsed is what was handed in, on disk or not.
import assert from "node:assert/strict";
import type { SourceFile } from "typescript/unstable/ast";
import { API } from "typescript/unstable/sync";

/** A file of a tree: its path from the top, with slashes, and its text. */
export interface TreeFile {
  readonly path: string;
  readonly text: string;
}

const CODE = /\.(?:[cm]?ts|tsx|[cm]?js)$/;
const OPTIONS = { noLib: true, noResolve: true, types: [], allowJs: true, noEmit: true, jsx: "preserve" };

/** What the compiler may read at the moment. */
let contents: ReadonlyMap<string, string> = new Map();
let compiler: API | undefined;
let opened: string | undefined;
let count = 0;

function start(): API {
  return new API({
    cwd: "/",
    fs: {
      readFile: (path) => contents.get(path) ?? null,
      fileExists: (path) => contents.has(path),
      directoryExists: (path) => [...contents.keys()].some((file) => file.startsWith(`${path}/`)),
      getAccessibleEntries: () => ({ files: [], directories: [] }),
      realpath: (path) => path,
    },
  });
}

/** The syntax trees of those files that are code, by path. */
export function parse(files: readonly TreeFile[]): ReadonlyMap<string, SourceFile> {
  const code = files.filter((file) => CODE.test(file.path));
  if (code.length === 0) return new Map();
  const root = `/tree-${count++}`;
  const project = `${root}/tsconfig.json`;
  const configuration = { compilerOptions: OPTIONS, files: code.map((file) => `${root}/${file.path}`) };
  contents = new Map([
    ...code.map((file) => [`${root}/${file.path}`, file.text] as const),
    [project, JSON.stringify(configuration)],
  ]);
  compiler ??= start();
  const snapshot = compiler.updateSnapshot({
    openProjects: [project],
    ...(opened === undefined ? {} : { closeProjects: [opened] }),
  });
  opened = project;
  const program = snapshot.getProject(project)?.program;
  const trees = code.map((file) => {
    const tree = program?.getSourceFile(`${root}/${file.path}`);
    assert(tree !== undefined, `${file.path} was not parsed`);
    return [file.path, tree] as const;
  });
  return new Map(trees);
}

/** Ends the compiler's process. The next `parse` starts another. */
export function closeParser(): void {
  compiler?.close();
  compiler = undefined;
  opened = undefined;
}
