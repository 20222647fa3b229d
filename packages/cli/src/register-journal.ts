// The journal of `witan register write` on disk: a file for each chain, key and register, and a lock beside it while a process
// writes. Holds no secret; what it is for is in docs/registers.md.
import { open, readFile, unlink } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { RegisterJournalPlace, RegisterJournalStore } from "@witan/client";
import { bytesToHex, hexToBytes, isHex } from "@witan/primitives";
import { badInput, CommandFailure, EXIT } from "./exit.ts";
import { exists, fileFailure, makeFolderOf, readText, replacePrivateText } from "./files.ts";

const FORMAT = "witan-register-journal";

/** Where journals are unless told otherwise. */
export function usualJournalFolder(): string {
  const state = process.env["XDG_STATE_HOME"];
  const base = state === undefined || state === "" ? join(homedir(), ".local", "state") : state;
  return join(base, "witan", "registers");
}

/** A journal in a folder. */
export function fileRegisterJournal(folder: string): RegisterJournalStore {
  return {
    load: async (place) => {
      const path = fileOf(folder, place);
      return (await exists(path)) ? journalIn(path, await readText(path)) : undefined;
    },
    save: (place, bytes) => {
      const text = { format: FORMAT, version: 1, register: place.register, journal: bytesToHex(bytes) };
      return replacePrivateText(fileOf(folder, place), `${JSON.stringify(text)}\n`);
    },
  };
}

/**
 * Does work while no other process writes the same register with the same key: each would forget what the other has begun.
 * @throws {CommandFailure} `journal-in-use` (3)
 */
export async function whileLocked<T>(
  folder: string,
  place: RegisterJournalPlace,
  work: () => Promise<T>,
): Promise<T> {
  const lock = `${fileOf(folder, place)}.lock`;
  await take(lock);
  try {
    return await work();
  } finally {
    await unlink(lock).catch(() => {});
  }
}

async function take(lock: string): Promise<void> {
  await makeFolderOf(lock, 0o700);
  try {
    for (;;) {
      if (await made(lock)) return;
      const holder = Number(await readFile(lock, "utf8").catch(() => ""));
      if (holder > 0 && isRunning(holder))
        throw new CommandFailure(
          EXIT.unable,
          "journal-in-use",
          `process ${holder} is writing this register with this key: wait until it is done (the lock is ${lock})`,
        );
      // Whoever held it is gone: what it began is in the journal.
      await unlink(lock).catch(() => {});
    }
  } catch (error) {
    throw fileFailure("writing", lock, error);
  }
}

async function made(lock: string): Promise<boolean> {
  try {
    const file = await open(lock, "wx", 0o600);
    try {
      await file.writeFile(`${process.pid}`);
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function fileOf(folder: string, { chainId, client, register }: RegisterJournalPlace): string {
  return join(folder, chainId, client, `${register.variant}-${encodeURIComponent(register.name)}.json`);
}

function journalIn(path: string, text: string): Uint8Array {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const fields =
    typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  const { format, version, journal } = fields;
  if (format !== FORMAT || version !== 1 || !isHex(journal))
    throw badInput(
      "journal-damaged",
      `${path} is no journal of a register: restore it. It tells of an unfinished write; without it this key may not be able ` +
        "to write that register until somebody else has",
    );
  return hexToBytes(journal);
}
