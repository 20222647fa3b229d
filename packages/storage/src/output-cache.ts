// The set of outputs: on disk as of the last flush, here what changed since, and what was looked at lately. A changed
// entry leaves by a flush and in no other way; a flush is one batch, with the height it belongs to. So after a crash the
// disk holds the state after one block, whole, and the blocks behind it are replayed.
//
// Entries are in flat memory (output-table.ts), one for each output: a mark tells what it is against the disk. Memory is
// bounded: clean entries by `cleanBytes`, changed ones because the caller flushes when `isFlushDue` says so.
import { assert, type Height, type Hex, present, type StoreChange } from "@witan/primitives";
import type { CheckedStore } from "./checked-store.ts";
import { OUTPUT_KEY_BYTES, OUTPUT_VALUE_BYTES, outputKey } from "./layout.ts";
import { type Flushed, putMeta } from "./meta.ts";
import { ENTRY_BYTES, NONE, OutputTable } from "./output-table.ts";
import { SEAL_BYTES } from "./seal.ts";

/** Limits of a cache. */
export interface OutputCacheLimits {
  /**
   * Memory of changed entries at which a flush is due: bounds what a crash makes the node replay, and how long a vote
   * waits behind the flush's batch (docs/decisions/010-small-flushes.md).
   */
  readonly changedBytes: number;
  /** Blocks since the last flush at which one is due, however little changed. */
  readonly blocks: number;
  /** Memory of entries that are as on the disk: 1.8 million hot outputs. */
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

/** Bytes of memory that an output in the cache takes at most. */
export const CACHED_OUTPUT_BYTES = ENTRY_BYTES;

/** Bytes that one takes which changed: its entry, and its record in the batch that writes it. */
export const CHANGED_OUTPUT_BYTES = ENTRY_BYTES + OUTPUT_KEY_BYTES + OUTPUT_VALUE_BYTES + SEAL_BYTES;

// What an entry is, against the disk and what is being written to it. Values are marks of the table.
/** As there. */
const CLEAN = 1;
/** Not there. */
const CREATED = 2;
/** There with the same or another value: was spent and is back (undone blocks). */
const REPLACED = 3;
/** Spent, and there. */
const GONE = 4;
/** Spent, and not there, or no more once what is being written is. */
const ABSENT = 5;
const KIND = 7;
/** Beside one of these: it is being written, so the disk alone does not tell yet, and the entry must stay. */
const WRITING = 8;
/** It was asked for since the hand came by. */
const HIT = 16;

/** The outputs that can be spent, by their names in maps: 68 hex digits (`OutpointKey`). Values are bytes to it. */
export class OutputCache {
  readonly #store: CheckedStore;
  readonly #limits: OutputCacheLimits;
  readonly #table = new OutputTable();
  /** Slots of what changed: created, replaced, gone. Each slot's note is its place here. */
  #changed: number[] = [];
  /** Slots of what is being written. */
  #writing: readonly number[] | undefined;
  /** Entries that may be let go: clean, and not being written. */
  #clean = 0;
  /** The slot that is looked at next for letting go: what was asked for since the last time stays for another round. */
  #hand = 0;
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

  /**
   * An output that is not spent. Reads the disk if it must.
   * @returns a view that is good until the cache is used again
   * @throws {StoreError} if the disk fails
   */
  get(outpoint: Hex): Uint8Array | undefined {
    const slot = this.#table.find(outpoint);
    if (slot !== NONE) {
      const mark = this.#table.mark(slot);
      if ((mark & KIND) >= GONE) return undefined;
      if ((mark & HIT) === 0) this.#table.setMark(slot, mark | HIT);
      return this.#table.value(slot);
    }
    const value = this.#store.get(outputKey(outpoint));
    if (value !== undefined) this.#remember(value);
    return value;
  }

