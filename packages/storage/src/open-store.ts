// Opening a store: files first, then LevelDB, then the version of the key layout. What is refused is left as it was.
import type { Backend } from "./backend.ts";
import { CheckedStore } from "./checked-store.ts";
import { LAYOUT_VERSION } from "./layout.ts";
import { type LevelOptions, openLevelBackend } from "./level-backend.ts";
import { openFailure, prepareDirectory } from "./level-files.ts";
import { openMemoryBackend } from "./memory-backend.ts";
import { putLayoutVersion, readLayoutVersion } from "./meta.ts";
import { RESTORE_ADVICE, StoreError } from "./store-error.ts";

/** How a LevelDB is opened. */
export interface OpenOptions extends LevelOptions {
  /** Whether to make a database if there is none, and its directory; true if left out. */
  readonly create?: boolean;
}

/**
 * Opens the store in a directory, which then belongs to this process alone.
 * @throws {StoreError} `missing`, `not-a-database`, `locked`, `permission`, `wrong-version`, `damaged`, `read-failed`
 */
export async function openLevelStore(directory: string, options: OpenOptions = {}): Promise<CheckedStore> {
  await prepareDirectory(directory, options.create ?? true);
  let backend: Backend;
  try {
    backend = await openLevelBackend(directory, options);
  } catch (error) {
    throw openFailure(directory, error);
  }
  return openStoreOn(backend, directory);
}

/** A store in memory, empty. */
export function openMemoryStore(): Promise<CheckedStore> {
  return openStoreOn(openMemoryBackend());
}

/**
 * A store on any backend: writes the version of the key layout into an empty one, and refuses another version. On a
 * refusal the backend is closed.
 * @param path for messages
 * @throws {StoreError} `not-a-database` (there are records, but none of ours), `wrong-version`, `damaged`
 */
export async function openStoreOn(backend: Backend, path = "memory"): Promise<CheckedStore> {
  const store = new CheckedStore(backend);
  try {
    await settleVersion(store, path);
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function settleVersion(store: CheckedStore, path: string): Promise<void> {
  const version = readLayoutVersion(store);
  if (version === LAYOUT_VERSION) return;
  if (version !== undefined)
    throw new StoreError(
      "wrong-version",
      `the database in ${path} has layout version ${version}, this program knows ${LAYOUT_VERSION}; use the program that made it, or let the node fetch the chain anew into another directory`,
      { path },
    );
  for await (const _ of store.walk({ limit: 1 })) throw await withoutVersion(store, path);
  await store.write([putLayoutVersion(LAYOUT_VERSION)], { sync: true });
}

/** Why a database with records has no version. */
async function withoutVersion(store: CheckedStore, path: string): Promise<StoreError> {
  for await (const { path: file, detail } of store.fileDamages())
    return new StoreError(
      "damaged",
      `the database in ${path} has lost its version: ${file} is damaged (${detail}); ${RESTORE_ADVICE}`,
      { path: file },
    );
  return new StoreError(
    "not-a-database",
    `the database in ${path} was not made by this program; name another directory`,
    { path },
  );
}
