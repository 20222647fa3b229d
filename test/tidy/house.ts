// The house as the rules see it: files by path, sources with their syntax trees and imports, packages with their
// manifests. Built from a list of files, so that a rule can be shown a house that never stood.
import type { Node, SourceFile } from "typescript/unstable/ast";
import { type Import, importsOf } from "./imports.ts";
import { parse, type TreeFile } from "./parse.ts";

/** A file of code. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly tree: SourceFile;
  readonly imports: readonly Import[];
  /** The package it belongs to, as `ledger`; undefined outside packages/. */
  readonly packageName: string | undefined;
}

/** What the rules read in a package.json. */
export interface Manifest {
  readonly name?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly imports?: Readonly<Record<string, unknown>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly workspaces?: readonly string[];
}

/** What the rules read in a tsconfig.json. */
export interface Compilation {
  readonly extends?: string;
  readonly compilerOptions?: { readonly types?: readonly string[]; readonly lib?: readonly string[] };
  readonly references?: readonly { readonly path: string }[];
}

/** A package: a folder of packages/ with a manifest. */
export interface Package {
  /** The folder's name, as `ledger`. */
  readonly name: string;
  /** `packages/ledger`. */
  readonly folder: string;
  readonly manifest: Manifest;
  readonly sources: readonly Source[];
}

/** Everything that the rules look at. */
export interface House {
  readonly files: ReadonlyMap<string, TreeFile>;
  readonly sources: ReadonlyMap<string, Source>;
  readonly packages: ReadonlyMap<string, Package>;
}

/** A place that breaks a rule; the message says what to do instead. */
export interface Violation {
  readonly rule: string;
  readonly file: string;
  /** From 1. */
  readonly line?: number;
  readonly message: string;
}

/** A house rule. Pure: the same house, the same violations. */
export interface Rule {
  /** A few words that finish the sentence "the house holds …". */
  readonly name: string;
  check(house: House): readonly Finding[];
}

/** A violation that does not know its rule yet. */
export type Finding = Omit<Violation, "rule">;

/** The package that a path lies in, as `ledger`; undefined outside packages/. */
export function packageOf(path: string): string | undefined {
  return /^packages\/([^/]+)\//.exec(path)?.[1];
}

/** Reads JSON of the house; a file that is missing is an empty object. */
export function json<T extends object>(files: ReadonlyMap<string, TreeFile>, path: string): Partial<T> {
  return JSON.parse(files.get(path)?.text ?? "{}") as Partial<T>;
}

/** Builds the house out of its files. */
export function houseOf(list: readonly TreeFile[]): House {
  const files = new Map(list.map((file) => [file.path, file]));
  const sources = new Map<string, Source>();
  for (const [path, tree] of parse(list)) {
    const text = files.get(path)?.text ?? "";
    sources.set(path, { path, text, tree, imports: importsOf(tree), packageName: packageOf(path) });
  }
  const packages = new Map<string, Package>();
  for (const path of files.keys()) {
    const name = /^packages\/([^/]+)\/package\.json$/.exec(path)?.[1];
    if (name === undefined) continue;
    const own = [...sources.values()].filter((source) => source.packageName === name);
    packages.set(name, { name, folder: `packages/${name}`, manifest: json(files, path), sources: own });
  }
  return { files, sources, packages };
}

/** What a rule finds wrong with a house, by file and line. */
export function violations(rule: Rule, house: House): readonly Violation[] {
  return rule
    .check(house)
    .map((finding) => ({ rule: rule.name, ...finding }))
    .sort((a, b) => (a.file === b.file ? (a.line ?? 0) - (b.line ?? 0) : a.file < b.file ? -1 : 1));
}

/** The line, from 1, on which a node starts. */
export function lineOf(node: Node): number {
  const tree = node.getSourceFile();
  return tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
}

/** A violation as people read it. */
export function describeViolation(violation: Violation): string {
  const line = violation.line === undefined ? "" : `:${violation.line}`;
  return `${violation.file}${line}: ${violation.message}`;
}
