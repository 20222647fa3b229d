// What we do not write, and what we write instead: bans that a syntax tree can tell.
import {
  isAsExpression,
  isEnumDeclaration,
  isExportAssignment,
  isExportSpecifier,
  isFunctionLikeDeclaration,
  isIdentifier,
  isImportDeclaration,
  isNewExpression,
  isPropertyAccessExpression,
  isStringLiteral,
  type Node,
  SyntaxKind,
} from "typescript/unstable/ast";
import { type Ban, findBanned, inPackages } from "../banned.ts";
import type { Rule } from "../house.ts";
import { calls, isMemberOf, refersTo, walk } from "../syntax.ts";

/** Who may use Node's Buffer: those that live under Node only. */
const BUFFER = ["cli", "lab", "storage", "p2p"];
const BUFFER_FILES = ["packages/primitives/src/platform/node", "packages/crypto/src/node/"];

const MOCHA = ["describe", "context", "suite", "it", "specify", "test"];
const PENDING = ["xdescribe", "xcontext", "xit", "xspecify"];

function inHouse(path: string): boolean {
  return path.startsWith("packages/") || path.startsWith("test/");
}

/** What tools read, they read by the default export. */
function isForTools(path: string): boolean {
  return /^packages\/[^/]+\/[a-z]+\.config\.ts$/.test(path);
}

function inTests(path: string): boolean {
  return path.startsWith("test/");
}

function inProduction(path: string): boolean {
  return path.startsWith("packages/");
}

function isDefaultExport(node: Node): boolean {
  if (isExportAssignment(node)) return true;
  if (isExportSpecifier(node)) return node.name.text === "default";
  return node.kind === SyntaxKind.DefaultKeyword && node.parent.kind !== SyntaxKind.DefaultClause;
}

/** A promise that is kept by a timer and nothing else, or a call of what is called so. */
function isSleep(node: Node): boolean {
  if (calls(node, "sleep")) return true;
  if (isImportDeclaration(node) && isStringLiteral(node.moduleSpecifier)) {
    return node.moduleSpecifier.text === "node:timers/promises";
  }
  if (!isNewExpression(node) || !calls(node, "Promise")) return false;
  const executor = node.arguments?.[0];
  if (executor === undefined || !isFunctionLikeDeclaration(executor)) return false;
  const keep = executor.parameters[0]?.name;
  if (keep === undefined || !isIdentifier(keep)) return false;
  let kept = 0;
  let keptByTimer = 0;
  walk(executor, (inner) => {
    if (inner !== keep && refersTo(inner, [keep.text])) kept++;
    if (!calls(inner, "setTimeout")) return;
    walk(inner, (part) => {
      if (refersTo(part, [keep.text])) keptByTimer++;
    });
  });
  return keptByTimer > 0 && kept === keptByTimer;
}

const BANS: readonly Ban[] = [
  {
    what: "an enum",
    instead: "write a union of string literals",
    where: inHouse,
    is: isEnumDeclaration,
  },
  {
    what: "a bare Error",
    instead:
      "a bug of ours is an assert, a peer's or user's mistake a refused Result, a failing disk or socket a typed error with a code",
    where: inProduction,
    is: (node) => calls(node, "Error"),
  },
  {
    what: "a cast to any",
    instead: "name the type, or take `unknown` and check it",
    where: inHouse,
    is: (node) => isAsExpression(node) && node.type.kind === SyntaxKind.AnyKeyword,
  },
  {
    what: "a default export",
    instead: "export it by its name, so that it has one name everywhere",
    where: (path) => inHouse(path) && !isForTools(path),
    is: isDefaultExport,
  },
  {
    what: "require",
    instead: "write an import",
    where: inHouse,
    is: (node) => calls(node, "require"),
  },
  {
    what: "Buffer where browsers run the code too",
    instead: "use Uint8Array, and bytesToHex and hexToBytes of @witan/primitives",
    where: (path) =>
      inProduction(path) && !inPackages(path, BUFFER) && !BUFFER_FILES.some((file) => path.startsWith(file)),
    is: (node) => refersTo(node, ["Buffer"]),
  },
  {
    what: "console outside cli and lab",
    instead: "return what there is to say, or take a logger as a port",
    where: (path) => inProduction(path) && !inPackages(path, ["cli", "lab"]),
    is: (node) => refersTo(node, ["console"]),
  },
  {
    what: "a test that is left out, or alone",
    instead: "mend it or delete it; `npx mocha -g` runs one",
    where: inTests,
    is: (node) =>
      isMemberOf(node, MOCHA, ["skip", "only"]) ||
      refersTo(node, PENDING) ||
      (isPropertyAccessExpression(node) &&
        node.expression.kind === SyntaxKind.ThisKeyword &&
        node.name.text === "skip"),
  },
  {
    what: "a test that sleeps",
    instead: "wait for the thing itself: a promise, an event, a line of output; or move virtual time on",
    where: inTests,
    is: isSleep,
  },
];

/** Bans on syntax, each with its replacement. */
export const bannedCode: Rule = { name: "bans on code", check: (house) => findBanned(house, BANS) };
