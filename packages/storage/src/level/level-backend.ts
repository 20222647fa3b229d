// The store on LevelDB: sealed bytes in and out of one database, nothing else. Values may be of any size; a block is one.
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { plainBytes, type StoreChange, type StoreRange } from "@witan/primitives";
import { Level } from "level";
import type { Backend, BackendReader, FileDamage, PreparedWrite, SealedEntry } from "../backend.ts";
import { RESTORE_ADVICE, StoreError, saidBy } from "../store-error.ts";
import { checkTable, type TableCheck } from "./table-check.ts";

/** What can be set about a database; each with its default and reason. */
export interface LevelOptions {
  /** Bytes of table blocks kept in memory, for what the output cache does not hold: 32 MiB. */
  readonly cacheBytes?: number;
  /**
   * Bytes of the log before it becomes a table: 16 MiB. With LevelDB's 4 MiB two blocks of transactions would fill it;
   * twice as much is held in memory at most, and read again when the database is opened.
   */
  readonly writeBufferBytes?: number;
  /**
   * Bytes of all tables up to which opening checks them whole: 512 MiB, a second. Of larger databases it checks by what
   * records are found (indexes, filters), which is 1 to 2 bytes in a hundred.
   */
  readonly checkedBytes?: number;
  /** Called with each write that must become durable, as it begins: for who tells how long the disk takes. */
  readonly onSync?: (write: Promise<void>) => void;
}

const CACHE_BYTES = 32 * 1024 * 1024;
const CHECKED_BYTES = 512 * 1024 * 1024;
const WRITE_BUFFER_BYTES = 16 * 1024 * 1024;
/** Bytes of a table file: at 2 MiB, as shipped, LevelDB's 1,000 open files would end at 2 GB. */
const TABLE_FILE_BYTES = 16 * 1024 * 1024;
/**
 * Hashes, keys and signatures do not compress: measured, 400,000 coins and 50 blocks got 2% smaller by Snappy, and reads
 * no faster. Uncompressed, the structure of table files can be checked too (table-check.ts).
 */
const COMPRESSION = false;
/** Entries, and bytes, of one piece of a range: a few milliseconds, whatever the values are. */
const PIECE_ENTRIES = 1_000;
const PIECE_BYTES = 256 * 1024;

/** Changes put into a batch before others get their turn: 1 to 2 ms. */
const SLICE_CHANGES = 1_000;

type Database = Level<Uint8Array, Uint8Array>;
type Snapshot = ReturnType<Database["snapshot"]>;

class LevelReader implements BackendReader {
  protected readonly database: Database;
  readonly #options: { readonly snapshot?: Snapshot };

  constructor(database: Database, snapshot?: Snapshot) {
    this.database = database;
    this.#options = snapshot === undefined ? {} : { snapshot };
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const value: Uint8Array | undefined = this.database.getSync(key, this.#options);
    return value && plainBytes(value);
  }

  async fetchMany(keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]> {
    const values: readonly (Uint8Array | undefined)[] = await this.database.getMany([...keys], this.#options);
    return values.map((value) => value && plainBytes(value));
  }

  async *pieces(range: StoreRange): AsyncGenerator<readonly SealedEntry[], void, undefined> {
    const { from, to, reverse, limit } = range;
    const iterator = this.database.iterator({
      ...this.#options,
      ...(from === undefined ? {} : { gte: from }),
      ...(to === undefined ? {} : { lt: to }),
      ...(limit === undefined ? {} : { limit }),
      reverse: reverse === true,
      fillCache: false,
      highWaterMarkBytes: PIECE_BYTES,
    });
    try {
      for (;;) {
        const piece = await iterator.nextv(PIECE_ENTRIES);
        if (piece.length === 0) return;
        yield piece.map(([key, value]): SealedEntry => [plainBytes(key), plainBytes(value)]);
      }
    } finally {
      await iterator.close();
    }
  }
}

class LevelBackend extends LevelReader implements Backend {
  readonly #onSync: LevelOptions["onSync"];

  constructor(database: Database, { onSync }: LevelOptions) {
    super(database);
    this.#onSync = onSync;
  }

  async write(changes: Iterable<StoreChange>, sync: boolean): Promise<void> {
    const prepared = await this.prepare(changes);
    await prepared.write(sync);
  }

  async prepare(changes: Iterable<StoreChange>): Promise<PreparedWrite> {
    const batch = this.database.batch();
    for (const change of changes) {
      // Copied at once, before others get their turn: what it is given is good until the next is asked for.
      if (change.kind === "put") batch.put(change.key, change.value);
      else batch.del(change.key);
      if (batch.length % SLICE_CHANGES === 0) await setImmediate();
    }
    return {
      write: (sync) => {
        const written = batch.write({ sync });
        if (sync) this.#onSync?.(written);
        return written;
      },
    };
  }

  fileDamages(): AsyncGenerator<FileDamage, void, undefined> {
    return checkTables(this.database, "all");
  }

  snapshot(): BackendReader & { close(): Promise<void> } {
    const snapshot = this.database.snapshot();
    return Object.assign(new LevelReader(this.database, snapshot), { close: () => snapshot.close() });
  }

  close(): Promise<void> {
    return this.database.close();
  }
}

/** The table files in use, with their sizes, as LevelDB lists them: ` 5:31811['a' @ 1 : 1 .. 'b' @ 9 : 1]`. */
function tablesOf(database: Database): ReadonlyMap<number, number> {
  const listed = (database as unknown as Properties).getProperty("leveldb.sstables");
  const lines = [...listed.matchAll(/^ (\d+):(\d+)\[/gm)];
  return new Map(lines.map(([, file, size]) => [Number(file), Number(size)]));
}

/** What LevelDB under Node has, and `level` does not tell of, since browsers have it not. */
interface Properties {
  getProperty(name: string): string;
}

async function* checkTables(
  database: Database,
  check: TableCheck,
): AsyncGenerator<FileDamage, void, undefined> {
  for (const [file, size] of tablesOf(database)) {
    const path = join(database.location, `${String(file).padStart(6, "0")}.ldb`);
    try {
      for await (const damage of checkTable(path, size, check)) yield { path, ...damage };
    } catch (error) {
      // Compaction may have replaced it meanwhile. What is in use must be readable.
      if (!tablesOf(database).has(file)) continue;
      yield { path, detail: saidBy(error), lastKey: undefined, isReadable: false };
    }
  }
}

/**
 * Opens the LevelDB in a directory, or makes one there, and checks the files of its tables. The directory is looked
 * at before (level-files.ts).
 * @throws {StoreError} `damaged`; else what LevelDB says
 */
export async function openLevelBackend(directory: string, options: LevelOptions): Promise<Backend> {
  const database: Database = new Level<Uint8Array, Uint8Array>(directory, {
    keyEncoding: "view",
    valueEncoding: "view",
    compression: COMPRESSION,
    cacheSize: options.cacheBytes ?? CACHE_BYTES,
    writeBufferSize: options.writeBufferBytes ?? WRITE_BUFFER_BYTES,
    maxFileSize: TABLE_FILE_BYTES,
  });
  await database.open();
  const bytes = [...tablesOf(database).values()].reduce((sum, size) => sum + size, 0);
  const check = bytes <= (options.checkedBytes ?? CHECKED_BYTES) ? "all" : "indexes";
  for await (const { path, detail, isReadable } of checkTables(database, check)) {
    if (isReadable) continue;
    await database.close();
    throw new StoreError("damaged", `${path} is damaged (${detail}); ${RESTORE_ADVICE}`, { path });
  }
  return new LevelBackend(database, options);
}