  /** Reads outputs from the disk off the main thread, so that `get` will find them here. */
  fetch(outpoints: readonly Hex[]): Promise<void> {
    const missing = outpoints.filter((outpoint) => this.#table.find(outpoint) === NONE);
    return missing.length === 0 ? Promise.resolve() : this.#fetchMissing(missing);
  }

  async #fetchMissing(outpoints: readonly Hex[]): Promise<void> {
    const flushes = this.#flushes;
    const values = await this.#store.fetchMany(outpoints.map(outputKey));
    // What was spent meanwhile has an entry that says so, until a flush that wrote it has ended.
    if (flushes !== this.#flushes) return;
    for (const [at, outpoint] of outpoints.entries()) {
      const value = values[at];
      if (value !== undefined && this.#table.find(outpoint) === NONE) this.#remember(value);
    }
  }

  /**
   * Takes an output out, as a block does that is done, or that made it and is undone.
   * @throws {AssertionError} if it is not there; {StoreError} if the disk fails
   */
  spend(outpoint: Hex): void {
    const table = this.#table;
    let slot = table.find(outpoint);
    if (slot === NONE) {
      present(this.#store.get(outputKey(outpoint)), `output ${outpoint}`);
      slot = table.add(CLEAN);
      this.#clean++;
    }
    const mark = table.mark(slot);
    const writing = mark & WRITING;
    const kind = mark & KIND;
    if (kind >= GONE) assert(false, `output ${outpoint} is missing`);
    this.#outputs--;
    if (kind === CREATED) {
      this.#unlist(slot);
      // Made since the last flush: the disk has never heard of it.
      if (writing === 0) table.remove(slot);
      else table.setMark(slot, ABSENT | writing);
      return;
    }
    if (kind === CLEAN) this.#list(slot);
    if (kind === CLEAN && writing === 0) this.#clean--;
    table.setMark(slot, GONE | writing);
  }

  /**
   * Puts an output in, as a block does that makes it, or that spent it and is undone.
   * @param value OUTPUT_VALUE_BYTES of them
   * @throws {AssertionError} if it is there, as far as is known without reading the disk: the ledger's ids never occur
   *   twice, and at the start outputs are counted
   */
  put(outpoint: Hex, value: Uint8Array): void {
    if (value.length !== OUTPUT_VALUE_BYTES) assert(false, `an output of ${value.length} bytes`);
    const table = this.#table;
    let slot = table.find(outpoint);
    if (slot === NONE) {
      slot = table.add(CREATED);
      this.#list(slot);
    } else {
      const mark = table.mark(slot);
      const kind = mark & KIND;
      if (kind < GONE) assert(false, `output ${outpoint} is there already`);
      if (kind === ABSENT) this.#list(slot);
      table.setMark(slot, (kind === ABSENT ? CREATED : REPLACED) | (mark & WRITING));
    }
    this.#outputs++;
    table.setValue(slot, value);
  }

  /** Whether a flush should begin, with the chain at this height. */
  isFlushDue(height: Height): boolean {
    if (this.#writing !== undefined) return false;
    const blocks = height - (this.#flushed?.height ?? 0);
    const bytes = this.#changed.length * CHANGED_OUTPUT_BYTES;
    return bytes >= this.#limits.changedBytes || blocks >= this.#limits.blocks;
  }

  /**
   * Writes all that changed in one synced batch, with the height it is the state after, and `others`: indexes, the
   * governance state. The cache may be used and changed meanwhile. One flush at a time.
   * @throws {StoreError} if the write fails; then the store is poisoned, and this cache of no use
   */
  async flush(height: Height, others: Iterable<StoreChange>): Promise<void> {
    assert(this.#writing === undefined, "one flush at a time");
    assert(height >= (this.#flushed?.height ?? 0), `a flush at ${height}, behind the last`);
    const flushed: Flushed = { height, outputs: this.#outputs };
    const changes = this.#beginWriting();
    const batch = await this.#store.prepare(batchOf(changes, flushed, others));
    await batch.write({ sync: true });
    this.#flushes++;
    this.#flushed = flushed;
    this.#endWriting();
  }

  /**
   * Changes outputs here and on the disk at one step: in one synced batch with the height that they are the state after
   * and `others`. For undoing blocks that were flushed; nothing may wait for a flush, or change meanwhile.
   * @param changes what is to be put, or null: taken out
   * @throws {StoreError} if the write fails; then the store is poisoned, and this cache of no use
   */
  async rewrite(
    height: Height,
    changes: ReadonlyMap<Hex, Uint8Array | null>,
    others: Iterable<StoreChange>,
  ): Promise<void> {
    assert(this.#writing === undefined && this.#changed.length === 0, "a rewrite behind a flush");
    const pinned = [...changes].map(([outpoint, value]) => ({ slot: this.#pin(outpoint), outpoint, value }));
    this.#writing = pinned.map(({ slot }) => slot);
    let outputs = this.#outputs;
    for (const { slot, value } of pinned)
      outputs += (value === null ? 0 : 1) - ((this.#table.mark(slot) & KIND) < GONE ? 1 : 0);
    const flushed: Flushed = { height, outputs };
    const puts = pinned.map(({ outpoint, value }): StoreChange => {
      const key = outputKey(outpoint);
      return value === null ? { kind: "delete", key } : { kind: "put", key, value };
    });
    await this.#store.write([...puts, ...others, putMeta("flushed", flushed)], { sync: true });
    this.#flushes++;
    this.#flushed = flushed;
    this.#outputs = outputs;
    for (const { slot, value } of pinned) {
      if (value !== null) this.#table.setValue(slot, value);
      this.#table.setMark(slot, (value === null ? ABSENT : CLEAN) | WRITING);
    }
    this.#endWriting();
  }

  /** An entry that stays, so that nobody asks the disk while it is being changed there. */
  #pin(outpoint: Hex): number {
    const table = this.#table;
    const known = table.find(outpoint);
    if (known !== NONE) {
      table.setMark(known, CLEAN | WRITING);
      this.#clean--;
      return known;
    }
    const value = this.#store.get(outputKey(outpoint));
    const slot = table.add((value === undefined ? ABSENT : CLEAN) | WRITING);
    if (value !== undefined) table.setValue(slot, value);
    return slot;
  }

  /** How full the cache is. */
  status(): OutputCacheStatus {
    const changed = this.#changed.length + (this.#writing?.length ?? 0);
    return {
      outputs: this.#outputs,
      flushed: this.#flushed,
      changedEntries: changed,
      changedBytes: changed * CHANGED_OUTPUT_BYTES,
      cleanEntries: this.#clean,
      cleanBytes: this.#clean * CACHED_OUTPUT_BYTES,
      isFlushing: this.#writing !== undefined,
    };
  }

  /** Keeps an output that is as on the disk, by the name that was not found just now. */
  #remember(value: Uint8Array): void {
    // It is no output: whoever asked will say so. It must not get in here, where all are of one size.
    if (value.length !== OUTPUT_VALUE_BYTES) return;
    this.#table.setValue(this.#table.add(CLEAN), value);
    this.#clean++;
    this.#letGo();
  }

  #letGo(): void {
    const table = this.#table;
    while (this.#clean * CACHED_OUTPUT_BYTES > this.#limits.cleanBytes) {
      const slot = this.#hand;
      this.#hand = (slot + 1) % table.slots;
      const mark = table.mark(slot);
      if ((mark & ~HIT) !== CLEAN) continue;
      if (mark === CLEAN) {
        table.remove(slot);
        this.#clean--;
      } else table.setMark(slot, CLEAN);
    }
  }

  #list(slot: number): void {
    this.#table.setNote(slot, this.#changed.length);
    this.#changed.push(slot);
  }

  #unlist(slot: number): void {
    const last = present(this.#changed.pop(), "a change");
    if (last === slot) return;
    const place = this.#table.note(slot);
    this.#changed[place] = last;
    this.#table.setNote(last, place);
  }

  /** From now on what changed counts as on the disk. What is to be written is copied: it may change again meanwhile. */
  #beginWriting(): ChangedOutputs {
    const table = this.#table;
    const slots = this.#changed;
    const records = new Uint8Array(slots.length * RECORD_BYTES);
    const gone = new Uint8Array(slots.length);
    for (const [at, slot] of slots.entries()) {
      const isGone = (table.mark(slot) & KIND) === GONE;
      table.copy(slot, records, at * RECORD_BYTES);
      if (isGone) gone[at] = 1;
      table.setMark(slot, WRITING | (isGone ? ABSENT : CLEAN));
    }
    this.#changed = [];
    this.#writing = slots;
    return { records, gone };
  }

  /** It is on the disk. What did not change meanwhile is likely to be spent soon, and stays as long as there is room. */
  #endWriting(): void {
    const table = this.#table;
    for (const slot of this.#writing ?? []) {
      const mark = table.mark(slot) & ~WRITING;
      if ((mark & KIND) === ABSENT) table.remove(slot);
      else table.setMark(slot, mark);
      if ((mark & KIND) === CLEAN) this.#clean++;
    }
    this.#writing = undefined;
    this.#letGo();
  }
}

/** Outputs that changed: keys and values one behind the other, and which of them are gone. */
interface ChangedOutputs {
  readonly records: Uint8Array;
  readonly gone: Uint8Array;
}

const RECORD_BYTES = OUTPUT_KEY_BYTES + OUTPUT_VALUE_BYTES;

/** Everything that a flush writes, put together as it is asked for. */
function* batchOf(
  { records, gone }: ChangedOutputs,
  flushed: Flushed,
  others: Iterable<StoreChange>,
): Generator<StoreChange, void, undefined> {
  // The store copies each before it asks for the next.
  const key = new Uint8Array(OUTPUT_KEY_BYTES);
  const value = new Uint8Array(OUTPUT_VALUE_BYTES);
  const put: StoreChange = { kind: "put", key, value };
  const spent: StoreChange = { kind: "delete", key };
  for (let at = 0, from = 0; at < gone.length; at++) {
    for (let byte = 0; byte < OUTPUT_KEY_BYTES; byte++) key[byte] = records[from++] as number;
    for (let byte = 0; byte < OUTPUT_VALUE_BYTES; byte++) value[byte] = records[from++] as number;
    yield gone[at] === 1 ? spent : put;
  }
  yield* others;
  yield putMeta("flushed", flushed);
}
