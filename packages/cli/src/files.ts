// Files that people give to commands: reading text with a bound, and failures in words.
import { open, writeFile } from "node:fs/promises";
import { badInput, CommandFailure, EXIT } from "./exit.ts";

/** The largest file a command reads whole: a genesis of many members is far below. */
const FILE_BYTES_MAX = 64 * 1024 * 1024;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "it may not be read or written by you: check its mode and owner",
  EISDIR: "it is a directory",
  EEXIST: "it exists, and is not overwritten: move it away, or choose another name",
  ENOSPC: "the disk is full",
};

/** The failure of an operation on a file, in words. */
export function fileFailure(doing: string, path: string, error: unknown): CommandFailure {
  const code = error instanceof Error && "code" in error ? String(error.code) : "UNKNOWN";
  const exit = ["ENOENT", "EISDIR", "EEXIST"].includes(code) ? EXIT.input : EXIT.unable;
  return new CommandFailure(exit, "file", `${doing} ${path} failed: ${REASONS[code] ?? code}`);
}

/** Reads a text file; `-` is standard input. */
export async function readText(path: string): Promise<string> {
  if (path === "-") return readStandardInput();
  try {
    const file = await open(path, "r");
    try {
      const { size } = await file.stat();
      if (size > FILE_BYTES_MAX)
        throw badInput("file", `${path} has ${size} bytes, the most that is read is ${FILE_BYTES_MAX}`);
      return await file.readFile("utf8");
    } finally {
      await file.close();
    }
  } catch (error) {
    throw error instanceof CommandFailure ? error : fileFailure("reading", path, error);
  }
}

async function readStandardInput(): Promise<string> {
  let text = "";
  process.stdin.setEncoding("utf8");
  for await (const part of process.stdin) {
    text += part;
    if (text.length > FILE_BYTES_MAX) throw badInput("file", "too much on standard input");
  }
  return text;
}

/** Writes a new text file; one that exists is kept. */
export async function writeNewText(path: string, text: string, mode = 0o644): Promise<void> {
  try {
    await writeFile(path, text, { flag: "wx", mode });
  } catch (error) {
    throw fileFailure("writing", path, error);
  }
}
