// The store that others see, on any backend: seals what is written, checks what is read, and names the table and key
// of what is damaged. It never gives a value that does not fit its seal, and nothing at all after a failed write.
import {
  bytesToHex,
  type Store,
  type StoreChange,
  type StoreEntry,
  type StoreRange,
  type StoreReader,
  type StoreSnapshot,
} from "@witan/primitives";
import type { Backend, BackendReader, FileDamage } from "./backend.ts";
import { Gate } from "./gate.ts";
import { tableOf } from "./layout.ts";
import { unseal } from "./seal.ts";
import { foreignCode, StoreError, saidBy } from "./store-error.ts";
import { WriteQueue } from "./write-queue.ts";

/** A key with its value, or without if that is damaged. */
export interface WalkedEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}

/** What reading takes for a damaged record. */
function damaged(key: Uint8Array, cause?: unknown): StoreError {
  const table = tableOf(key);
  const hex = bytesToHex(key);
  const why = cause === undefined ? "its value does not fit its seal" : saidBy(cause);
  return new StoreError(
    "damaged",
    `record ${hex} of table ${table} is damaged (${why}); check the disk, then let the node fetch the chain anew (docs/operations.md)`,
    { table, key: hex, ...(cause === undefined ? {} : { cause }) },
  );
}

const CLOSED_CODES = ["LEVEL_DATABASE_NOT_OPEN", "LEVEL_ITERATOR_NOT_OPEN", "LEVEL_SNAPSHOT_NOT_OPEN"];

/** A failure of the backend while it read, as a typed one. @param key the key that was wanted, or the last one seen */
function readFailure(error: unknown, key?: Uint8Array): StoreError {
  if (error instanceof StoreError) return error;
  const code = foreignCode(error);
  if (code !== undefined && CLOSED_CODES.includes(code))
    return new StoreError("closed", "the store is closed", { cause: error });
  if (code === "LEVEL_CORRUPTION" && key !== undefined) return damaged(key, error);
  const place = key === undefined ? {} : { table: tableOf(key), key: bytesToHex(key) };
  const corrupt = code === "LEVEL_CORRUPTION";
  return new StoreError(
    corrupt ? "damaged" : "read-failed",
    `${corrupt ? "the database's files are damaged" : "reading failed"} (${saidBy(error)}); check the disk, then let the node fetch the chain anew (docs/operations.md)`,
    { ...place, cause: error },
  );
}

class CheckedReader implements StoreReader {
  readonly #reader: BackendReader;
  protected readonly gate: Gate;

  constructor(reader: BackendReader, gate: Gate) {
    this.#reader = reader;
    this.gate = gate;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    this.gate.pass();
    let sealed: Uint8Array | undefined;
    try {
      sealed = this.#reader.get(key);
    } catch (error) {
      throw readFailure(error, key);
    }
    return sealed && opened(key, sealed);
  }

  getMany(keys: readonly Uint8Array[]): readonly (Uint8Array | undefined)[] {
    return keys.map((key) => this.get(key));
  }

  async fetchMany(keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]> {
    this.gate.pass();
    let all: readonly (Uint8Array | undefined)[];
    try {
      all = await this.#reader.fetchMany(keys);
    } catch (error) {
      // Which of them it was is not said; asked one by one, the damaged one names itself.
      if (foreignCode(error) === "LEVEL_CORRUPTION") this.getMany(keys);
      throw readFailure(error, keys.length === 1 ? keys[0] : undefined);
    }
    this.gate.pass();
    return all.map((sealed, at) => sealed && opened(keys[at] as Uint8Array, sealed));
  }

  async *range(range: StoreRange): AsyncGenerator<StoreEntry, void, undefined> {
    for await (const { key, value } of this.walk(range)) {
      if (value === undefined) throw damaged(key);
      yield { key, value };
    }
  }

  /** As `range`, but goes on behind damaged records: their values are undefined. For what looks for damage. */
  async *walk(range: StoreRange): AsyncGenerator<WalkedEntry, void, undefined> {
    this.gate.pass();
    const pieces = this.#reader.pieces(range);
    let last = range.reverse ? range.to : range.from;
    try {
      for (;;) {
        const piece = await pieces.next().catch((error: unknown) => {
          throw readFailure(error, last);
        });
        this.gate.pass();
        if (piece.done) return;
        for (const [key, sealed] of piece.value) {
          last = key;
          yield { key, value: unseal(key, sealed) };
          this.gate.pass();
        }
      }
    } finally {
      await pieces.return();
    }
  }
}

function opened(key: Uint8Array, sealed: Uint8Array): Uint8Array {
  const value = unseal(key, sealed);
  if (value === undefined) throw damaged(key);
  return value;
}

class CheckedSnapshot extends CheckedReader implements StoreSnapshot {
  readonly #close: () => Promise<void>;
  /** Behind the store's: closing a snapshot leaves the store open. */
  readonly #own: Gate;

  constructor(reader: BackendReader, gate: Gate, close: () => Promise<void>) {
    const own = new Gate(gate);
    super(reader, own);
    this.#own = own;
    this.#close = close;
  }

  async close(): Promise<void> {
    if (this.#own.close()) await this.#close();
  }
}

/** Changes that were put together. To be written once. */
export interface PreparedStoreWrite {
  /** As the store's `write`. @throws {StoreError} if it fails; then the store is poisoned */
  write(options: { readonly sync: boolean }): Promise<void>;
}

/** A store on a backend. */
export class CheckedStore extends CheckedReader implements Store {
  readonly #backend: Backend;
  readonly #queue: WriteQueue;
  #closing: Promise<void> | undefined;

  constructor(backend: Backend) {
    const gate = new Gate();
    super(backend, gate);
    this.#backend = backend;
    this.#queue = new WriteQueue(backend, gate);
  }

  async write(changes: Iterable<StoreChange>, { sync }: { readonly sync: boolean }): Promise<void> {
    this.gate.pass();
    await this.#queue.write(changes, sync);
  }

  /**
   * Puts changes together for one large write, in slices, while other writes go on and do not wait: most of the time that
   * a flush takes is this. It is done when `write` of what is returned ends; that call is its place in the order.
   */
  async prepare(changes: Iterable<StoreChange>): Promise<PreparedStoreWrite> {
    this.gate.pass();
    const prepared = await this.#queue.prepare(changes).catch((error: unknown) => {
      throw this.gate.refusal() ?? error;
    });
    return {
      write: async ({ sync }) => {
        this.gate.pass();
        await this.#queue.writePrepared(prepared, sync);
      },
    };
  }

  /** What is wrong with the files below, by their own checksums. Takes 3 s for each gigabyte. */
  async *fileDamages(): AsyncGenerator<FileDamage, void, undefined> {
    this.gate.pass();
    for await (const damage of this.#backend.fileDamages()) {
      yield damage;
      this.gate.pass();
    }
  }

  snapshot(): StoreSnapshot {
    this.gate.pass();
    const snapshot = this.#backend.snapshot();
    return new CheckedSnapshot(snapshot, this.gate, () => snapshot.close());
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.gate.close();
    await this.#queue.settled();
    await this.#backend.close();
  }
}
