// The configuration as options of a command: one flag for each field of the table.
import { type Command, Option } from "commander";
import { NAMED_FIELDS } from "./fields.ts";

function optionOf({ flag, field }: (typeof NAMED_FIELDS)[number]): Option {
  const fallback = Array.isArray(field.fallback) ? field.fallback.join(",") : String(field.fallback);
  const otherwise = fallback === "" ? "" : ` (unless configured: ${fallback})`;
  return new Option(`${flag} <${field.valueName}>`, `${field.help}${otherwise}`).helpGroup("Configuration:");
}

/** Adds a flag for each field of the configuration. */
export function addConfigOptions(command: Command): void {
  for (const field of NAMED_FIELDS) command.addOption(optionOf(field));
}

/** What a command's options say of the configuration, by the field's name: for `loadConfig`. */
export function configFlags(options: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const said: Record<string, string> = {};
  for (const field of NAMED_FIELDS) {
    const value = options[optionOf(field).attributeName()];
    if (typeof value === "string") said[field.name] = value;
  }
  return said;
}
