// What blocks since the last flush did to the indexes: kept here until the next flush writes it. Where transactions are
// is always kept; addresses are a setting. Memory is bounded because the owner flushes by `records`.
import type { Block, BlockUndo, OutpointKey } from "@witan/ledger";
import {
  assert,
  type Height,
  type PolicyHash,
  type StoreChange,
  type TransactionId,
} from "@witan/primitives";
import { type CheckedStore, keyOf, placeBytes, type TransactionPlace } from "@witan/storage";
import {
  type AddressOutput,
  addressEffects,
  addressEventCodec,
  addressOutputCodec,
  type OutputEffect,
  type PlacedEvent,
} from "./address-records.ts";
import {
  type AddressSums,
  NO_STORED_SUMS,
  type StoredSums,
  SumChanges,
  type SumName,
  sumKey,
  sumOf,
} from "./address-sums.ts";

/** The outputs of one address: null where the disk has one that is spent. */
export type OutputChanges = ReadonlyMap<OutpointKey, AddressOutput | null>;

const NO_OUTPUTS: OutputChanges = new Map();

/** Changes of all indexes against the disk. */
export class IndexChanges {
  readonly #addresses: boolean;
  readonly #places = new Map<TransactionId, TransactionPlace>();
  readonly #outputs = new Map<PolicyHash, Map<OutpointKey, AddressOutput | null>>();
  /** Ascending by height and position. */
  readonly #events = new Map<PolicyHash, PlacedEvent[]>();
  readonly #sums: SumChanges;
  #records = 0;

  /**
   * @param addresses whether the address index is kept
   * @param stored the sums that these are changes of; left out: there are none yet
   */
  constructor(addresses: boolean, stored: StoredSums = NO_STORED_SUMS) {
    this.#addresses = addresses;
    this.#sums = new SumChanges(stored);
  }

  /** How many records writing all this changes. */
  get records(): number {
    return this.#records + this.#sums.records;
  }

  /** Takes in a block. */
  add({ header: { height }, transactions }: Block, undo: BlockUndo): void {
    let position = 0;
    for (const { id } of transactions) this.#places.set(id, { height, position: position++ });
    this.#records += transactions.length;
    if (!this.#addresses) return;
    const { outputs, events } = addressEffects(height, transactions, undo);
    for (const effect of outputs) this.#change(effect);
    for (const { policyHash, event } of events) {
      const known = this.#events.get(policyHash);
      if (known === undefined) this.#events.set(policyHash, [event]);
      else known.push(event);
      this.#sums.add(policyHash, event);
    }
    this.#records += events.length;
  }

  #change({ outpoint, policyHash, output }: OutputEffect): void {
    const known = this.#outputs.get(policyHash) ?? new Map<OutpointKey, AddressOutput | null>();
    const before = known.size;
    // What was made and is spent between two flushes is never written. Ids never come twice, so nothing is made again.
    if (output !== false) known.set(outpoint, output);
    else if (!known.delete(outpoint)) known.set(outpoint, null);
    this.#records += known.size - before;
    if (known.size === 0) this.#outputs.delete(policyHash);
    else this.#outputs.set(policyHash, known);
  }

  /** Where a transaction is, if it came with one of these blocks. */
  place(id: TransactionId): TransactionPlace | undefined {
    return this.#places.get(id);
  }

  /** The outputs of an address that changed. */
  outputs(policyHash: PolicyHash): OutputChanges {
    return this.#outputs.get(policyHash) ?? NO_OUTPUTS;
  }

  /** What happened to an address, oldest first. */
  events(policyHash: PolicyHash): readonly PlacedEvent[] {
    return this.#events.get(policyHash) ?? [];
  }

  /** Begins to read the sums that these are changes of. */
  fetchSums(isBeingWritten: (name: SumName) => boolean): Promise<void> {
    return this.#sums.fetch(isBeingWritten);
  }

  /** By how much what an address holds changed. */
  sumChanges(policyHash: PolicyHash): AddressSums {
    return this.#sums.of(policyHash);
  }

  /** What an address holds of the assets of which it changed. For changes that are being written only. */
  sums(policyHash: PolicyHash): AddressSums {
    return this.#sums.made(policyHash);
  }

