// Files that people give to commands: reading text with a bound, writing new files whole or not at all, and failures in
// words.
import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { link, lstat, mkdir, open, rename, rm, unlink } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { makeFolder } from "@witan/crypto/node";
import { badInput, CommandFailure, EXIT } from "./exit.ts";

/** The largest file a command reads whole: a genesis of many members is far below. */
const FILE_BYTES_MAX = 64 * 1024 * 1024;
/** The reason of the failure for a larger one. */
export const TOO_LARGE = "file-too-large";

const INPUT_REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "a part of the path is a file, where a folder is expected",
  EISDIR: "it is a directory",
  EEXIST: "it exists, and is not overwritten: move it away, or choose another name",
  ELOOP: "its symbolic links lead in a circle",
  ENAMETOOLONG: "the name is too long",
};
const UNABLE_REASONS: Readonly<Record<string, string>> = {
  EACCES: "it may not be read or written by you: check its mode and owner",
  EPERM: "the system does not permit it: check its owner and the file system",
  EROFS: "the file system may only be read",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
};

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "UNKNOWN";
}

/** The failure of an operation on a file, in words. An error that no file system made is thrown on as it is. */
export function fileFailure(doing: string, path: string, error: unknown): CommandFailure {
  if (error instanceof CommandFailure) return error;
  if (!(error instanceof Error && "syscall" in error)) throw error;
  const code = codeOf(error);
  const exit = code in INPUT_REASONS ? EXIT.input : EXIT.unable;
  const reason = INPUT_REASONS[code] ?? UNABLE_REASONS[code] ?? code;
  return new CommandFailure(exit, "file", `${doing} ${path} failed: ${reason}`);
}

/** Reads a text file; `-` is standard input. What it reads is bounded, whatever the size of a file is said to be. */
export async function readText(path: string): Promise<string> {
  if (path === "-") return bounded("standard input", process.stdin);
  try {
    const file = await open(path, "r");
    try {
      return await bounded(path, file.createReadStream({ autoClose: false }));
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fileFailure("reading", path, error);
  }
}

async function bounded(name: string, source: AsyncIterable<Buffer | string>): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of source) {
    const bytes = Buffer.from(part);
    size += bytes.length;
    if (size > FILE_BYTES_MAX)
      throw badInput(TOO_LARGE, `${name} has more than ${FILE_BYTES_MAX} bytes, the most that is read`);
    parts.push(bytes);
  }
  return Buffer.concat(parts).toString("utf8");
}

/** Makes the folder that a new file goes into, and those above it, if they are not there. */
export async function makeFolderOf(path: string, mode = 0o777): Promise<void> {
  const folder = dirname(path);
  try {
    await makeFolder(folder, mode);
  } catch (error) {
    // mkdir says EEXIST where a file is in the place of the folder.
    const told = codeOf(error) === "EEXIST" ? Object.assign(error as Error, { code: "ENOTDIR" }) : error;
    if (codeOf(told) === "ENOENT")
      throw badInput(
        "file",
        `making the folder ${folder} failed: no folder can be made there: choose another`,
      );
    throw fileFailure("making the folder", folder, told);
  }
}

/** Writes a new text file, whole or not at all, in a folder made as needed; one that exists is kept. */
export function writeNewText(path: string, text: string, mode = 0o644): Promise<void> {
  // Linking refuses to replace what is there; renaming would replace it.
  return writeWhole(path, text, { mode, place: link });
}

/**
 * Writes what anybody can have again, whole or not at all, in a folder made as needed; a file that exists is replaced, and
 * nothing else: no device, no link.
 */
export async function writePublicText(path: string, text: string): Promise<void> {
  if ((await exists(path)) && !(await lstat(path)).isFile())
    throw badInput("file", `writing ${path} failed: it is there, and no plain file: choose another name`);
  return writeWhole(path, text, { mode: 0o644, place: rename });
}

/**
 * Writes what must be found again after a crash, whole or not at all, in a folder made as needed; a file that exists is
 * replaced. Durable, name and all, when it resolves.
 */
export async function replacePrivateText(path: string, text: string): Promise<void> {
  await makeFolderOf(path, 0o700);
  await writeWhole(path, text, { mode: 0o600, place: rename });
  try {
    const folder = await open(dirname(path), "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    throw fileFailure("writing", path, error);
  }
}

/** Reads the bytes of a file; `-` is standard input. More than `most` are refused, and not read. */
export async function readBytes(path: string, most: number): Promise<Uint8Array> {
  const source = path === "-" ? process.stdin : createReadStream(path);
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of source) {
      parts.push(Buffer.from(part));
      size += part.length;
      if (size > most) throw badInput(TOO_LARGE, `${path} has more than ${most} bytes, the most that fits`);
    }
  } catch (error) {
    throw fileFailure("reading", path, error);
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** Writes a file beside its place first, then puts it there. */
async function writeWhole(
  path: string,
  text: string,
  { mode, place }: { readonly mode: number; readonly place: (from: string, to: string) => Promise<void> },
): Promise<void> {
  await makeFolderOf(path);
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(8).toString("hex")}.tmp`);
  try {
    const file = await open(temporary, "wx", mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await place(temporary, path);
  } catch (error) {
    throw fileFailure("writing", path, error);
  } finally {
    await unlink(temporary).catch(() => {});
  }
}

/**
 * Makes sure that a new file can be written, before what goes into it is worked for. Makes no folder, and leaves nothing.
 * @throws {CommandFailure} it exists, its folder does not, or it may not be written there
 */
export async function checkNewFile(path: string): Promise<void> {
  if (await exists(path)) throw badInput("file", `writing ${path} failed: ${INPUT_REASONS["EEXIST"]}`);
  const folder = dirname(resolve(path));
  const beside = join(folder, `.${basename(path)}.${randomBytes(8).toString("hex")}.tmp`);
  try {
    await (await open(beside, "wx")).close();
    await unlink(beside);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw fileFailure("writing", path, error);
    // As /proc has it: the folder is there, and takes no files.
    const why = (await exists(folder))
      ? `the folder ${folder} takes no new files. Choose another`
      : `there is no folder ${folder}. Make it, or choose another`;
    throw badInput("file", `writing ${path} failed: ${why}`);
  }
}

/** Whether something of that name is there, whatever it is. */
export async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw fileFailure("reading", path, error);
  }
}

/** Refuses a folder that is to be made, if something of that name is there. */
export async function refuseExisting(path: string): Promise<void> {
  if (await exists(path))
    throw badInput("file", `making ${path} failed: it exists. Move it away, or choose another name`);
}

/**
 * Makes a folder beside its place (mode 0700), fills it, then puts it there: who stops halfway leaves no half folder that
 * looks like a whole one.
 */
export async function makeWholeFolder(path: string, fill: (folder: string) => Promise<void>): Promise<void> {
  await refuseExisting(path);
  const place = resolve(path);
  const beside = join(dirname(place), `.${basename(place)}.${randomBytes(8).toString("hex")}.tmp`);
  await makeFolderOf(place);
  try {
    await mkdir(beside, { mode: 0o700 });
    await fill(beside);
    await rename(beside, place);
  } catch (error) {
    await rm(beside, { recursive: true, force: true });
    throw fileFailure("making", path, error);
  }
}
