// The pure packages: no clock, timer, randomness, console, process or IO. The compiler refuses most of it, because
// they are compiled without the types of Node and browsers; the rest is in ECMAScript itself, and is banned here.
import {
  isBinaryExpression,
  isIdentifier,
  isModuleDeclaration,
  isPropertyAccessExpression,
  isStringLiteral,
  type Node,
  SyntaxKind,
} from "typescript/unstable/ast";
import { type Ban, findBanned, inPackages } from "../banned.ts";
import { type Compilation, type Finding, type House, json, type Rule } from "../house.ts";
import { join } from "../imports.ts";
import { isMemberOf, mentions, refersTo } from "../syntax.ts";

const PURE = ["primitives", "ledger", "mempool", "consensus"];

/** The only files of pure packages that know Node, and what they may take of it. */
const PLATFORM = [
  "packages/primitives/src/platform/node.ts",
  "packages/primitives/src/platform/node-types.d.ts",
];
const PLATFORM_MODULES = ["node:crypto", "node:buffer"];

/** The only one that puts anything into the global object, for as long as a call takes. */
const LENDS = "packages/primitives/src/platform/lend-buffer.ts";

/** What of Math is exact, or rounded the same way, on every machine. */
const EXACT_MATH = ["abs", "ceil", "clz32", "floor", "imul", "max", "min", "round", "sign", "sqrt", "trunc"];

const CLOCKS = ["Date", "performance"];
const TIMERS = [
  ...["setTimeout", "setInterval", "setImmediate", "clearTimeout", "clearInterval", "clearImmediate"],
  "queueMicrotask",
];
const WORLD = ["console", "process", "fetch", "globalThis", "window", "self", "eval"];
const COLLECTOR = ["WeakRef", "FinalizationRegistry"];
const RANDOMNESS = ["getRandomValues", "randomUUID", "randomBytes"];
const LOCALE = ["localeCompare", "toLocaleString", "toLocaleLowerCase", "toLocaleUpperCase"];

function where(path: string): boolean {
  return inPackages(path, PURE);
}

/** Whether a node reads a clock of the machine. */
export function isClock(node: Node): boolean {
  return refersTo(node, CLOCKS) && !isMemberOf(node.parent, ["Date"], ["parse"]);
}

/** Whether a node takes chance from the machine. */
export function isRandomness(node: Node): boolean {
  return mentions(node, RANDOMNESS);
}

/** Whether a node is in the words of a locale. */
export function isOfLocale(node: Node): boolean {
  return mentions(node, LOCALE) || refersTo(node, ["Intl"]);
}

/** Whether a node is a function of Math that chance or rounding makes another on another machine; powers of 2 are exact. */
export function isInexact(node: Node): boolean {
  if (isBinaryExpression(node))
    return node.operatorToken.kind === SyntaxKind.AsteriskAsteriskToken && !/^2n?$/.test(node.left.getText());
  if (!isIdentifier(node) || !refersTo(node, ["Math"])) return false;
  const { parent } = node;
  const member = isPropertyAccessExpression(parent) ? parent.name.text : undefined;
  return member === undefined || !(EXACT_MATH.includes(member) || /^[A-Z]/.test(member));
}

/** What to write instead of what is inexact. */
export const EXACT = `compute with integers; exact are ${EXACT_MATH.join(", ")}, and powers of 2`;

const BANS: readonly Ban[] = [
  {
    what: "a clock in a pure package",
    instead: "take the time as an argument (Timestamp, or a tick)",
    where,
    is: isClock,
  },
  {
    what: "a timer in a pure package",
    instead: "count ticks, or return an effect for the host to carry out",
    where,
    is: (node) => refersTo(node, TIMERS),
  },
  {
    what: "the outer world in a pure package",
    instead: "take a port as an argument, or return a value; a pure package does not log",
    where: (path) => where(path) && path !== LENDS,
    is: (node) => refersTo(node, WORLD),
  },
  {
    what: "a look at the garbage collector in a pure package",
    instead: "keep what is needed in a Map with a bound",
    where,
    is: (node) => refersTo(node, COLLECTOR),
  },
  {
    what: "randomness in a pure package",
    instead: "take the random bytes as an argument",
    where,
    is: isRandomness,
  },
  {
    what: "a locale in a pure package",
    instead: "compare with < and >, and format in the cli or the explorer",
    where,
    is: isOfLocale,
  },
  {
    what: "a function of Math that differs between machines, or is random",
    instead: EXACT,
    where,
    is: isInexact,
  },
  {
    what: "declarations of Node in a pure package",
    instead: `only ${PLATFORM[1]} declares, and only ${PLATFORM_MODULES.join(" and ")}`,
    where,
    is: (node) => {
      if (!isModuleDeclaration(node) || !isStringLiteral(node.name)) return false;
      const file = node.getSourceFile().fileName;
      return (
        !PLATFORM.some((path) => file.endsWith(`/${path}`)) || !PLATFORM_MODULES.includes(node.name.text)
      );
    },
  },
];

function checkImports(house: House): readonly Finding[] {
  const found: Finding[] = [];
  for (const { path, imports, tree } of house.sources.values()) {
    if (!where(path)) continue;
    for (const { specifier, line } of imports) {
      if (!specifier.startsWith("node:")) continue;
      if (PLATFORM.includes(path) && PLATFORM_MODULES.includes(specifier)) continue;
      const message = `${specifier} in a pure package; take what it gives as an argument (a port)`;
      found.push({ file: path, line, message });
    }
    const references = [
      ...tree.referencedFiles,
      ...tree.typeReferenceDirectives,
      ...tree.libReferenceDirectives,
    ];
    for (const { fileName, pos } of references) {
      const message = `a /// reference to ${fileName} brings in what the compiler keeps out here; take it out`;
      found.push({ file: path, line: tree.getLineAndCharacterOfPosition(pos).line + 1, message });
    }
  }
  return found;
}

/** An option of a tsconfig.json, from the nearest file of its `extends` that sets it. */
function option(house: House, path: string, name: "types" | "lib"): readonly string[] | undefined {
  const configuration = json<Compilation>(house.files, path);
  const own = configuration.compilerOptions?.[name];
  if (own !== undefined || configuration.extends === undefined) return own;
  return option(house, join(path, configuration.extends), name);
}

function checkCompilation(house: House): readonly Finding[] {
  return PURE.filter((name) => house.packages.has(name)).flatMap((name) => {
    const file = `packages/${name}/tsconfig.json`;
    const found: Finding[] = [];
    if (option(house, file, "types")?.length !== 0) {
      found.push({ file, message: 'must compile with "types": [], so that Node\'s globals are errors' });
    }
    const lib = option(house, file, "lib");
    if (lib?.length !== 1 || lib[0]?.toUpperCase() !== "ES2023") {
      found.push({
        file,
        message: 'must compile with "lib": ["ES2023"], so that the globals of browsers are errors',
      });
    }
    return found;
  });
}

/** primitives, ledger, mempool and consensus depend on their arguments alone. */
export const purity: Rule = {
  name: "pure packages",
  check: (house) => [...findBanned(house, BANS), ...checkImports(house), ...checkCompilation(house)],
};
