// Names of files, folders and types: whole words, in kebab-case, that say what is inside.
import { isClassDeclaration, isInterfaceDeclaration, isTypeAliasDeclaration } from "typescript/unstable/ast";
import { type Finding, type House, lineOf, type Rule } from "../house.ts";
import { walk } from "../syntax.ts";

/** Words that name no thing, and so collect everything. */
const EMPTY_WORDS = /^(?:utils?|utilities|helpers?|managers?|common|misc|stuff)$/;
const EMPTY_ENDING = /(?:Utils?|Helpers?|Manager)$/;

const KEBAB = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
/** Names that tools and habit write in capitals. */
const CAPITALS = ["README", "LICENSE", "CHANGELOG", "NOTICE"];

function checkPath(path: string): string | undefined {
  for (const segment of path.split("/").slice(1)) {
    for (const part of segment.replace(/^\./, "").split(".")) {
      if (part.split(/[-_]/).some((word) => EMPTY_WORDS.test(word.toLowerCase()))) {
        return `"${segment}" names no thing; name the file after what is in it, or move that where it belongs`;
      }
      if (!KEBAB.test(part) && !CAPITALS.includes(part)) return `"${segment}" is not kebab-case; rename it`;
    }
  }
  return undefined;
}

function checkTypes(house: House): readonly Finding[] {
  const found: Finding[] = [];
  for (const source of house.sources.values()) {
    walk(source.tree, (node) => {
      if (!isClassDeclaration(node) && !isInterfaceDeclaration(node) && !isTypeAliasDeclaration(node)) return;
      const name = node.name?.text;
      if (name === undefined || !EMPTY_ENDING.test(name)) return;
      const message = `"${name}" says nothing of what it does; name the thing (a pool, a queue, a registry)`;
      found.push({ file: source.path, line: lineOf(node), message });
    });
  }
  return found;
}

/** Names that say something. */
export const names: Rule = {
  name: "names",
  check(house) {
    const paths = [...house.files.keys()].filter((path) => /^(?:packages|test|docs|genesis)\//.test(path));
    const found = paths.flatMap((file): readonly Finding[] => {
      const message = checkPath(file);
      return message === undefined ? [] : [{ file, message }];
    });
    return [...found, ...checkTypes(house)];
  },
};
