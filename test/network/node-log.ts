// What nodes wrote to their logs, as JSON lines: gathered before a restart puts a log away.
import { readFileSync } from "node:fs";

/** A line of a node's log. */
export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** From here on a line is a warning (pino). */
const WARNING = 40;

/** The lines of a log; what is no JSON is shown as an error: it can only be a crash. */
export function readLog(file: string): readonly LogLine[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return [];
  }
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map(lineOf);
}

function lineOf(text: string): LogLine {
  try {
    const line = JSON.parse(text) as LogLine;
    if (typeof line.level === "number" && typeof line.msg === "string") return line;
  } catch {
    // Told below.
  }
  return { level: 60, msg: text };
}

/** Warnings and worse. */
export function isWarning({ level }: LogLine): boolean {
  return level >= WARNING;
}
