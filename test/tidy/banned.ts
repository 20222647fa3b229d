// Bans on code: a table of what must not be written, where, and what to write instead.
import type { Node } from "typescript/unstable/ast";
import { type Finding, type House, lineOf } from "./house.ts";
import { walk } from "./syntax.ts";

/** One thing that must not be written. */
export interface Ban {
  /** What is banned, as the message names it. */
  readonly what: string;
  /** What to write instead. */
  readonly instead: string;
  /** Whether it is banned in the file at `path`. */
  where(path: string): boolean;
  /** Whether the node is it. */
  is(node: Node): boolean;
}

/** Whether a path lies in the sources of one of these packages. */
export function inPackages(path: string, names: readonly string[]): boolean {
  return names.some((name) => path.startsWith(`packages/${name}/`));
}

/** Every banned thing in the code of the house. */
export function findBanned(house: House, bans: readonly Ban[]): readonly Finding[] {
  const found: Finding[] = [];
  for (const source of house.sources.values()) {
    const valid = bans.filter((ban) => ban.where(source.path));
    if (valid.length === 0) continue;
    walk(source.tree, (node) => {
      for (const ban of valid) {
        if (!ban.is(node)) continue;
        found.push({ file: source.path, line: lineOf(node), message: `${ban.what}; ${ban.instead}` });
      }
    });
  }
  return found;
}
