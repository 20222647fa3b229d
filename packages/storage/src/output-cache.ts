// The set of outputs: on disk as of the last flush, here what changed since, and what was looked at lately. A changed
// entry leaves by a flush and in no other way; a flush is one batch, with the height it belongs to. So after a crash the
// disk holds the state after one block, whole, and the blocks behind it are replayed.
//
// An entry is two strings of one character a byte in a map, no objects: outputs are many. Memory is bounded: clean
// entries by `cleanBytes`, changed ones because the caller flushes when `isFlushDue` says so.
import { assert, type Height, type Hex, present, type StoreChange, writeHex } from "@witan/primitives";
import { bytesOf, textOf } from "./byte-text.ts";
import type { CheckedStore } from "./checked-store.ts";
import { LAYOUT, OUTPUT_KEY_BYTES, outputKey } from "./layout.ts";
import { type Flushed, putMeta } from "./meta.ts";

/** Limits of a cache. */
export interface OutputCacheLimits {
  /**
   * Memory of changed entries at which a flush is due: bounds what a crash makes the node replay, and how long a vote
   * waits behind the flush's batch (docs/decisions/010-small-flushes.md).
   */
  readonly changedBytes: number;
  /** Blocks since the last flush at which one is due, however little changed. */
  readonly blocks: number;
  /** Memory of entries that are as on the disk: about a million hot outputs. */
  readonly cleanBytes: number;
}

/** The limits unless told otherwise. */
export const OUTPUT_CACHE_DEFAULTS: OutputCacheLimits = Object.freeze({
  changedBytes: 2 * 1024 * 1024,
  blocks: 10_000,
  cleanBytes: 192 * 1024 * 1024,
});

/** What a cache is made with. */
export interface OutputCacheOptions {
  readonly store: CheckedStore;
  /** What table `meta` says; undefined for a new chain. */
  readonly flushed: Flushed | undefined;
  /** Where they differ from OUTPUT_CACHE_DEFAULTS. */
  readonly limits?: Partial<OutputCacheLimits>;
}

/** How full the cache is. */
export interface OutputCacheStatus {
  /** Outputs that exist now. */
  readonly outputs: number;
  readonly flushed: Flushed | undefined;
  readonly changedEntries: number;
  readonly changedBytes: number;
  readonly cleanEntries: number;
  readonly cleanBytes: number;
  readonly isFlushing: boolean;
}

/** A string's header, and V8's rounding. */
function stringBytes(length: number): number {
  return (16 + length + 7) & ~7;
}

/** A place in a map of V8's: three words, and its share of the buckets, of a table at least half full. */
const MAP_ENTRY_BYTES = 56;
const KEY_BYTES = OUTPUT_KEY_BYTES - 1;

/** Bytes of memory that an entry counts for: 184 with a coin's 53 bytes; measured 156 to 184 as the map fills. */
export function cachedBytes(value: string | null): number {
  return MAP_ENTRY_BYTES + stringBytes(KEY_BYTES) + (value === null ? 0 : stringBytes(value.length));
}

/** Entries and the memory they count for. */
class Entries<Value extends string | null> {
  readonly map = new Map<string, Value>();
  bytes = 0;

  set(key: string, value: Value): void {
    this.delete(key);
    this.map.set(key, value);
    this.bytes += cachedBytes(value);
  }

  delete(key: string): boolean {
    const value = this.map.get(key);
    if (value === undefined) return false;
    this.bytes -= cachedBytes(value);
    return this.map.delete(key);
  }
}

/** What changed against the disk. */
class Changes {
  /** Outputs that the disk does not have. */
  readonly created = new Entries<string>();
  /** Outputs that the disk has and that are spent (null), or were spent and are back (undone blocks). */
  readonly replaced = new Entries<string | null>();

  get bytes(): number {
    return this.created.bytes + this.replaced.bytes;
  }
  get size(): number {
    return this.created.map.size + this.replaced.map.size;
  }
  /** The output, null if it is spent, undefined if it did not change. */
  find(key: string): string | null | undefined {
    return this.created.map.get(key) ?? this.replaced.map.get(key);
  }
}

