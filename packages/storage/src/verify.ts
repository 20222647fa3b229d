// Going through a whole database, record by record. It reads and changes nothing. Besides the
// seals it looks at what LevelDB itself may get wrong when its files are damaged: a record that a walk meets but a read
// by its key does not find, files that can't be read on, and blocks of files that do not fit their own checksums: a flipped
// bit there can hide records without a trace.
import { sameBytes } from "@witan/primitives";
import type { CheckedStore, WalkedEntry } from "./checked-store.ts";
import { type Damage, damageOf, damageOfFile, damageOfTable } from "./damage.ts";
import { type KeyRange, keyOf, LAYOUT, parseKey, rangeOf, type TableName } from "./layout.ts";
import { readMeta } from "./meta.ts";
import { StoreError, saidBy } from "./store-error.ts";

/** How far a walk has come. */
export interface VerifyProgress {
  readonly table: TableName | "unknown";
  /** Records seen so far, in all tables. */
  readonly records: number;
  readonly damages: number;
}

/** What a walk is told. */
export interface VerifyOptions {
  /** Called after each 1,000 records, and after each table. */
  readonly onProgress?: (progress: VerifyProgress) => void;
  /** Ends the walk with what was found so far. */
  readonly signal?: { readonly aborted: boolean };
}

/** What a walk found. */
export interface VerifyReport {
  /** Sound records of each table. */
  readonly records: Readonly<Record<TableName, number>>;
  /** The first 1,000 damages. */
  readonly damages: readonly Damage[];
  /** All of them. */
  readonly damageCount: number;
  /** Whether it came to the end: false if it was told to stop, or files are so damaged that reading records is unsafe. */
  readonly isComplete: boolean;
}

const DAMAGES_MAX = 1_000;
const PIECE_RECORDS = 1_000;

class Walk {
  readonly #store: CheckedStore;
  readonly #options: VerifyOptions;
  readonly records = Object.fromEntries(Object.keys(LAYOUT).map((name) => [name, 0])) as Record<
    TableName,
    number
  >;
  readonly damages: Damage[] = [];
  damageCount = 0;
  /** Of all blocks met, in ascending order. */
  readonly heights: number[] = [];
  #seen = 0;

  constructor(store: CheckedStore, options: VerifyOptions) {
    this.#store = store;
    this.#options = options;
  }

  get isAborted(): boolean {
    return this.#options.signal?.aborted ?? false;
  }

  find(damage: Damage): void {
    this.damageCount++;
    if (this.damages.length < DAMAGES_MAX) this.damages.push(damage);
  }

  /** All records of a range; `table` is undefined for what lies between the tables. */
  async range(table: TableName | undefined, range: Partial<KeyRange>): Promise<void> {
    let piece: WalkedEntry[] = [];
    let last = range.from ?? new Uint8Array(0);
    try {
      for await (const entry of this.#store.walk(range)) {
        if (this.isAborted) return;
        last = entry.key;
        piece.push(entry);
        if (piece.length < PIECE_RECORDS) continue;
        await this.#check(table, piece);
        piece = [];
      }
    } catch (error) {
      if (!(error instanceof StoreError) || (error.code !== "damaged" && error.code !== "read-failed"))
        throw error;
      this.find(
        damageOf("unreadable", last, `the files can't be read behind this record (${saidBy(error)})`),
      );
    }
    await this.#check(table, piece);
  }

