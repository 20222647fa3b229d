// The bodies of blocks that this node voted for and that are not final yet: a vote becomes durable together with the
// body it is for, or a crash of all who have it would leave a decided hash that nobody knows the block of. In proof of work:
// the bodies of blocks that are not on the chain, or not yet.
import { headerCodec } from "@witan/ledger";
import { assert, type BlockHash, type Height, type StoreChange } from "@witan/primitives";
import { type CheckedStore, damageOf, keyOf, parseKey, rangeOf } from "@witan/storage";
import { damaged } from "./chain-error.ts";
import { HEADER_BYTES } from "./chain-records.ts";

/** Bodies in the store, and in memory which there are. */
export class ProposalBodies {
  readonly #store: CheckedStore;
  readonly #heights = new Map<BlockHash, Height>();

  constructor(store: CheckedStore) {
    this.#store = store;
  }

  /** Finds out which bodies the store has. @throws {ChainError} `damaged` */
  static async load(store: CheckedStore): Promise<ProposalBodies> {
    const bodies = new ProposalBodies(store);
    for await (const { key, value } of store.range(rangeOf("proposal"))) {
      const parsed = parseKey(key);
      const height = heightIn(value);
      if (parsed?.table !== "proposal" || height === undefined)
        throw damaged([damageOf("contradiction", key, "it is no block")]);
      bodies.#heights.set(parsed.fields[0] as BlockHash, height);
    }
    return bodies;
  }

  /** Whether a body is in the store, or on its way there. */
  has(hash: BlockHash): boolean {
    return this.#heights.has(hash);
  }

  /** A body, once its write has ended. @throws {StoreError} if it can't be read */
  get(hash: BlockHash): Uint8Array | undefined {
    return this.has(hash) ? this.#store.get(keyOf("proposal", hash)) : undefined;
  }

  /** The change that keeps a body. Whoever asks for it must write it. */
  put(hash: BlockHash, bytes: Uint8Array): StoreChange {
    const height = heightIn(bytes);
    assert(height !== undefined, `the body of ${hash} is a block`);
    this.#heights.set(hash, height);
    return { kind: "put", key: keyOf("proposal", hash), value: bytes };
  }

  /** All that there are. */
  get all(): readonly BlockHash[] {
    return [...this.#heights.keys()];
  }

  /** Those of these that there are. */
  only(hashes: readonly BlockHash[]): readonly BlockHash[] {
    return hashes.filter((hash) => this.#heights.has(hash));
  }

  /** The bodies that a decision of this height leaves without use. */
  upTo(height: Height): readonly BlockHash[] {
    return [...this.#heights].filter(([, of]) => of <= height).map(([hash]) => hash);
  }

  /** Forgets bodies that are gone from the store. */
  forget(hashes: readonly BlockHash[]): void {
    for (const hash of hashes) this.#heights.delete(hash);
  }
}

/** What takes bodies out of the store. */
export function dropProposals(hashes: readonly BlockHash[]): readonly StoreChange[] {
  return hashes.map((hash) => ({ kind: "delete", key: keyOf("proposal", hash) }));
}

function heightIn(block: Uint8Array): Height | undefined {
  const header = headerCodec.decode(block.subarray(0, HEADER_BYTES));
  return header.ok ? header.value.height : undefined;
}
