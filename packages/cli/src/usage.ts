// Mistakes on the command line itself, which commander finds: named by stable reasons of our own.
import type { CommanderError } from "commander";
import { badInput, type CommandFailure } from "./exit.ts";

const REASONS: Readonly<Record<string, string>> = {
  "commander.unknownOption": "unknown-option",
  "commander.optionMissingArgument": "option-without-value",
  "commander.missingMandatoryOptionValue": "missing-option",
  "commander.conflictingOption": "conflicting-options",
  "commander.invalidArgument": "bad-argument",
  "commander.missingArgument": "missing-argument",
  "commander.excessArguments": "too-many-arguments",
  "commander.unknownCommand": "unknown-command",
};

/** The failure that commander's error is; undefined where nothing failed: help or the version was asked for. */
export function usageFailure(error: CommanderError): CommandFailure | undefined {
  if (error.exitCode === 0) return undefined;
  const reason = REASONS[error.code] ?? "bad-argument";
  if (reason === "missing-command")
    return badInput(reason, "a command is missing; --help shows what there is");
  return badInput(reason, error.message.replace(/^error: /, ""));
}
