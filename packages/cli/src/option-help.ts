// What help says of an option: its choices and its default as people type them, without the quotes of JSON; none where there
// is none.
import type { Option } from "commander";

/** The line of an option in a help text, behind its flags. */
export function optionHelp(option: Option): string {
  const { description, argChoices, defaultValue, defaultValueDescription, required, optional } = option;
  const info: string[] = [];
  if (argChoices !== undefined) info.push(`one of ${argChoices.join(", ")}`);
  const isEmpty = defaultValue === undefined || `${defaultValue}` === "";
  if ((required || optional) && !isEmpty) info.push(`default: ${defaultValueDescription ?? defaultValue}`);
  return info.length === 0 ? description : `${description} (${info.join("; ")})`;
}
