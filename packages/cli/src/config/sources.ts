// Where the values of a configuration come from: defaults, config.toml, the environment, flags; a later one replaces an
// earlier one. Says who said what, and which names nobody knows. Judges no value.
import { parse, TomlError } from "smol-toml";
import type { FieldProblem } from "../exit.ts";
import { FIELDS, NAMED_FIELDS, type NamedField } from "./fields.ts";
import { nearest } from "./nearest.ts";
import { shown } from "./shown.ts";
import { linesOf } from "./toml-lines.ts";

/** A value as it was given. */
export interface Given {
  readonly value: unknown;
  /** For people: `default`, `config.toml:3`, `WITAN_RPC_LISTEN`, `--rpc-listen`. */
  readonly source: string;
  /** The folder that relative paths start from. */
  readonly base: string;
}

/** What there is to read. */
export interface SourceTexts {
  readonly home: string;
  /** Of config.toml and its name for people; undefined: there is none. */
  readonly file: { readonly text: string; readonly name: string; readonly folder: string } | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** By the field's name, as `rpc.listen`. */
  readonly flags: Readonly<Record<string, string>>;
  /** The folder that relative paths of variables and flags start from. */
  readonly cwd: string;
}

/** The value of each field, and what is wrong with names and forms. */
export interface Collected {
  readonly given: ReadonlyMap<string, Given>;
  readonly problems: readonly FieldProblem[];
}

/** Collects what is said of every field. */
export function collect(texts: SourceTexts): Collected {
  const given = new Map<string, Given>();
  const problems: FieldProblem[] = [];
  for (const { name, field } of NAMED_FIELDS)
    given.set(name, { value: field.fallback, source: "default", base: texts.home });
  fromFile(texts, given, problems);
  fromEnvironment(texts, given, problems);
  for (const field of NAMED_FIELDS)
    fromText(field, texts.flags[field.name], { source: field.flag, base: texts.cwd }, given, problems);
  return { given, problems };
}

type Table = Readonly<Record<string, unknown>>;

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function fromFile({ file }: SourceTexts, given: Map<string, Given>, problems: FieldProblem[]): void {
  if (file === undefined) return;
  const read = parsed(file.text);
  if (!read.ok) {
    problems.push({ field: "", found: read.found, expected: "TOML", source: `${file.name}:${read.line}` });
    return;
  }
  const lines = linesOf(file.text);
  const sourceOf = (name: string): string => {
    const line = lines.get(name);
    return line === undefined ? file.name : `${file.name}:${line}`;
  };
  for (const [section, table] of Object.entries(read.table)) {
    const known = NAMED_FIELDS.filter((field) => field.section === section);
    if (known.length === 0) {
      problems.push(unknownName(section, Object.keys(FIELDS), sourceOf(section), isTable(table)));
    } else if (!isTable(table)) {
      const expected = `a table: [${section}]`;
      problems.push({ field: section, found: shown(table), expected, source: sourceOf(section) });
    } else {
      for (const [key, value] of Object.entries(table)) {
        const name = `${section}.${key}`;
        const isKnown = known.some((field) => field.key === key);
        if (isKnown) given.set(name, { value, source: sourceOf(name), base: file.folder });
        else
          problems.push(
            unknownName(
              name,
              known.map((field) => field.name),
              sourceOf(name),
              false,
            ),
          );
      }
    }
  }
}

type ParsedToml =
  | { readonly ok: true; readonly table: Table }
  | { readonly ok: false; readonly found: string; readonly line: number };

function parsed(text: string): ParsedToml {
  try {
    // A file deeper than any of ours is refused, not walked.
    return { ok: true, table: parse(text, { maxDepth: 8 }) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // Behind the first line stands an excerpt with a mark, made for a screen of its own.
    const [first = ""] = error.message.split("\n");
    return { ok: false, found: first.replace("Invalid TOML document: ", ""), line: error.line };
  }
}

function unknownName(
  name: string,
  known: readonly string[],
  source: string,
  isSection: boolean,
): FieldProblem {
  const last = name.slice(name.lastIndexOf(".") + 1);
  // The key of another section, or one that stands above all sections, was most likely put in the wrong place.
  const elsewhere = isSection ? undefined : NAMED_FIELDS.find((field) => field.key === last)?.name;
  const meant = elsewhere ?? nearest(name, known);
  const found = isSection ? "a section of that name" : "a field of that name";
  return {
    field: name,
    found,
    expected: `no such ${isSection ? "section" : "field"}; the nearest is ${meant}`,
    source,
  };
}

/** What commands that ask a node read: no setting of one. */
const OF_COMMANDS: readonly string[] = ["WITAN_RPC_TOKEN"];

function fromEnvironment(texts: SourceTexts, given: Map<string, Given>, problems: FieldProblem[]): void {
  const variables = NAMED_FIELDS.map((field) => field.variable);
  const known = [...variables, ...OF_COMMANDS];
  for (const variable of Object.keys(texts.env).sort()) {
    const isOurs = Object.keys(FIELDS).some((section) =>
      variable.startsWith(`WITAN_${section.toUpperCase()}_`),
    );
    if (!isOurs || known.includes(variable) || texts.env[variable] === undefined) continue;
    const expected = `no such variable; the nearest is ${nearest(variable, variables)}`;
    problems.push({ field: variable, found: "a variable of that name", expected, source: "the environment" });
  }
  for (const field of NAMED_FIELDS) {
    const source = { source: field.variable, base: texts.cwd };
    fromText(field, texts.env[field.variable], source, given, problems);
  }
}

function fromText(
  { name, field }: NamedField,
  text: string | undefined,
  source: Omit<Given, "value">,
  given: Map<string, Given>,
  problems: FieldProblem[],
): void {
  if (text === undefined) return;
  const value = field.read(text);
  if (value !== undefined) given.set(name, { value, ...source });
  else problems.push({ field: name, found: shown(text), expected: field.valueName, source: source.source });
}
