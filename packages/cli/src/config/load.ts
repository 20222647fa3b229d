// The configuration of a node: collected, checked once with all that must hold between fields, frozen. Every problem is told
// at once, with field, found, expected, and who said it.
import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { Json } from "@witan/ledger";
import { badInput, type FieldProblem } from "../exit.ts";
import { fileFailure, readText } from "../files.ts";
import { FIELDS, NAMED_FIELDS, type NamedField, type NodeConfig } from "./fields.ts";
import { brokenRelations } from "./relations.ts";
import { shown } from "./shown.ts";
import { collect, type Given } from "./sources.ts";

/** The name of a node's configuration in its home. */
export const CONFIG_FILE = "config.toml";

/** What a configuration is made of. */
export interface ConfigInput {
  /** The node's folder; or a configuration file by another name, in the node's folder. */
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** By the field's name, as `rpc.listen`: see `configFlags`. */
  readonly flags: Readonly<Record<string, string>>;
  /** What relative paths in flags and variables start from; the process's folder unless given. */
  readonly cwd?: string;
}

/** What holds for one field, and who said it. */
export interface Setting {
  readonly field: string;
  readonly value: Json;
  /** `default`, `config.toml:3`, `WITAN_RPC_LISTEN` or `--rpc-listen`. */
  readonly source: string;
}

/** A configuration that holds. */
export interface LoadedConfig {
  readonly config: NodeConfig;
  readonly settings: readonly Setting[];
}

/**
 * Loads the configuration of a node: defaults, then config.toml, then the environment, then flags.
 * @throws {CommandFailure} `config-invalid` (2) with every problem; `file` where the home can't be read
 */
export async function loadConfig(input: ConfigInput): Promise<LoadedConfig> {
  const { home, file } = await fileOf(input.home);
  const { env, flags, cwd = process.cwd() } = input;
  const collected = collect({ home, file, env, flags, cwd });
  const problems = [...collected.problems];
  const values = new Map<string, unknown>();
  for (const field of NAMED_FIELDS) {
    const given = collected.given.get(field.name) as Given;
    const checked = field.field.schema.safeParse(given.value, { reportInput: true });
    if (checked.success)
      values.set(field.name, field.field.isPath ? absolute(checked.data, given.base) : checked.data);
    else problems.push(...checked.error.issues.map((issue) => problemOf(field, given.source, issue)));
  }
  // Relations are judged only where every field holds: what is missing would be told as something else.
  if (values.size === NAMED_FIELDS.length) {
    const config = built(home, values);
    for (const broken of brokenRelations(config)) {
      const [name = ""] = broken.field.split("[");
      problems.push({ ...broken, source: collected.given.get(name)?.source ?? "" });
    }
    if (problems.length === 0) return { config, settings: settingsOf(collected.given) };
  }
  const count = problems.length === 1 ? "a mistake" : `${problems.length} mistakes`;
  throw badInput("config-invalid", `the configuration of ${input.home} has ${count}`, problems);
}

async function fileOf(given: string) {
  const path = resolve(given);
  try {
    if ((await stat(path)).isDirectory()) {
      const text = await readFile(join(path, CONFIG_FILE), "utf8").catch(
        (error: Error & { code?: string }) => {
          // Every field has a default: a home may do without the file.
          if (error.code === "ENOENT") return undefined;
          throw error;
        },
      );
      return { home: path, file: text === undefined ? undefined : { text, name: CONFIG_FILE, folder: path } };
    }
  } catch (error) {
    const failure = fileFailure("reading the configuration of", given, error);
    if ((error as { readonly code?: string }).code !== "ENOENT") throw failure;
    const advice = "give the folder of a home; `witan network create` and `witan member create` make them";
    throw badInput(failure.reason, `${failure.message}: ${advice}`);
  }
  const folder = dirname(path);
  return { home: folder, file: { text: await readText(path), name: basename(path), folder } };
}

function absolute(value: unknown, base: string): unknown {
  if (Array.isArray(value)) return value.map((one) => absolute(one, base));
  return value === "" ? "" : resolve(base, String(value));
}

interface Issue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly input?: unknown;
}

function problemOf({ name }: NamedField, source: string, issue: Issue): FieldProblem {
  const field = issue.path.reduce<string>(
    (text, part) => (typeof part === "number" ? `${text}[${part}]` : `${text}.${String(part)}`),
    name,
  );
  const unknown = issue.code === "unrecognized_keys" && "keys" in issue ? String(issue.keys) : undefined;
  const found = unknown === undefined ? shown(issue.input) : `a field ${unknown}`;
  return { field, found, expected: issue.message, source };
}

function built(home: string, values: ReadonlyMap<string, unknown>): NodeConfig {
  const sections = Object.entries(FIELDS).map(([section, fields]) => {
    const entries = Object.keys(fields).map((key) => [key, frozen(values.get(`${section}.${key}`))]);
    return [section, Object.freeze(Object.fromEntries(entries))];
  });
  return Object.freeze({ home, ...Object.fromEntries(sections) }) as NodeConfig;
}

function frozen(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return Object.freeze(value.map((one) => (typeof one === "object" ? Object.freeze(one) : one)));
}

function settingsOf(given: ReadonlyMap<string, Given>): readonly Setting[] {
  return NAMED_FIELDS.map(({ name }) => {
    const { value, source } = given.get(name) as Given;
    return { field: name, value: value as Json, source };
  });
}
