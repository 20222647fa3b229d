// Who uses a folder: a file in it that names the process, and the nodes that process has started. A lock whose process is
// gone is taken over, once its nodes are gone too. Never takes over from a process that runs.
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LabFailure } from "./lab-failure.ts";
import { isAlive, markOf, type ProcessMark } from "./process-usage.ts";

const LOCK = "devnet.lock";
/** How long the nodes of a process that vanished may take to notice and end, in milliseconds. */
const NODES_END_MS = 10_000;
const POLL_MS = 20;

interface LockText {
  readonly holder: ProcessMark;
  readonly nodes: readonly ProcessMark[];
}

/** A folder that this process holds. */
export interface FolderLock {
  /** Writes down which processes work in the folder on our behalf: who comes after us waits for them to end. */
  note(pids: readonly number[]): void;
  /** Gives the folder back. */
  release(): void;
}

/** Whether a file of a devnet's folder is its lock, or what is written beside it for a moment. */
export function isLockName(name: string): boolean {
  return name === LOCK || name.startsWith(`${LOCK}.`);
}

/** Makes the lock of a folder that nobody else can see yet. */
export function lockNewFolder(folder: string): void {
  writeLock(join(folder, LOCK), { holder: markOf(process.pid), nodes: [] });
}

/** The lock that this process holds on a folder. */
export function heldLock(folder: string): FolderLock {
  const path = join(folder, LOCK);
  const holder = markOf(process.pid);
  return {
    note: (pids) => writeLock(path, { holder, nodes: pids.map(markOf) }),
    release: () => rmSync(path, { force: true }),
  };
}

/**
 * Takes the lock of a folder.
 * @param signal ends the wait for nodes of a process that is gone
 * @throws {LabFailure} `folder-in-use` if a process that runs has it, or nodes of one that is gone do not end; `stopped`
 */
export async function lockFolder(folder: string, signal?: AbortSignal): Promise<FolderLock> {
  const path = join(folder, LOCK);
  const mine = `${path}.${process.pid}`;
  writeLock(mine, { holder: markOf(process.pid), nodes: [] });
  try {
    while (!linked(mine, path)) {
      const found = readLock(path);
      if (found === undefined) continue; // given back just now
      if (isAlive(found.lock.holder))
        throw new LabFailure(
          "folder-in-use",
          `${folder} is used by a devnet that runs, process ${found.lock.holder.pid}: stop that one, or choose another --dir`,
          { fault: "unable" },
        );
      await untilGone(folder, found.lock.nodes, signal);
      takeAway(path, found.text);
    }
    return heldLock(folder);
  } finally {
    rmSync(mine, { force: true });
  }
}

function writeLock(path: string, lock: LockText): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, `${JSON.stringify(lock)}\n`);
  renameSync(temporary, path);
}

/** Linking refuses where something is: of two processes only one succeeds, and the file is whole from the start. */
function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function readLock(path: string): { readonly text: string; readonly lock: LockText } | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const lock = parsed(text);
  if (lock === undefined)
    throw new LabFailure(
      "folder-damaged",
      `${path} is no lock that a devnet wrote: if no devnet runs there, delete that file; --fresh needs it gone too`,
    );
  return { text, lock };
}

function isMark(value: unknown): value is ProcessMark {
  const mark = value as Partial<ProcessMark> | null;
  return typeof mark === "object" && Number.isSafeInteger(mark?.pid) && typeof mark?.started === "string";
}

function parsed(text: string): LockText | undefined {
  try {
    const { holder, nodes } = JSON.parse(text) as Partial<LockText>;
    return isMark(holder) && Array.isArray(nodes) && nodes.every(isMark) ? { holder, nodes } : undefined;
  } catch {
    return undefined;
  }
}

async function untilGone(
  folder: string,
  nodes: readonly ProcessMark[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const until = performance.now() + NODES_END_MS;
  for (;;) {
    const left = nodes.filter(isAlive).map(({ pid }) => pid);
    if (left.length === 0) return;
    if (signal?.aborted)
      throw new LabFailure("stopped", `stopped before ${folder} was free; nothing was started`);
    if (performance.now() > until)
      throw new LabFailure(
        "folder-in-use",
        `${folder} is used by nodes of a devnet that is gone, processes ${left.join(", ")}: end them first`,
      );
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Removes a lock that was found stale, unless another process was quicker and the file is its own by now. */
function takeAway(path: string, stale: string): void {
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  if (readFileSync(aside, "utf8") !== stale) linked(aside, path);
  rmSync(aside);
}
