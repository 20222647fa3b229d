// What undoing blocks and applying others does to the indexes, against a disk that has all up to the tip. For a change of
// branch in proof of work only: what is written here goes to the disk at once, and nothing of it waits for a flush.
import type { Block, BlockUndo, OutpointKey } from "@witan/ledger";
import type { PolicyHash, StoreChange, TransactionId } from "@witan/primitives";
import { type CheckedStore, keyOf, placeBytes, type TransactionPlace } from "@witan/storage";
import { type AddressOutput, addressEffects, type PlacedEvent } from "./address-records.ts";
import { SumChanges, sumKey, sumOf } from "./address-sums.ts";
import { eventChange, outputChange } from "./index-changes.ts";

/** A block with what it spent. */
export interface SpentBlock {
  readonly block: Block;
  readonly undo: BlockUndo;
}

interface OwnedOutput {
  readonly policyHash: PolicyHash;
  /** null: there is none any more. */
  readonly output: AddressOutput | null;
}

/** Changes of all indexes against the disk. */
export class IndexRewrite {
  readonly #addresses: boolean;
  /** null: in no block any more. */
  readonly #places = new Map<TransactionId, TransactionPlace | null>();
  readonly #outputs = new Map<OutpointKey, OwnedOutput>();
  readonly #goneEvents: { readonly policyHash: PolicyHash; readonly event: PlacedEvent }[] = [];
  readonly #newEvents: { readonly policyHash: PolicyHash; readonly event: PlacedEvent }[] = [];
  readonly #sums: SumChanges;

  /** @param addresses whether the address index is kept */
  constructor(addresses: boolean, store: Pick<CheckedStore, "get" | "fetchMany">) {
    this.#addresses = addresses;
    const read = (bytes: Uint8Array | undefined) => bytes && sumOf(bytes);
    this.#sums = new SumChanges({
      sum: (name) => read(store.get(sumKey(name))),
      fetch: async (names) => (await store.fetchMany(names.map(sumKey))).map(read),
    });
  }

  /** The block on top is undone. */
  remove({ block, undo }: SpentBlock): void {
    for (const { id } of block.transactions) this.#places.set(id, null);
    if (!this.#addresses) return;
    const { outputs, events } = addressEffects(block.header.height, block.transactions, undo);
    const spent = undo.spent.values();
    const back = outputs.map(({ outpoint, policyHash, output }) => {
      if (output !== false) return { outpoint, policyHash, output: null };
      const { asset, amount, height, reward } = spent.next().value as BlockUndo["spent"][number];
      return { outpoint, policyHash, output: { asset, amount, height, reward } };
    });
    // Backwards: what the block made and spent is gone in the end.
    for (const { outpoint, policyHash, output } of back.reverse())
      this.#outputs.set(outpoint, { policyHash, output });
    for (const { policyHash, event } of events) {
      this.#goneEvents.push({ policyHash, event });
      this.#sums.add(policyHash, { ...event, received: event.spent, spent: event.received });
    }
  }

  /** A block comes on top. */
  add({ block, undo }: SpentBlock): void {
    const { height } = block.header;
    for (const [position, { id }] of block.transactions.entries()) this.#places.set(id, { height, position });
    if (!this.#addresses) return;
    const { outputs, events } = addressEffects(height, block.transactions, undo);
    for (const { outpoint, policyHash, output } of outputs)
      this.#outputs.set(outpoint, { policyHash, output: output === false ? null : output });
    for (const { policyHash, event } of events) {
      this.#newEvents.push({ policyHash, event });
      this.#sums.add(policyHash, event);
    }
  }

  /** What writes all this; in this order, since an event may come in the place of one that is gone. */
  *storeChanges(): Generator<StoreChange, void, undefined> {
    for (const [id, place] of this.#places) {
      const key = keyOf("transaction", id);
      yield place === null ? { kind: "delete", key } : { kind: "put", key, value: placeBytes(place) };
    }
    for (const [outpoint, { policyHash, output }] of this.#outputs)
      yield outputChange(policyHash, outpoint, output);
    for (const { policyHash, event } of this.#goneEvents)
      yield {
        kind: "delete",
        key: keyOf("addressHistory", policyHash, event.height, event.position),
      };
    for (const { policyHash, event } of this.#newEvents) yield eventChange(policyHash, event);
    yield* this.#sums.storeChanges();
  }
}
