// What a file asks for: its imports of every kind, and which files of the house they name.
import {
  type Expression,
  isCallExpression,
  isExportDeclaration,
  isExternalModuleReference,
  isIdentifier,
  isImportDeclaration,
  isImportEqualsDeclaration,
  isImportTypeNode,
  isLiteralTypeNode,
  isMetaProperty,
  isNewExpression,
  isNoSubstitutionTemplateLiteral,
  isStringLiteral,
  isTemplateHead,
  type Node,
  type NoSubstitutionTemplateLiteral,
  type SourceFile,
  type StringLiteral,
  SyntaxKind,
  type TemplateHead,
} from "typescript/unstable/ast";
import type { House, Source } from "./house.ts";
import { walk } from "./syntax.ts";

/** One import of a file. */
export interface Import {
  readonly specifier: string;
  /**
   * `value` and `dynamic` load the module; `type` vanishes when types are stripped; `url` is a file named by
   * `new URL(…, import.meta.url)`, as workers are.
   */
  readonly kind: "value" | "type" | "dynamic" | "url";
  readonly line: number;
}

/** Every import of a file, in order. */
export function importsOf(tree: SourceFile): readonly Import[] {
  const found: Import[] = [];
  const add = (node: Node | undefined, kind: Import["kind"]): void => {
    if (node === undefined || !isText(node)) return;
    const line = tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
    found.push({ specifier: node.text, kind, line });
  };
  walk(tree, (node) => {
    if (isImportDeclaration(node)) {
      // `import { type A }` still loads the module, so only `import type` counts as one of types.
      const type = node.importClause?.phaseModifier === SyntaxKind.TypeKeyword;
      add(node.moduleSpecifier, type ? "type" : "value");
    } else if (isExportDeclaration(node)) {
      add(node.moduleSpecifier, node.isTypeOnly ? "type" : "value");
    } else if (isImportTypeNode(node)) {
      if (isLiteralTypeNode(node.argument)) add(node.argument.literal, "type");
    } else if (isImportEqualsDeclaration(node)) {
      if (isExternalModuleReference(node.moduleReference)) add(node.moduleReference.expression, "value");
    } else if (isCallExpression(node) && node.expression.kind === SyntaxKind.ImportKeyword) {
      add(node.arguments[0], "dynamic");
    } else if (isNewExpression(node)) {
      const [what, base] = node.arguments ?? [];
      if (isUrlOfThisModule(node.expression, base) && what !== undefined) {
        walk(what, (part) => add(part, "url"));
      }
    }
  });
  return found;
}

function isText(node: Node): node is StringLiteral | NoSubstitutionTemplateLiteral | TemplateHead {
  return isStringLiteral(node) || isNoSubstitutionTemplateLiteral(node) || isTemplateHead(node);
}

function isUrlOfThisModule(callee: Expression, base: Node | undefined): boolean {
  if (!isIdentifier(callee) || callee.text !== "URL" || base === undefined) return false;
  let meta = false;
  walk(base, (node) => {
    if (isMetaProperty(node)) meta = true;
  });
  return meta;
}

/** Whether a specifier names a file by its place. */
export function isRelative(specifier: string): boolean {
  return specifier.startsWith("./") || specifier.startsWith("../") || specifier === "." || specifier === "..";
}

/** The package that a bare specifier names: `@scope/name` of `@scope/name/path`. */
export function packageNameOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** Whether an import names a package, not a file, a builtin of Node or an entry of the manifest's `imports`. */
export function isBare({ specifier, kind }: Import): boolean {
  return kind !== "url" && !isRelative(specifier) && !/^(?:node:|#|\/|[a-z]+:\/)/.test(specifier);
}

/** A path seen from the folder of `from`, without dots. Above the top it begins with `../`. */
export function join(from: string, relative: string): string {
  const parts = from.split("/").slice(0, -1);
  for (const part of relative.split("/")) {
    if (part === "." || part === "") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else parts.push(part);
  }
  return parts.join("/");
}

/** The files of the house that an import of `source` names: several, where `imports` of the manifest decides. */
export function targetsOf(house: House, source: Source, { specifier }: Import): readonly string[] {
  if (isRelative(specifier)) return existing(house, join(source.path, specifier));
  if (!specifier.startsWith("#") || source.packageName === undefined) return [];
  const pack = house.packages.get(source.packageName);
  if (pack === undefined) return [];
  const named = strings(pack.manifest.imports?.[specifier]);
  return [...new Set(named.flatMap((path) => existing(house, join(`${pack.folder}/package.json`, path))))];
}

/** The file at `path`, or the source that it is compiled from, or that an ending put on at run time makes of it. */
function existing(house: House, path: string): readonly string[] {
  const source = path.replace(/^(packages\/[^/]+)\/dist\//, "$1/src/");
  const stem = source.replace(/\.(?:[jt]sx?)?$/, "");
  const found = [path, source, `${stem}.ts`, `${stem}.tsx`, `${stem}.d.ts`].find((each) =>
    house.files.has(each),
  );
  return found === undefined ? [] : [found];
}

/** Every string inside a value of a manifest, however deep. */
export function strings(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(strings);
}
