// The log of a node that we started: a file that its standard error goes to, without a detour through this process, so that
// it stays whole when this process dies. The log of the run before is kept beside it; older ones are not.
import { closeSync, fstatSync, openSync, readSync, renameSync } from "node:fs";

const TAIL_BYTES = 16 * 1024;

/** Puts the log of an earlier run aside, and opens a new one for writing; returns the file descriptor. */
export function openLog(path: string): number {
  try {
    renameSync(path, previousLog(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  return openSync(path, "a", 0o600);
}

/** Where the log of the run before lies. */
export function previousLog(path: string): string {
  return `${path.replace(/\.log$/, "")}.previous.log`;
}

/** The last lines of a log; none where it can't be read. */
export function logTail(path: string, lines = 20): readonly string[] {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    return [];
  }
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
    const read = readSync(file, bytes, 0, bytes.length, Math.max(0, size - TAIL_BYTES));
    const text = bytes.subarray(0, read).toString("utf8").trimEnd();
    return text === "" ? [] : text.split("\n").slice(-lines);
  } finally {
    closeSync(file);
  }
}
