// The disk of one node: its database and its guards' files. A process that dies leaves what it wrote; when the power
// goes, what was not synced is gone. Each write is a point at which a test may end the process: before it, between
// writing and syncing, and after it.
import type { GuardFile, GuardFiles } from "@witan/crypto/node";
import type { StoreChange } from "@witan/primitives";
import { type Backend, type CheckedStore, openMemoryBackend, openStoreOn } from "@witan/storage";
import { copiesOf } from "../storage/faults.ts";
import { type Life, never } from "./life.ts";

interface GuardBytes {
  seen: Uint8Array;
  durable: Uint8Array;
}

/** What a database held at one moment. */
export interface DataCopy {
  readonly batches: readonly (readonly StoreChange[])[];
}

/** A disk. */
export class PowerDisk {
  #backend = openMemoryBackend();
  /** Every batch as it was written: what is durable can be made again from them. */
  #batches: (readonly StoreChange[])[] = [];
  #durable = 0;
  readonly #guards = new Map<string, GuardBytes>();
  /** Thrown by the next write to the database, or to a guard's file. */
  failNext: { readonly what: "store" | "guard"; readonly error: Error } | undefined;
  /** Writes to guards' files wait for this. */
  #guardHold: Promise<void> | undefined;

  /** The power goes: what was not synced is lost. */
  async powerCut(): Promise<void> {
    await this.putBack({ batches: this.#batches.slice(0, this.#durable) });
    for (const guard of this.#guards.values()) guard.seen = guard.durable.slice();
  }

  /** From now on writes to guards' files wait until the answer is called; those that wait already do not wait anew. */
  holdGuards(): () => void {
    let release = (): void => {};
    this.#guardHold = new Promise((resolve) => {
      release = resolve;
    });
    return () => release();
  }

  /** What is in the database now. */
  copy(): DataCopy {
    return { batches: [...this.#batches] };
  }

  /** A copy takes the place of the database, an empty one by default; guards stay as they are. */
  async putBack({ batches }: DataCopy = { batches: [] }): Promise<void> {
    this.#batches = [...batches];
    this.#durable = batches.length;
    this.#backend = openMemoryBackend();
    for (const batch of batches) await this.#backend.write(batch, true);
  }

  /** The database, for one life. */
  openStore(life: Life): Promise<CheckedStore> {
    const disk = this.#backend;
    const write = (batch: readonly StoreChange[], sync: boolean) => this.#write(life, batch, sync);
    const backend: Backend = {
      get: (key) => disk.get(key),
      fetchMany: (keys) => life.answered(disk.fetchMany(keys)),
      pieces: (range) => disk.pieces(range),
      fileDamages: () => disk.fileDamages(),
      snapshot: () => disk.snapshot(),
      close: async () => {},
      write: (changes, sync) => write(copiesOf(changes), sync),
      prepare: async (changes) => {
        const batch = copiesOf(changes);
        return { write: (sync) => write(batch, sync) };
      },
    };
    return openStoreOn(backend);
  }

  #maybeFail(what: "store" | "guard"): void {
    const { failNext } = this;
    if (failNext?.what !== what) return;
    this.failNext = undefined;
    throw failNext.error;
  }

  async #write(life: Life, batch: readonly StoreChange[], sync: boolean): Promise<void> {
    if (!life.reach(sync ? "store write" : "store write without sync")) return never();
    this.#maybeFail("store");
    await this.#backend.write(batch, sync);
    this.#batches.push(batch);
    if (sync) {
      if (!life.reach("store sync")) return never();
      this.#durable = this.#batches.length;
    }
    if (!life.reach("store written")) return never();
  }

  /** The files of guards, for one life. */
  guardFiles(life: Life): GuardFiles {
    const guards = this.#guards;
    return {
      create: async (path, bytes) => {
        if (guards.has(path)) return false;
        guards.set(path, { seen: bytes.slice(), durable: bytes.slice() });
        return true;
      },
      open: async (path) => {
        const guard = guards.get(path);
        const begin = async (): Promise<void> => {
          this.#maybeFail("guard");
          await this.#guardHold;
        };
        return guard && guardFile(guard, life, begin);
      },
    };
  }
}

function guardFile(guard: GuardBytes, life: Life, begin: () => Promise<void>): GuardFile {
  return {
    read: async (bytesMax) => guard.seen.slice(0, bytesMax),
    write: async (bytes, position) => {
      if (!life.reach("guard write")) return never();
      await begin();
      if (!life.alive) return never();
      guard.seen.set(bytes, position);
    },
    dataSync: async () => {
      if (!life.reach("guard sync")) return never();
      guard.durable = guard.seen.slice();
      if (!life.reach("guard synced")) return never();
    },
    close: async () => {},
  };
}