/** The outputs that can be spent, by their names in maps: 68 hex digits (`OutpointKey`). Values are bytes to it. */
export class OutputCache {
  readonly #store: CheckedStore;
  readonly #limits: OutputCacheLimits;
  #changes = new Changes();
  /** What is being written. As good as on the disk for what changes meanwhile, and itself not to be changed. */
  #flushing: Changes | undefined;
  /** As on the disk. A hit in the old one moves to the young; when that is full it becomes the old one. */
  #young = new Entries<string>();
  #old = new Entries<string>();
  #flushed: Flushed | undefined;
  #outputs: number;
  /** Flushes that have ended: what was read before one ended may be stale after it. */
  #flushes = 0;

  constructor({ store, flushed, limits }: OutputCacheOptions) {
    this.#store = store;
    this.#flushed = flushed;
    this.#outputs = flushed?.outputs ?? 0;
    this.#limits = Object.freeze({ ...OUTPUT_CACHE_DEFAULTS, ...limits });
    for (const [name, value] of Object.entries(this.#limits))
      assert(Number.isSafeInteger(value) && value >= 0, `limit ${name} of ${value}`);
  }

  /** An output that is not spent. Reads the disk if it must. @throws {StoreError} if that fails */
  get(outpoint: Hex): Uint8Array | undefined {
    const value = this.#find(nameOf(outpoint), outpoint);
    return value === undefined ? undefined : bytesOf(value);
  }

  /** Reads outputs from the disk off the main thread, so that `get` will find them here. */
  async fetch(outpoints: readonly Hex[]): Promise<void> {
    const wanted = outpoints.filter((outpoint) => this.#cached(nameOf(outpoint)) === undefined);
    if (wanted.length === 0) return;
    const flushes = this.#flushes;
    const values = await this.#store.fetchMany(wanted.map(outputKey));
    // What was spent meanwhile is masked by the changes, or by what is being written, until that is on the disk.
    if (flushes !== this.#flushes) return;
    for (const [at, outpoint] of wanted.entries()) {
      const value = values[at];
      const name = nameOf(outpoint);
      if (value !== undefined && this.#cached(name) === undefined) this.#remember(name, textOf(value));
    }
  }

  /**
   * Makes the changes of one block, done or undone, in order: an output put, or null for one that is spent.
   * @throws {AssertionError} if what is spent is not there, or what is put is (as far as is known without reading the
   *   disk: the ledger's ids never occur twice, and at the start outputs are counted); {StoreError} if the disk fails
   */
  apply(changes: Iterable<readonly [outpoint: Hex, value: Uint8Array | null]>): void {
    for (const [outpoint, value] of changes) {
      if (value === null) this.#spend(nameOf(outpoint), outpoint);
      else this.#put(nameOf(outpoint), textOf(value), outpoint);
    }
  }

  /** Whether a flush should begin, with the chain at this height. */
  isFlushDue(height: Height): boolean {
    if (this.#flushing !== undefined) return false;
    const blocks = height - (this.#flushed?.height ?? 0);
    return this.#changes.bytes >= this.#limits.changedBytes || blocks >= this.#limits.blocks;
  }

  /**
   * Writes all that changed in one synced batch, with the height it is the state after, and `others`: indexes, the
   * governance state. The cache may be used and changed meanwhile. One flush at a time.
   * @throws {StoreError} if the write fails; then the store is poisoned, and this cache of no use
   */
  async flush(height: Height, others: Iterable<StoreChange>): Promise<void> {
    assert(this.#flushing === undefined, "one flush at a time");
    assert(height >= (this.#flushed?.height ?? 0), `a flush at ${height}, behind the last`);
    const flushing = this.#changes;
    const flushed: Flushed = { height, outputs: this.#outputs };
    this.#flushing = flushing;
    this.#changes = new Changes();
    const batch = await this.#store.prepare(batchOf(flushing, flushed, others));
    await batch.write({ sync: true });
    this.#flushes++;
    this.#flushing = undefined;
    this.#flushed = flushed;
    this.#adopt(flushing);
  }

  /** How full the cache is. */
  status(): OutputCacheStatus {
    return {
      outputs: this.#outputs,
      flushed: this.#flushed,
      changedEntries: this.#changes.size + (this.#flushing?.size ?? 0),
      changedBytes: this.#changes.bytes + (this.#flushing?.bytes ?? 0),
      cleanEntries: this.#young.map.size + this.#old.map.size,
      cleanBytes: this.#young.bytes + this.#old.bytes,
      isFlushing: this.#flushing !== undefined,
    };
  }

  /** What is known without the disk: an output, null if there is none, undefined if only the disk can tell. */
  #cached(name: string): string | null | undefined {
    const changed = this.#changes.find(name);
    if (changed !== undefined) return changed;
    const flushing = this.#flushing?.find(name);
    if (flushing !== undefined) return flushing;
    const young = this.#young.map.get(name);
    if (young !== undefined) return young;
    const old = this.#old.map.get(name);
    if (old === undefined) return undefined;
    this.#old.delete(name);
    this.#remember(name, old);
    return old;
  }

  #find(name: string, outpoint: Hex): string | undefined {
    const cached = this.#cached(name);
    if (cached !== undefined) return cached ?? undefined;
    const read = this.#store.get(outputKey(outpoint));
    if (read === undefined) return undefined;
    const value = textOf(read);
    this.#remember(name, value);
    return value;
  }

  /** Keeps an output that is as on the disk. */
  #remember(name: string, value: string): void {
    this.#young.set(name, value);
    if (this.#young.bytes <= this.#limits.cleanBytes / 2) return;
    this.#old = this.#young;
    this.#young = new Entries();
  }

  #spend(name: string, outpoint: Hex): void {
    this.#outputs--;
    // Made since the last flush: the disk has never heard of it.
    if (this.#changes.created.delete(name)) return;
    present(this.#find(name, outpoint), `output ${outpoint}`);
    this.#forget(name);
    this.#changes.replaced.set(name, null);
  }

  #put(name: string, value: string, outpoint: Hex): void {
    assert(typeof this.#cached(name) !== "string", `output ${outpoint} is there already`);
    this.#outputs++;
    // Spent since the last flush and back again, as undone blocks have it: the disk still has the old one.
    if (this.#changes.replaced.map.has(name)) this.#changes.replaced.set(name, value);
    else this.#changes.created.set(name, value);
  }

  #forget(name: string): void {
    this.#young.delete(name);
    this.#old.delete(name);
  }

  /** What was written is as on the disk now, and likely to be spent soon. */
  #adopt(flushed: Changes): void {
    for (const [name, value] of flushed.replaced.map)
      if (value !== null && this.#changes.find(name) === undefined) this.#remember(name, value);
    // Changed again while it was written: the clean entries must not tell what the changes hide.
    for (const name of this.#changes.replaced.map.keys()) flushed.created.delete(name);
    for (const [name, value] of flushed.created.map) this.#remember(name, value);
  }
}

/** Where names are put together: they are asked for several times for each input. */
const nameBytes = new Uint8Array(KEY_BYTES);

/** The name of an output in the maps: its 34 bytes as text. */
function nameOf(outpoint: Hex): string {
  assert(
    outpoint.length === 2 * KEY_BYTES && writeHex(outpoint, nameBytes, 0),
    `not the name of an output: ${outpoint}`,
  );
  return textOf(nameBytes);
}

function keyOfName(name: string): Uint8Array {
  return bytesOf(LAYOUT.output.prefix + name);
}

/** Everything that a flush writes, put together as it is asked for. */
function* batchOf(
  { created, replaced }: Changes,
  flushed: Flushed,
  others: Iterable<StoreChange>,
): Generator<StoreChange, void, undefined> {
  for (const [name, value] of created.map) yield { kind: "put", key: keyOfName(name), value: bytesOf(value) };
  for (const [name, value] of replaced.map) {
    const key = keyOfName(name);
    yield value === null ? { kind: "delete", key } : { kind: "put", key, value: bytesOf(value) };
  }
  yield* others;
  yield putMeta("flushed", flushed);
}
