// Reading a file that holds a secret: only one that nobody but its owner can reach, and no more of it than such a file has.
// Must never quote what it reads.
import { constants, open } from "node:fs/promises";
import { type Refusal, refuse } from "@witan/primitives";
import { systemCode, withFileErrors } from "./file-error.ts";
import { KEY_FILE_BYTES_MAX, type MalformedKeyFile, malformed } from "./key-file-format.ts";

/** Why a file with a secret can't be read. */
export type SecretFileFault = MalformedKeyFile | Refusal<"missing" | "permissions">;

/**
 * Reads a file with a secret, and parses it. Codes: `missing`, `permissions` (group or others may reach it; the detail says
 * what to do), `malformed`.
 * @throws {FileError} if the file system fails
 */
export async function readSecretFile<T>(
  path: string,
  parse: (text: string) => { readonly ok: true; readonly value: T } | MalformedKeyFile,
): Promise<{ readonly ok: true; readonly value: T } | SecretFileFault> {
  return withFileErrors("reading a key file", path, async () => {
    // Non-blocking: a pipe of that name must not make us wait for a writer.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error) => {
      if (systemCode(error) === "ENOENT") return undefined;
      throw error;
    });
    if (file === undefined) return refuse("missing", `${path} does not exist`);
    try {
      const stats = await file.stat();
      const { mode, size } = stats;
      if (!stats.isFile()) return malformed("file", "something else", "a regular file");
      if ((mode & 0o077) !== 0) {
        const found = (mode & 0o777).toString(8);
        return refuse("permissions", `others can reach ${path} (mode ${found}): run chmod 600 ${path}`);
      }
      if (size > KEY_FILE_BYTES_MAX)
        return malformed("file", `${size} bytes`, `at most ${KEY_FILE_BYTES_MAX}`);
      return parse(await file.readFile("utf8"));
    } finally {
      await file.close();
    }
  });
}