  async #check(table: TableName | undefined, piece: readonly WalkedEntry[]): Promise<void> {
    const sound = piece.filter((entry) => this.#isSound(table, entry));
    const found = await this.#lookUp(sound.map(({ key }) => key));
    for (const [at, { key, value }] of sound.entries()) {
      const again = found[at];
      if (again !== undefined && value !== undefined && sameBytes(again, value)) {
        if (table !== undefined) this.records[table]++;
      } else
        this.find(damageOf("hidden", key, "a walk meets this record, a read by its key does not find it"));
    }
    this.#seen += piece.length;
    this.#options.onProgress?.({
      table: table ?? "unknown",
      records: this.#seen,
      damages: this.damageCount,
    });
  }

  #isSound(table: TableName | undefined, { key, value }: WalkedEntry): boolean {
    const parsed = parseKey(key);
    if (parsed?.table === "block") this.heights.push(parsed.fields[0]);
    if (table === undefined || parsed === undefined)
      this.find(damageOf("unknown", key, "no key of this layout"));
    else if (value === undefined) this.find(damageOf("damaged", key, "the value does not fit its seal"));
    else return true;
    return false;
  }

  async #lookUp(keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]> {
    try {
      return await this.#store.fetchMany(keys);
    } catch {
      // One of them: each by itself then.
      return keys.map((key) => {
        try {
          return this.#store.get(key);
        } catch (error) {
          if (error instanceof StoreError && error.code === "damaged") return undefined;
          throw error;
        }
      });
    }
  }
}

/** Every block from one height to another was met, damaged or not. */
function checkHeights(walk: Walk, from: number, to: number): void {
  let next = from;
  const expect = (height: number) => {
    for (; next < height && walk.damageCount < DAMAGES_MAX; next++)
      walk.find(damageOf("missing", keyOf("block", next), "no block of this height"));
    next = height + 1;
  };
  for (const height of walk.heights) {
    if (height < from || height > to) {
      const detail = `a block outside of ${from} to ${to}, where the chain is`;
      walk.find(damageOf("contradiction", keyOf("block", height), detail));
    } else expect(height);
  }
  expect(to + 1);
}

/**
 * Goes through all records, and through what table `meta` says of them. Nothing may be written meanwhile.
 * @throws {StoreError} `poisoned` or `closed`; damage is reported, not thrown
 */
export async function verifyStore(store: CheckedStore, options: VerifyOptions = {}): Promise<VerifyReport> {
  const walk = new Walk(store, options);
  // First: LevelDB may end the process when it reads what is not built as it must be.
  const isReadable = await checkFiles(store, walk);
  if (isReadable) await walkTables(walk);
  if (isReadable && !walk.isAborted) checkMeta(store, walk);
  const { records, damages, damageCount, isAborted } = walk;
  return { records, damages, damageCount, isComplete: isReadable && !isAborted };
}

/** @returns whether the records can be read */
async function checkFiles(store: CheckedStore, walk: Walk): Promise<boolean> {
  let isReadable = true;
  for await (const damage of store.fileDamages()) {
    if (walk.isAborted) return false;
    walk.find(damageOfFile(damage.path, damage.detail, damage.lastKey));
    isReadable &&= damage.isReadable;
  }
  return isReadable;
}

async function walkTables(walk: Walk): Promise<void> {
  const tables = (Object.keys(LAYOUT) as TableName[])
    .map((table) => ({ table, range: rangeOf(table) }))
    .sort((a, b) => (LAYOUT[a.table].prefix < LAYOUT[b.table].prefix ? -1 : 1));
  let behind: Uint8Array | undefined;
  for (const { table, range } of tables) {
    await walk.range(undefined, { ...(behind === undefined ? {} : { from: behind }), to: range.from });
    await walk.range(table, range);
    behind = range.to;
  }
  await walk.range(undefined, behind === undefined ? {} : { from: behind });
}

function checkMeta(store: CheckedStore, walk: Walk): void {
  try {
    const tip = readMeta(store, "tip");
    const flushed = readMeta(store, "flushed");
    if (tip !== undefined) checkHeights(walk, readMeta(store, "prunedTo") ?? 0, tip.height);
    const found = walk.records.output;
    const expected = flushed?.outputs ?? 0;
    if (found !== expected)
      walk.find(damageOfTable("contradiction", "output", `${found} sound outputs, expected ${expected}`));
    const { register } = walk.records;
    const registers = readMeta(store, "registers") ?? 0;
    if (register !== registers)
      walk.find(
        damageOfTable("contradiction", "register", `${register} sound registers, expected ${registers}`),
      );
  } catch (error) {
    // A damaged record of `meta` is in the report already.
    if (!(error instanceof StoreError) || error.code !== "damaged") throw error;
  }
}
