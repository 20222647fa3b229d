// The records of the chain in the store, read as what they are: blocks, certificates, governance states. What does not
// decode was never written so, or belongs to another program: that is damage, said so, and never served.
import {
  type Block,
  type BlockUndo,
  blockUndoCodec,
  type Chain,
  decodeBlock,
  GovernanceView,
  governanceStateCodec,
  type Header,
  headerCodec,
  undoBytes,
  type ValidBlock,
} from "@witan/ledger";
import {
  type BlockHash,
  type Certificate,
  type Codec,
  certificateCodec,
  type Height,
  type StoreChange,
  type TransactionId,
} from "@witan/primitives";
import {
  type CheckedStore,
  damageOf,
  heightCodec,
  keyOf,
  parseKey,
  putMeta,
  rangeOf,
  type TransactionPlace,
  transactionPlaceCodec,
} from "@witan/storage";
import { damaged } from "./chain-error.ts";

/** A header lies at the beginning of its block, and is of fixed size (docs/formats.md, section 9). */
export const HEADER_BYTES = 128;

type Reading<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly code: string };

/** The chain's tables, read. */
export class ChainRecords {
  readonly #chain: Chain;
  readonly #store: CheckedStore;

  constructor(chain: Chain, store: CheckedStore) {
    this.#chain = chain;
    this.#store = store;
  }

  /** A block's bytes. */
  blockBytes(height: Height): Uint8Array | undefined {
    return this.#store.get(keyOf("block", height));
  }

  /** A block. Reading one of thousands of transactions takes tens of milliseconds. @throws {ChainError} `damaged` */
  block(height: Height): Block | undefined {
    return this.#read(keyOf("block", height), (bytes) => decodeBlock(this.#chain, bytes));
  }

  /** The header of a block, without reading its transactions. @throws {ChainError} `damaged` */
  header(height: Height): Header | undefined {
    return this.#read(keyOf("block", height), (bytes) => headerCodec.decode(bytes.subarray(0, HEADER_BYTES)));
  }

  /** The header of a block as it is kept beside it in proof of work. @throws {ChainError} `damaged` */
  keptHeader(height: Height): Header | undefined {
    return this.#decode(keyOf("header", height), headerCodec);
  }

  /** What a block spent. @throws {ChainError} `damaged` */
  undo(height: Height): BlockUndo | undefined {
    return this.#decode(keyOf("undo", height), blockUndoCodec);
  }

  /** What shows a block final. @throws {ChainError} `damaged` */
  certificate(height: Height): Certificate | undefined {
    return this.#decode(keyOf("certificate", height), certificateCodec);
  }

  /** The height of a block of this chain. @throws {ChainError} `damaged` */
  heightOf(hash: BlockHash): Height | undefined {
    return this.#decode(keyOf("heightOfBlock", hash), heightCodec);
  }

  /** Where a transaction is, as far as indexes were flushed. @throws {ChainError} `damaged` */
  place(id: TransactionId): TransactionPlace | undefined {
    return this.#decode(keyOf("transaction", id), transactionPlaceCodec);
  }

  /** The governance state that the block of this height made, if it made one. @throws {ChainError} `damaged` */
  governance(height: Height): GovernanceView | undefined {
    const state = this.#decode(keyOf("governance", height), governanceStateCodec);
    return state && new GovernanceView(this.#chain.mode, state);
  }

  /** The newest governance state that a block up to this height made. @throws {ChainError} `damaged` */
  async newestGovernance(upTo: Height): Promise<GovernanceView> {
    const { from } = rangeOf("governance");
    const to = keyOf("governance", upTo + 1);
    for await (const { key } of this.#store.range({ from, to, reverse: true, limit: 1 })) {
      const parsed = parseKey(key);
      const found = parsed?.table === "governance" && this.governance(parsed.fields[0] as Height);
      if (found) return found;
    }
    throw damaged([damageOf("missing", keyOf("governance", upTo), "no governance state up to this height")]);
  }

  #decode<T>(key: Uint8Array, codec: Codec<T>): T | undefined {
    return this.#read(key, (bytes) => codec.decode(bytes));
  }

  #read<T>(key: Uint8Array, decode: (bytes: Uint8Array) => Reading<T>): T | undefined {
    const bytes = this.#store.get(key);
    if (bytes === undefined) return undefined;
    const decoded = decode(bytes);
    if (decoded.ok) return decoded.value;
    throw damaged([damageOf("contradiction", key, `it does not decode (${decoded.code})`)]);
  }
}

/** What makes a block durable, but for what waits for a flush. */
export function blockChanges(
  { block, undo }: Pick<ValidBlock, "block" | "undo">,
  certificate: Certificate | undefined,
): readonly StoreChange[] {
  const { hash, bytes } = block;
  const { height } = block.header;
  const changes: StoreChange[] = [
    { kind: "put", key: keyOf("block", height), value: bytes },
    { kind: "put", key: keyOf("heightOfBlock", hash), value: heightCodec.encode(height) },
    { kind: "put", key: keyOf("undo", height), value: undoBytes(undo) },
    putMeta("tip", { height, hash }),
  ];
  if (certificate !== undefined) {
    changes.push(certificateChange(certificate));
  }
  return changes;
}

/** What writes down a certificate. */
export function certificateChange(certificate: Certificate): StoreChange {
  const value = certificateCodec.encode(certificate);
  return { kind: "put", key: keyOf("certificate", certificate.height), value };
}

/** What writes down a governance state, by the block that made it. */
export function governanceChange(height: Height, governance: GovernanceView): StoreChange {
  const value = governanceStateCodec.encode(governance.state);
  return { kind: "put", key: keyOf("governance", height), value };
}
