// Making the address index of a database that has none, and taking it away where it is not wanted any more. It follows
// from outputs, blocks and undo data, so it is built, not refused. Cut short at any point, the next start does it over:
// until all of it is there, or gone, table `meta` says so, and no block is applied before.
import { blockUndoCodec, type Chain, coinCodec, decodeBlock, type OutpointKey } from "@witan/ledger";
import type { Height, StoreChange } from "@witan/primitives";
import {
  type CheckedStore,
  damageOf,
  keyOf,
  metaKey,
  outpointOf,
  putMeta,
  rangeOf,
  readMeta,
} from "@witan/storage";
import { damaged } from "../chain/chain-error.ts";
import { addressEffects } from "./address-records.ts";
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
  const { store, from, flushed, yieldNow, recordsPerWrite = WRITE_RECORDS, onProgress } = options;
  if (readMeta(store, "addressIndex") === "whole") return;
  // What may be left there of an earlier try is part of what is made now: no block was applied since.
  await store.write([putMeta("addressIndex", "partial")], { sync: true });
  let changes: StoreChange[] = [];
  const write = async (): Promise<void> => {
    if (changes.length < recordsPerWrite) return;
    await store.write(changes, { sync: false });
    changes = [];
    await yieldNow();
  };
  for await (const { key, value } of store.range(rangeOf("output"))) {
    changes.push(outputIn(key, value));
    await write();
  }
  for (let height: number = from; height <= flushed; height++) {
    for (const change of eventsOf(options, height as Height)) changes.push(change);
    if ((height - from) % PROGRESS_BLOCKS === 0) onProgress?.(height as Height);
    await write();
  }
  onProgress?.(flushed);
  await store.write([...changes, putMeta("addressIndex", "whole")], { sync: true });
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
  await clear(store, recordsPerWrite);
  await store.write([{ kind: "delete", key: metaKey("addressIndex") }], { sync: true });
}

async function clear(store: CheckedStore, recordsPerWrite: number): Promise<void> {
  for (const table of ["addressOutput", "addressHistory"] as const) {
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
