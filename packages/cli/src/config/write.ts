// Writes config.toml: every field with its help; what is said stands as it is, the rest as a comment with its default.
import { stringify, type TomlTable } from "smol-toml";
import { FIELDS, NAMED_FIELDS } from "./fields.ts";

/** What a configuration file says, by section and key; peers as TOML has them. */
export type ConfigValues = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The text of a configuration file. */
export function configText(values: ConfigValues): string {
  const lines = [
    "# The configuration of a Witan node. What is commented out holds by default.",
    "# `witan config check` says what holds and why; environment and flags come before this file.",
  ];
  for (const section of Object.keys(FIELDS)) {
    lines.push("", `[${section}]`);
    for (const { key, field } of NAMED_FIELDS.filter((one) => one.section === section)) {
      const value = values[section]?.[key];
      lines.push(`# ${field.help}`);
      lines.push(value === undefined ? `# ${assignment(key, field.fallback)}` : assignment(key, value));
    }
  }
  return `${lines.join("\n")}\n`;
}

function assignment(key: string, value: unknown): string {
  if (!isPeers(value)) return `${key} = ${inline(value)}`;
  // A line for each peer: they are what people edit.
  return `${key} = [\n${value.map((peer) => `  ${inline(peer)},`).join("\n")}\n]`;
}

function isPeers(value: unknown): value is readonly object[] {
  return Array.isArray(value) && typeof value[0] === "object";
}

/** A value on one line. */
function inline(value: unknown): string {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const fields = Object.entries(value).filter(([, one]) => one !== undefined);
    return `{ ${fields.map(([name, one]) => `${name} = ${inline(one)}`).join(", ")} }`;
  }
  return stringify({ value } as TomlTable)
    .replace(/^value = /, "")
    .trimEnd();
}