  /** What writes all this, put together as it is asked for. */
  *storeChanges(): Generator<StoreChange, void, undefined> {
    for (const [id, place] of this.#places)
      yield { kind: "put", key: keyOf("transaction", id), value: placeBytes(place) };
    for (const [policyHash, outputs] of this.#outputs)
      for (const [outpoint, output] of outputs) yield outputChange(policyHash, outpoint, output);
    for (const [policyHash, events] of this.#events)
      for (const event of events) yield eventChange(policyHash, event);
    yield* this.#sums.storeChanges();
  }
}

/** The key of an output in the table of its address. */
export function addressOutputKey(policyHash: PolicyHash, outpoint: OutpointKey): Uint8Array {
  return keyOf("addressOutput", policyHash, outpoint.slice(0, 64), Number.parseInt(outpoint.slice(64), 16));
}

/** The change that writes or takes away an output of an address. */
export function outputChange(
  policyHash: PolicyHash,
  outpoint: OutpointKey,
  output: AddressOutput | null,
): StoreChange {
  const key = addressOutputKey(policyHash, outpoint);
  return output === null
    ? { kind: "delete", key }
    : { kind: "put", key, value: addressOutputCodec.encode(output) };
}

/** The change that writes what happened to an address. */
export function eventChange(policyHash: PolicyHash, event: PlacedEvent): StoreChange {
  const { height, position, ...value } = event;
  return {
    kind: "put",
    key: keyOf("addressHistory", policyHash, height, position),
    value: addressEventCodec.encode(value),
  };
}

/** What an address holds beyond the disk. */
export interface PendingSums {
  /** As they are about to be, or may be already, on the disk. */
  readonly flushing: AddressSums;
  /** By how much they changed since. */
  readonly since: AddressSums;
}

const NO_SUMS: AddressSums = new Map();

/** All that indexes hold beyond the disk: what is being written, and what came since. */
export class PendingIndexes {
  readonly #addresses: boolean;
  readonly #stored: StoredSums;
  #changes: IndexChanges;
  #flushing: IndexChanges | undefined;

  /** @param store what the changes are flushed to */
  constructor(addresses: boolean, store: Pick<CheckedStore, "get" | "fetchMany">) {
    this.#addresses = addresses;
    const read = (bytes: Uint8Array | undefined) => bytes && sumOf(bytes);
    this.#stored = {
      sum: (name) => read(store.get(sumKey(name))),
      fetch: async (names) => (await store.fetchMany(names.map(sumKey))).map(read),
    };
    this.#changes = new IndexChanges(addresses, this.#stored);
  }

  /** Records that wait for the next flush. */
  get records(): number {
    return this.#changes.records;
  }

  /** Takes in a block that was applied. */
  add(block: Block, undo: BlockUndo): void {
    this.#changes.add(block, undo);
    const flushing = this.#flushing;
    void this.#changes.fetchSums(
      ({ policyHash, asset }) => flushing?.sumChanges(policyHash).has(asset) ?? false,
    );
  }

  /** Begins a flush: gives what is to be written. One at a time. */
  beginFlush(): Iterable<StoreChange> {
    assert(this.#flushing === undefined, "one flush at a time");
    const flushing = this.#changes;
    this.#flushing = flushing;
    this.#changes = new IndexChanges(this.#addresses, this.#stored);
    return { [Symbol.iterator]: () => flushing.storeChanges() };
  }

  /** The flush that was begun is on the disk. */
  endFlush(): void {
    this.#flushing = undefined;
  }

  /** Where a transaction is, if the disk may not know it. */
  place(id: TransactionId): TransactionPlace | undefined {
    return this.#changes.place(id) ?? this.#flushing?.place(id);
  }

  /** The outputs of an address that differ from the disk; a copy. */
  outputs(policyHash: PolicyHash): OutputChanges {
    const merged = new Map(this.#flushing?.outputs(policyHash));
    for (const [outpoint, output] of this.#changes.outputs(policyHash)) merged.set(outpoint, output);
    return merged;
  }

  /** What an address holds, as far as the disk may not know it; copies. */
  sums(policyHash: PolicyHash): PendingSums {
    const flushing = this.#flushing?.sums(policyHash) ?? NO_SUMS;
    return { flushing, since: new Map(this.#changes.sumChanges(policyHash)) };
  }

  /** What happened to an address and the disk may not know, oldest first; a copy. */
  events(policyHash: PolicyHash): readonly PlacedEvent[] {
    return [...(this.#flushing?.events(policyHash) ?? []), ...this.#changes.events(policyHash)];
  }
}

/** The heights that go into the name of an event: for cursors and order. */
export interface EventPlace {
  readonly height: Height;
  readonly position: number;
}
