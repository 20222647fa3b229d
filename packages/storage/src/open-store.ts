// Opening a store on a backend: the version of the key layout first. What is refused is left as it was. A LevelDB is
// opened by the second door (level/open-level.ts).
import type { Backend } from "./backend.ts";
import { CheckedStore } from "./checked-store.ts";
import { LAYOUT_VERSION } from "./layout.ts";
import { openMemoryBackend } from "./memory-backend.ts";
import { putLayoutVersion, readLayoutVersion } from "./meta.ts";
import { RESTORE_ADVICE, StoreError } from "./store-error.ts";

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
