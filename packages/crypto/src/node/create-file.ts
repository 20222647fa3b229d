// Creates a file whole or not at all, readable by its owner only, and never over another: for keys and for the
// signer guard. Written beside its place under a temporary name, made durable, then linked into place: a crash leaves
// either nothing or the whole file there (and perhaps a temporary file, which nothing reads).
import { randomBytes } from "node:crypto";
import { link, open, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { systemCode, withFileErrors } from "./file-error.ts";

const OWNER_ONLY = 0o600;

/**
 * Creates a file with mode 0600, durably.
 * @returns false, and changes nothing, if something of that name exists
 * @throws {FileError} if the file system fails
 */
export async function createFileExclusively(path: string, bytes: Uint8Array): Promise<boolean> {
  return withFileErrors("creating a file", path, async () => {
    const directory = dirname(path);
    const temporary = join(directory, `.${basename(path)}.${randomBytes(8).toString("hex")}.tmp`);
    try {
      await writeDurably(temporary, bytes);
      // link refuses to replace what is there; rename would replace it.
      await link(temporary, path);
    } catch (error) {
      await unlink(temporary).catch(() => {});
      if (systemCode(error) === "EEXIST") return false;
      throw error;
    }
    await unlink(temporary);
    await syncDirectory(directory);
    return true;
  });
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "wx", OWNER_ONLY);
  try {
    await file.chmod(OWNER_ONLY);
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Without this the name of a new file may be lost in a crash, though its bytes are safe. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
