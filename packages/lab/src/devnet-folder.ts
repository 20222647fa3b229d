// The folder of a devnet: made whole or not at all, marked as a devnet's own, used by one devnet at a time. What does not
// bear the mark is never removed.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { makeFolder } from "@witan/crypto/node";
import { type FolderLock, heldLock, isLockName, lockFolder, lockNewFolder } from "./folder-lock.ts";
import { LabFailure } from "./lab-failure.ts";
import { NETWORK_LIST, readNetwork } from "./network-files.ts";
import { type NetworkShape, readShape, shapeDifference, shapeOf, type WantedShape } from "./network-shape.ts";
import { isAlive } from "./process-usage.ts";

const MARK = "devnet.json";
const MADE_BY = "witan devnet";

/** How a devnet's folder is opened. */
export interface DevnetFolderOptions {
  readonly folder: string;
  /** What is asked for. What is left out: as the folder has it, or as usual. */
  readonly wanted: WantedShape;
  /** Start over: the network that is there is removed first. */
  readonly fresh: boolean;
  /** Told of the folder of a network that is there, before anything in it is used or removed; may refuse by throwing. */
  readonly mayUse?: (folder: string) => Promise<void>;
  /** Told what a new network would be, before anything is made or removed for it; may refuse by throwing. */
  readonly mayMake?: (shape: NetworkShape) => Promise<void>;
  /** Ends a wait for nodes of a devnet that is gone. */
  readonly signal?: AbortSignal;
  /** Makes the network's files in a folder that is not there yet. */
  readonly create: (folder: string, settings: NetworkShape) => Promise<void>;
}

/** A devnet's folder that this process holds. */
export interface DevnetFolder {
  readonly path: string;
  readonly settings: NetworkShape;
  /** Whether the network was made just now. */
  readonly created: boolean;
  readonly lock: FolderLock;
}

/**
 * Opens a devnet's folder: makes its network where there is none, starts over if asked to, and takes the lock.
 * @throws {LabFailure} `folder-not-ours`, `folder-in-use`, `folder-differs`, `folder-damaged`, `folder-not-made`; what
 * `mayUse`, `mayMake` and `create` throw
 */
