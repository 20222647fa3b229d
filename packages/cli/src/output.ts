// What a command prints: for people by default, JSON lines on standard output with `--json`.
import type { Json } from "@witan/ledger";
import type { CommandFailure, FieldProblem } from "./exit.ts";

/** Where a command prints. */
export interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/**
 * A text as a terminal may have it: what would move its cursor, colour it, or turn the direction of writing is shown as
 * an escape, not done. Texts come from files that others wrote.
 */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** Prints a result: as one line of JSON, or as the lines for people. */
export function printResult(
  streams: Streams,
  json: boolean,
  result: Json,
  lines: () => readonly string[],
): void {
  if (json) streams.out(`${JSON.stringify(result)}\n`);
  else streams.out(`${lines().map(printable).join("\n")}\n`);
}

/** Prints a failure: on standard error for people, as the last line of standard output with `--json`. */
export function printFailure(streams: Streams, json: boolean, failure: CommandFailure): void {
  const { exitCode, reason, message, problems } = failure;
  if (json) {
    const details = problems.length > 0 ? { problems } : {};
    streams.out(`${JSON.stringify({ error: { code: exitCode, reason, message, ...details } })}\n`);
    return;
  }
  streams.err(`witan: ${printable(message)}\n`);
  for (const problem of problems) streams.err(`${printable(problemText(problem))}\n`);
}

/** A mistake in a field as a line below the message. */
export function problemText({ field, found, expected, source }: FieldProblem): string {
  const where = [field, source === undefined ? "" : `(${source})`].filter((part) => part !== "").join(" ");
  return `  ${where}${where === "" ? "" : ": "}found ${found}, expected ${expected}`;
}

/** Lines of `name  value`, the values aligned. */
export function table(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
}
