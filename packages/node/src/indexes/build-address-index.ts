// Making the address index of a database that has none, and taking it away where it is not wanted any more. It follows
// from outputs, blocks and undo data, so it is built, not refused. Cut short at any point, the next start does it over:
// until all of it is there, or gone, table `meta` says so, and no block is applied before.
import { blockUndoCodec, type Chain, coinCodec, decodeBlock, type OutpointKey } from "@witan/ledger";
import type { AssetId, Height, PolicyHash, StoreChange } from "@witan/primitives";
import {
  type CheckedStore,
  damageOf,
  keyOf,
  metaKey,
  outpointOf,
  parseKey,
  putMeta,
  rangeOf,
  readMeta,
} from "@witan/storage";
import { damaged } from "../chain/chain-error.ts";
import { addressEffects, addressOutputCodec } from "./address-records.ts";
import { type AddressSum, changedSum, NO_SUM, sumChange } from "./address-sums.ts";
import { eventChange, outputChange } from "./index-changes.ts";

/** What the index is made of. */
export interface BuildOptions {
  readonly chain: Chain;
  readonly store: CheckedStore;
  /** The first block that is there: history begins with it. */
  readonly from: Height;
  /** The height of the outputs on the disk. */
  readonly flushed: Height;
  readonly yieldNow: () => Promise<void>;
  /** In one write, and between two turns of others: 5,000, some tens of milliseconds. */
  readonly recordsPerWrite?: number;
  readonly onProgress?: (height: Height) => void;
}

const WRITE_RECORDS = 5_000;
const PROGRESS_BLOCKS = 1_000;

/**
 * Makes sure that the index is there, as of the flushed height.
 * @throws {ChainError} `damaged`, if a block or its undo data is; {StoreError} if reading or writing fails
 */
export async function buildAddressIndex(options: BuildOptions): Promise<void> {
  const { store, flushed, onProgress } = options;
  const found = readMeta(store, "addressIndex");
  if (found === "whole") return;
  if (found !== "without-sums") {
    // What may be left there of an earlier try is part of what is made now: no block was applied since.
    await store.write([putMeta("addressIndex", "partial")], { sync: true });
    await writeAll(options, outputsAndEvents(options));
    // From here on a start that was cut short need not do this part again.
    await store.write([putMeta("addressIndex", "without-sums")], { sync: true });
  }
  // Of a program that knew no sums there may be some that are of an earlier height.
  await clear(store, ["addressSum"], options.recordsPerWrite ?? WRITE_RECORDS);
  await writeAll(options, sums(store));
  onProgress?.(flushed);
  await store.write([putMeta("addressIndex", "whole")], { sync: true });
}

/** Writes what comes, some at a time. */
async function writeAll(
  { store, yieldNow, recordsPerWrite = WRITE_RECORDS }: BuildOptions,
  all: AsyncIterable<StoreChange>,
): Promise<void> {
  let changes: StoreChange[] = [];
  for await (const change of all) {
    changes.push(change);
    if (changes.length < recordsPerWrite) continue;
    await store.write(changes, { sync: false });
    changes = [];
    await yieldNow();
  }
  await store.write(changes, { sync: false });
}

async function* outputsAndEvents(options: BuildOptions): AsyncGenerator<StoreChange, void, undefined> {
  const { store, from, flushed, onProgress } = options;
  for await (const { key, value } of store.range(rangeOf("output"))) yield outputIn(key, value);
  for (let height: number = from; height <= flushed; height++) {
    yield* eventsOf(options, height as Height);
    if ((height - from) % PROGRESS_BLOCKS === 0) onProgress?.(height as Height);
  }
}

/** Sums up the outputs of each address: they lie side by side, so one address' sums at a time are in memory. */
async function* sums(store: CheckedStore): AsyncGenerator<StoreChange, void, undefined> {
  let of: PolicyHash | undefined;
  let found = new Map<AssetId, AddressSum>();
  const changes = function* (): Generator<StoreChange, void, undefined> {
    if (of !== undefined) for (const [asset, sum] of found) yield sumChange({ policyHash: of, asset }, sum);
    found = new Map();
  };
  for await (const { key, value } of store.range(rangeOf("addressOutput"))) {
    const parsed = parseKey(key);
    const output = addressOutputCodec.decode(value);
    if (parsed?.table !== "addressOutput" || !output.ok)
      throw damaged([damageOf("contradiction", key, "it is no output of an address")]);
    const [policyHash] = parsed.fields;
    if (policyHash !== of) yield* changes();
    of = policyHash as PolicyHash;
    const { asset, amount } = output.value;
    found.set(asset, changedSum(found.get(asset) ?? NO_SUM, { amount, outputs: 1 }));
  }
  yield* changes();
}

function outputIn(key: Uint8Array, value: Uint8Array): StoreChange {
  const coin = coinCodec.decode(value);
  if (!coin.ok) throw damaged([damageOf("contradiction", key, "it is no coin")]);
  const { policyHash, ...output } = coin.value;
  return outputChange(policyHash, outpointOf(key) as OutpointKey, output);
}

function eventsOf({ chain, store }: BuildOptions, height: Height): readonly StoreChange[] {
  const block = read(store, keyOf("block", height), (bytes) => decodeBlock(chain, bytes));
  const undo = read(store, keyOf("undo", height), (bytes) => blockUndoCodec.decode(bytes));
  const { events } = addressEffects(height, block.transactions, undo);
  return events.map(({ policyHash, event }) => eventChange(policyHash, event));
}

type Reading<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly code: string };

function read<T>(store: CheckedStore, key: Uint8Array, decode: (bytes: Uint8Array) => Reading<T>): T {
  const bytes = store.get(key);
  if (bytes === undefined) throw damaged([damageOf("missing", key, "the address index is built from it")]);
  const decoded = decode(bytes);
  if (!decoded.ok) throw damaged([damageOf("contradiction", key, `it does not decode (${decoded.code})`)]);
  return decoded.value;
}

/** Takes the index away, if there is one. @throws {StoreError} if a write fails */
export async function dropAddressIndex(store: CheckedStore, recordsPerWrite = WRITE_RECORDS): Promise<void> {
  if (readMeta(store, "addressIndex") === undefined) return;
  await store.write([putMeta("addressIndex", "partial")], { sync: true });
  await clear(store, ["addressOutput", "addressHistory", "addressSum"], recordsPerWrite);
  await store.write([{ kind: "delete", key: metaKey("addressIndex") }], { sync: true });
}

type IndexTable = "addressOutput" | "addressHistory" | "addressSum";

async function clear(
  store: CheckedStore,
  tables: readonly IndexTable[],
  recordsPerWrite: number,
): Promise<void> {
  for (const table of tables) {
    let changes: StoreChange[] = [];
    for await (const { key } of store.walk(rangeOf(table))) {
      changes.push({ kind: "delete", key });
      if (changes.length < recordsPerWrite) continue;
      await store.write(changes, { sync: false });
      changes = [];
    }
    await store.write(changes, { sync: false });
  }
}