export async function openDevnetFolder(options: DevnetFolderOptions): Promise<DevnetFolder> {
  const path = realPathOf(resolve(options.folder));
  const found = existsSync(path) ? foundIn(path) : "nothing";
  if (found === "nothing") return createFolder(path, options, () => {});
  if (found === "damaged") refuseDamaged(path, options.fresh);
  const lock = await lockFolder(path, options.signal);
  const away = aside(path, "old");
  try {
    sweep(path);
    await options.mayUse?.(path);
    if (options.fresh || found === "damaged") {
      // Out of the way in one step, and not before there is another: half a removed network is nobody's network.
      const created = await createFolder(path, options, () => renameSync(path, away));
      rmSync(away, { recursive: true, force: true });
      return created;
    }
    checkSettings(path, found, options.wanted);
    return { path, settings: found, created: false, lock };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** The path with links followed: a folder is put in place and out of it by renaming, which would rename the link. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** The name under which a folder is made, or removed, beside its place. */
function aside(path: string, what: "new" | "old"): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.${what}`);
}

/** Removes what devnets of this folder left behind that were killed in the middle of making or removing it. */
function sweep(path: string): void {
  const start = `.${basename(path)}.`;
  for (const name of readdirSync(dirname(path))) {
    const pid = name.startsWith(start)
      ? /^(\d+)\.(?:new|old)$/.exec(name.slice(start.length))?.[1]
      : undefined;
    if (pid === undefined || isAlive({ pid: Number(pid), started: "" })) continue;
    rmSync(join(dirname(path), name), { recursive: true, force: true });
  }
}

function foundIn(path: string): "nothing" | "damaged" | NetworkShape {
  let names: readonly string[];
  try {
    names = readdirSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return "nothing";
    if (code === "ENOTDIR") throw notOurs(path, "is a file");
    throw error;
  }
  if (names.length === 0) return "nothing";
  if (!names.includes(MARK)) throw notOurs(path, "holds something else");
  return settingsIn(join(path, MARK));
}

function notOurs(path: string, what: string): LabFailure {
  const message = `${path} ${what}: no devnet made it, so it is left alone; choose another --dir, or move it away`;
  return new LabFailure("folder-not-ours", message, { fault: "input" });
}

/** What the mark says; `damaged` if it is not as a devnet of this version writes it. */
function settingsIn(mark: string): "damaged" | NetworkShape {
  try {
    const found = JSON.parse(readFileSync(mark, "utf8"));
    const shape = found?.madeBy === MADE_BY ? readShape(found) : undefined;
    if (shape !== undefined) return shape;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return "damaged";
}

/** Refuses a folder whose mark is damaged, unless it is to be removed, and holds nothing but what a devnet makes. */
function refuseDamaged(path: string, fresh: boolean): void {
  const what = `${join(path, MARK)} is not as a devnet of this version writes it`;
  if (!fresh) throw new LabFailure("folder-damaged", `${what}: --fresh starts over, or choose another --dir`);
  const other = readdirSync(path).find((name) => !madeByDevnet(path).has(name) && !isLockName(name));
  if (other !== undefined)
    throw new LabFailure(
      "folder-damaged",
      `${what}, and no devnet made ${other} in there, so --fresh leaves all as it is: choose another --dir, or remove ${path} yourself`,
    );
}

/** The names of what a devnet makes in its folder, besides locks. */
function madeByDevnet(path: string): ReadonlySet<string> {
  try {
    return new Set([MARK, NETWORK_LIST, ...readNetwork(path).nodes.map(({ home }) => home)]);
  } catch (error) {
    if (error instanceof LabFailure) return new Set([MARK]);
    throw error;
  }
}

function checkSettings(path: string, has: NetworkShape, wanted: WantedShape): void {
  const difference = shapeDifference(has, wanted);
  if (difference === undefined) return;
  throw new LabFailure(
    "folder-differs",
    `the network in ${path} ${difference.has}, not ${difference.wanted}: leave ${difference.options} out to go on with it, ` +
      "start over with --fresh, or choose another --dir",
    { fault: "input" },
  );
}

async function createFolder(
  path: string,
  options: DevnetFolderOptions,
  clearPlace: () => void,
): Promise<DevnetFolder> {
  const { wanted, mayMake, create } = options;
  const settings = shapeOf(wanted);
  await mayMake?.(settings);
  await makeFolder(dirname(path)).catch((error: unknown) => refuseMaking(path, error));
  sweep(path);
  const making = aside(path, "new");
  tryMaking(path, making);
  try {
    await create(making, settings);
    writeFileSync(join(making, MARK), `${JSON.stringify({ madeBy: MADE_BY, ...settings }, undefined, 2)}\n`);
    lockNewFolder(making);
    clearPlace();
    put(making, path);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  return { path, settings, created: true, lock: heldLock(path) };
}

/** Makes sure that a folder can be made there at all: told by its own name, and not by the one that it is made under. */
function tryMaking(path: string, making: string): void {
  try {
    mkdirSync(making);
    rmdirSync(making);
  } catch (error) {
    refuseMaking(path, error);
  }
}

function refuseMaking(path: string, error: unknown): never {
  const { code = "" } = error as NodeJS.ErrnoException;
  throw new LabFailure(
    "folder-not-made",
    `${path} can't be made: ${dirname(path)} takes no new folders (${code}); choose another --dir`,
    { fault: "input" },
  );
}

/** Puts a folder in its place. Renaming replaces an empty folder, and refuses any other. */
function put(making: string, path: string): void {
  try {
    renameSync(making, path);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (!["ENOTEMPTY", "EEXIST", "ENOTDIR"].includes(code)) throw error;
    const message = `${path} was made by someone else at the same moment: run again to go on with it`;
    throw new LabFailure("folder-in-use", message);
  }
}
