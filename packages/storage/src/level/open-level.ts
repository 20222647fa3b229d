// Opening a store on LevelDB: files first, then LevelDB, then the version of the key layout. What is refused is left as
// it was.
import type { Backend } from "../backend.ts";
import type { CheckedStore } from "../checked-store.ts";
import { openStoreOn } from "../open-store.ts";
import { type LevelOptions, openLevelBackend } from "./level-backend.ts";
import { openFailure, prepareDirectory } from "./level-files.ts";

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
