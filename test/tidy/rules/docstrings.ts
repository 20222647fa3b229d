// Everything that a door of a package gives away has a docstring directly above its declaration.
import {
  getLeadingCommentRanges,
  isExportDeclaration,
  isIdentifier,
  isImportDeclaration,
  isNamedExports,
  isNamedImports,
  isStringLiteral,
  isVariableStatement,
  type Node,
  type Statement,
  SyntaxKind,
} from "typescript/unstable/ast";
import { type Finding, type House, lineOf, type Rule, type Source } from "../house.ts";
import { targetsOf } from "../imports.ts";
import { doorsOf } from "./dead-files.ts";

interface Declared {
  readonly source: Source;
  readonly statement: Statement;
}

/** The sources of the same package that a `from "…"` names; none for those of others, who document their own. */
function sourcesFrom(house: House, source: Source, specifier: Node | undefined): readonly Source[] {
  if (specifier === undefined || !isStringLiteral(specifier)) return [];
  const wanted = { specifier: specifier.text, kind: "value", line: 0 } as const;
  return targetsOf(house, source, wanted).flatMap((path) => house.sources.get(path) ?? []);
}

/** The names that a top-level statement declares. */
function namesOf(statement: Statement): readonly string[] {
  if (isVariableStatement(statement)) {
    const names = statement.declarationList.declarations.map((each) => each.name);
    return names.flatMap((name) => (isIdentifier(name) ? [name.text] : []));
  }
  const { name } = statement as Statement & { readonly name?: Node };
  return name !== undefined && isIdentifier(name) ? [name.text] : [];
}

function isExported(statement: Statement): boolean {
  const { modifiers } = statement as Statement & { readonly modifiers?: readonly Node[] };
  return modifiers?.some((each) => each.kind === SyntaxKind.ExportKeyword) ?? false;
}

/** Where a name that is visible in `source` was declared: here, or where it was imported from. */
function declarationsOf(house: House, source: Source, name: string): readonly Declared[] {
  const found: Declared[] = [];
  for (const statement of source.tree.statements) {
    if (isImportDeclaration(statement)) {
      const bindings = statement.importClause?.namedBindings;
      if (bindings === undefined || !isNamedImports(bindings)) continue;
      const specifier = bindings.elements.find((each) => each.name.text === name);
      if (specifier === undefined) continue;
      const original = (specifier.propertyName ?? specifier.name).text;
      for (const from of sourcesFrom(house, source, statement.moduleSpecifier)) {
        found.push(...(exportsOf(house, from).get(original) ?? []));
      }
    } else if (namesOf(statement).includes(name)) {
      found.push({ source, statement });
    }
  }
  return found;
}

/** What a file exports: each name with its declarations, however often it was passed on. */
export function exportsOf(house: House, source: Source): ReadonlyMap<string, readonly Declared[]> {
  const found = new Map<string, readonly Declared[]>();
  for (const statement of source.tree.statements) {
    if (!isExportDeclaration(statement)) {
      if (!isExported(statement)) continue;
      for (const name of namesOf(statement)) {
        found.set(name, [...(found.get(name) ?? []), { source, statement }]);
      }
      continue;
    }
    const from = sourcesFrom(house, source, statement.moduleSpecifier).map((each) => exportsOf(house, each));
    const clause = statement.exportClause;
    if (clause !== undefined && isNamedExports(clause)) {
      for (const each of clause.elements) {
        const original = (each.propertyName ?? each.name).text;
        const declared =
          statement.moduleSpecifier === undefined
            ? declarationsOf(house, source, original)
            : from.flatMap((names) => names.get(original) ?? []);
        found.set(each.name.text, declared);
      }
    } else {
      // `export *`, and `export * as name`, whose members are given away just as well.
      for (const [name, declared] of from.flatMap((names) => [...names])) {
        if (!found.has(name)) found.set(name, declared);
      }
    }
  }
  return found;
}

/** Whether a comment that begins with two stars, and says something, stands above without an empty line between. */
export function hasDocstring({ source, statement }: Declared): boolean {
  const start = statement.getStart(source.tree);
  return (getLeadingCommentRanges(source.text, statement.pos) ?? []).some(({ pos, end }) => {
    const comment = source.text.slice(pos, end);
    const isFilled = /^\/\*\*[^/]/.test(comment) && /[\p{L}\d]/u.test(comment);
    return isFilled && !/\n[ \t\r]*\n/.test(source.text.slice(end, start));
  });
}

/** Overloads of a function share the docstring of the first. */
function withoutOverloads(declared: readonly Declared[]): readonly Declared[] {
  const functions = declared.filter(({ statement }) => statement.kind === SyntaxKind.FunctionDeclaration);
  return declared.filter((each) => !functions.slice(1).includes(each));
}

/** Every public name has a docstring. */
export const docstrings: Rule = {
  name: "docstrings",
  check(house) {
    const found = new Map<Statement, Finding>();
    for (const pack of house.packages.values()) {
      for (const door of doorsOf(pack)) {
        for (const [name, declared] of exportsOf(house, door)) {
          for (const each of withoutOverloads(declared)) {
            if (hasDocstring(each)) continue;
            const message = `${name} is public but has no docstring; say above it what it means, with units and errors`;
            found.set(each.statement, { file: each.source.path, line: lineOf(each.statement), message });
          }
        }
      }
    }
    return [...found.values()];
  },
};
