// Length of files and functions, as a ratchet: ratchet.json names what is longer than it may be, with its length now.
// Such a thing may only get shorter, and when it does its entry must follow.
import {
  isCallExpression,
  isConstructorDeclaration,
  isFunctionLikeDeclaration,
  isIdentifier,
  isStringLiteral,
  type Node,
} from "typescript/unstable/ast";
import { type Finding, type House, json, lineOf, type Rule, type Source } from "../house.ts";
import { walk } from "../syntax.ts";

/** Lines that a file may have; aim at 300. */
export const FILE_LINES_MAX = 400;
/** Lines that a function may have, from its first word to its last brace. */
export const FUNCTION_LINES_MAX = 70;
/** The exceptions: lines now, by `path`, or by `path function`. */
export const RATCHET = "test/tidy/ratchet.json";

/** Functions that only hold tests together. */
const FRAMES = ["describe", "context", "suite"];

interface Measured {
  readonly file: string;
  readonly line?: number;
  readonly lines: number;
  readonly max: number;
}

function linesOf(text: string): number {
  return text === "" ? 0 : text.replace(/\n$/, "").split("\n").length;
}

/** What a function is called, or where it is used, with the names of what it lies in. */
function nameOf(node: Node): string {
  const names: string[] = [];
  for (let at: Node | undefined = node; at?.parent !== undefined; at = at.parent) {
    const name = ownName(at);
    if (name !== undefined) names.unshift(name);
  }
  return names.length === 0 ? "(anonymous)" : names.join(".");
}

function ownName(node: Node): string | undefined {
  if (isConstructorDeclaration(node)) return "constructor";
  if (isCallExpression(node)) {
    const [first] = node.arguments;
    const callee = isIdentifier(node.expression) ? node.expression.text : undefined;
    return callee !== undefined && first !== undefined && isStringLiteral(first)
      ? `${callee}(${first.text})`
      : callee;
  }
  const { name } = node as Node & { readonly name?: Node };
  return name === undefined || !("text" in name) ? undefined : String(name.text);
}

function isFrame(node: Node): boolean {
  const { parent } = node;
  return (
    isCallExpression(parent) && isIdentifier(parent.expression) && FRAMES.includes(parent.expression.text)
  );
}

/** Every function of a file by its key. Of two with one name the longer counts. */
export function functionsOf(source: Source): ReadonlyMap<string, Measured> {
  const found = new Map<string, Measured>();
  walk(source.tree, (node) => {
    if (!isFunctionLikeDeclaration(node) || isFrame(node)) return;
    const key = `${source.path} ${nameOf(node)}`;
    const lines = linesOf(node.getText());
    if (lines <= (found.get(key)?.lines ?? 0)) return;
    found.set(key, { file: source.path, line: lineOf(node), lines, max: FUNCTION_LINES_MAX });
  });
  return found;
}

function measure(house: House): ReadonlyMap<string, Measured> {
  const all = new Map<string, Measured>();
  for (const source of house.sources.values()) {
    all.set(source.path, { file: source.path, lines: linesOf(source.text), max: FILE_LINES_MAX });
    for (const [key, measured] of functionsOf(source)) all.set(key, measured);
  }
  return all;
}

function compare(key: string, measured: Measured, entry: number | undefined): Finding | undefined {
  const { file, line, lines, max } = measured;
  const place = line === undefined ? { file } : { file, line };
  const what = key === file ? "the file" : key.slice(file.length + 1);
  if (entry === undefined) {
    if (lines <= max) return undefined;
    return {
      ...place,
      message: `${what} has ${lines} lines, ${max} are allowed; split it by what its parts are for`,
    };
  }
  if (lines <= max)
    return { file: RATCHET, message: `"${key}" needs no exception any more (${lines}); take it out` };
  if (lines < entry)
    return { file: RATCHET, message: `"${key}" has ${lines} lines now; lower ${entry} to ${lines}` };
  if (lines === entry) return undefined;
  return { ...place, message: `${what} grew from ${entry} to ${lines} lines; it may only shrink, split it` };
}

/** Nothing is too long, or what is gets shorter. */
export const length: Rule = {
  name: "length",
  check(house) {
    const ratchet = json<Record<string, number>>(house.files, RATCHET);
    const all = measure(house);
    const found = [...all].map(([key, measured]) => compare(key, measured, ratchet[key]));
    const gone = Object.keys(ratchet)
      .filter((key) => !all.has(key))
      .map((key): Finding => ({ file: RATCHET, message: `"${key}" is no more; take it out` }));
    return [...found.filter((each) => each !== undefined), ...gone];
  },
};
