// The directory of a database, looked at before LevelDB opens it. LevelDB would make an empty database over the remains
// of one whose CURRENT is gone, and go on silently without a log that is missing or damaged in its middle.
import { access, constants, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { foreignCode, RESTORE_ADVICE, StoreError, saidBy } from "../store-error.ts";
import { findLogDamage, type LogDamage } from "./log-check.ts";

const DATA = /^\d{6,}\.(?:ldb|sst|log)$/;
const LOG = /^\d{6,}\.log$/;
const MANIFEST = /^MANIFEST-\d{6,}$/;
/** What a database being made consists of before it holds anything, should that be cut short. */
const BEGUN = /^(?:LOCK|LOG|LOG\.old|MANIFEST-000001|000001\.dbtmp)$/;

/**
 * Makes sure that a directory holds a database whose files are all there, or (with `create`) nothing yet, and makes it.
 * @throws {StoreError} `missing`, `not-a-database`, `permission` or `damaged`
 */
export async function prepareDirectory(path: string, create: boolean): Promise<void> {
  const names = await list(path);
  if (names === undefined) {
    if (!create) throw new StoreError("missing", `there is no database at ${path}; check the path`, { path });
    await withPlace(path, () => mkdir(path, { recursive: true, mode: 0o700 }));
    return;
  }
  await withPlace(path, () => access(path, constants.R_OK | constants.W_OK | constants.X_OK));
  if (names.every((name) => BEGUN.test(name))) {
    if (create) return;
    throw new StoreError("missing", `there is no database in ${path}; check the path`, { path });
  }
  checkNames(path, names);
  for (const name of names.filter((one) => LOG.test(one))) await checkLog(join(path, name));
}

async function list(path: string): Promise<readonly string[] | undefined> {
  try {
    return await readdir(path);
  } catch (error) {
    if (foreignCode(error) === "ENOENT") return undefined;
    throw placed(path, error);
  }
}

/** @throws {StoreError} unless these can be the files of a whole database */
function checkNames(path: string, names: readonly string[]): void {
  const hasData = names.some((name) => DATA.test(name));
  const hasManifest = names.some((name) => MANIFEST.test(name));
  if (!names.includes("CURRENT")) {
    if (!hasData && !hasManifest) {
      const found = names.slice(0, 3).join(", ");
      throw new StoreError(
        "not-a-database",
        `${path} holds other files (${found}) and no database; name an empty or new directory`,
        { path },
      );
    }
    throw gone(path, "CURRENT");
  }
  if (!hasManifest) throw gone(path, "MANIFEST");
  // A database has a log from the moment it is made until it is removed.
  const isBegun = names.every((name) => BEGUN.test(name) || name === "CURRENT");
  if (!isBegun && !names.some((name) => LOG.test(name))) throw gone(path, "log");
}

function gone(path: string, what: string): StoreError {
  return new StoreError("damaged", `the database in ${path} lacks its ${what} file; ${RESTORE_ADVICE}`, {
    path,
  });
}

/**
 * Another process may have the database open, which LevelDB will say: what it is writing just now, or has removed since the
 * directory was listed, is no damage.
 */
async function checkLog(path: string): Promise<void> {
  const damage = (await logDamage(path)) && (await logDamage(path));
  if (damage === undefined) return;
  throw new StoreError(
    "damaged",
    `${path} is damaged at byte ${damage.offset}, with good records behind it: writes are lost; ${RESTORE_ADVICE}`,
    { path },
  );
}

async function logDamage(path: string): Promise<LogDamage | undefined> {
  try {
    return await findLogDamage(path);
  } catch (error) {
    if (foreignCode(error) === "ENOENT") return undefined;
    throw placed(path, error);
  }
}

async function withPlace<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw placed(path, error);
  }
}

const DENIED = ["EACCES", "EPERM", "EROFS"];

/** A failure of the file system at a path. */
function placed(path: string, error: unknown): StoreError {
  const code = foreignCode(error);
  if (code !== undefined && DENIED.includes(code)) return denied(path, error);
  if (code === "ENOTDIR" || code === "EEXIST")
    return new StoreError("not-a-database", `${path} is no directory (${code}); check the path`, { path });
  return new StoreError("read-failed", `${path} can't be read (${saidBy(error)}); check the disk`, {
    path,
    cause: error,
  });
}

function denied(path: string, cause: unknown): StoreError {
  return new StoreError(
    "permission",
    `no permission to read and write ${path} (${saidBy(cause)}); give it to the user that runs the node`,
    { path, cause },
  );
}

/** What LevelDB says when it can't open a database, as a typed error. */
export function openFailure(path: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const said = saidBy(error);
  const place = { path, cause: error };
  if (foreignCode(error) === "LEVEL_LOCKED")
    return new StoreError(
      "locked",
      `another process has the database in ${path} open; stop that node, or give this one a home of its own`,
      place,
    );
  if (/permission denied|read-only file system/i.test(said)) return denied(path, error);
  if (/no such file|corrupt|missing files|does not/i.test(said))
    return new StoreError(
      "damaged",
      `the database in ${path} is damaged (${said}); ${RESTORE_ADVICE}`,
      place,
    );
  return new StoreError(
    "read-failed",
    `the database in ${path} can't be opened (${said}); check the disk`,
    place,
  );
}
