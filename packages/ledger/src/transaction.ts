// Transactions: what they are, their bytes, id and witness hash (docs/formats.md, section 6).
import {
  type Amount,
  type AssetId,
  type ChainId,
  type Codec,
  container,
  type Height,
  hexList,
  hexVector,
  LIMITS,
  list,
  type PolicyHash,
  type PublicKey,
  plainBytes,
  present,
  type Result,
  refuse,
  type Signature,
  TAGS,
  TaggedHasher,
  type Timestamp,
  type TransactionId,
  uint16,
  uint32,
  uint53,
  uint64,
  union,
  type WitnessHash,
} from "@witan/primitives";
import { type Change, changeCodec } from "./change.ts";
import type { OutpointKey } from "./coin.ts";
import { type Policy, policyCodec } from "./policy.ts";
import { readTransfer } from "./read-transfer.ts";
import { Sealed } from "./sealed.ts";

/** Names an output: the transaction that made it, and its position there (0 to 255). */
export interface Outpoint {
  readonly transaction: TransactionId;
  readonly index: number;
}

/** An amount of an asset that whoever satisfies a policy may spend. */
export interface Output {
  readonly asset: AssetId;
  readonly amount: Amount;
  readonly policyHash: PolicyHash;
}

/** An amount of an asset that is issued or destroyed. */
export interface AssetAmount {
  readonly asset: AssetId;
  readonly amount: Amount;
}

/** Moves, issues or destroys assets. */
export interface Transfer {
  readonly kind: "transfer";
  readonly inputs: readonly Outpoint[];
  readonly outputs: readonly Output[];
  /** Of asset 0. */
  readonly fee: Amount;
  readonly issued: readonly AssetAmount[];
  readonly destroyed: readonly AssetAmount[];
  /** The last block time at which it may enter a block. */
  readonly validUntil: Timestamp;
  /** At most 256 bytes, in hex. */
  readonly memo: string;
}

/** Pays the fees (in proof of work: subsidy and fees) of a block to who proposed it. */
export interface Reward {
  readonly kind: "reward";
  readonly height: Height;
  readonly outputs: readonly Output[];
}

/** One change of what governs the chain, approved by a quorum of operators. */
export interface Governance {
  readonly kind: "governance";
  readonly sequence: number;
  readonly change: Change;
  readonly validUntil: Timestamp;
}

/** What a transaction does; its id is the hash of this. */
export type Body = Transfer | Reward | Governance;

/** One key's signature over the id. */
export interface KeySignature {
  readonly publicKey: PublicKey;
  readonly signature: Signature;
}

/** What shows that a transaction may be done. */
export interface Witness {
  readonly policies: readonly Policy[];
  readonly signatures: readonly KeySignature[];
  /** 32 bytes each, in hex. */
  readonly preimages: readonly string[];
}

/** A transaction as it is written down. */
export interface Transaction {
  readonly body: Body;
  readonly witness: Witness;
}

const outputCodec: Codec<Output> = container<Output>({
  asset: uint32(),
  amount: uint64(),
  policyHash: hexVector(32),
});

/** SSZ of a list of outputs. */
export const outputsCodec: Codec<readonly Output[]> = list(outputCodec, LIMITS.outputs);

const assetAmounts = list(container<AssetAmount>({ asset: uint32(), amount: uint64() }), LIMITS.assetChanges);

/** SSZ of a transaction's body. */
export const bodyCodec: Codec<Body> = union<Body>({
  transfer: container<Omit<Transfer, "kind">>({
    inputs: list(container<Outpoint>({ transaction: hexVector(32), index: uint16() }), LIMITS.inputs),
    outputs: outputsCodec,
    fee: uint64(),
    issued: assetAmounts,
    destroyed: assetAmounts,
    validUntil: uint53(),
    memo: hexList(LIMITS.memoBytes),
  }),
  reward: container<Omit<Reward, "kind">>({ height: uint53(), outputs: outputsCodec }),
  governance: container<Omit<Governance, "kind">>({
    sequence: uint53(),
    change: changeCodec,
    validUntil: uint53(),
  }),
});

/** SSZ of a witness. */
export const witnessCodec: Codec<Witness> = container<Witness>({
  policies: list(policyCodec, LIMITS.policies),
  signatures: list(
    container<KeySignature>({ publicKey: hexVector(33), signature: hexVector(64) }),
    LIMITS.witnessSignatures,
  ),
  preimages: list(hexVector(32), LIMITS.preimages),
});

/** SSZ of a transaction; its size limit is checked by `decodeTransaction`. */
export const transactionCodec: Codec<Transaction> = container<Transaction>({
  body: bodyCodec,
  witness: witnessCodec,
});

/** A witness that shows nothing. */
export const EMPTY_WITNESS: Witness = Object.freeze({ policies: [], signatures: [], preimages: [] });

declare const sealed: unique symbol;

/**
 * A transaction with the bytes it came in and the names that follow from them. Only `decodeTransaction` and
 * `sealTransaction` make one, so id, witness hash and bytes belong together. Says nothing about validity.
 */
export interface SealedTransaction extends Transaction, TransactionName {
  readonly [sealed]: true;
  /** The canonical encoding; not to be written to. */
  readonly bytes: Uint8Array;
  /** Bytes, and 200 for each signature. */
  readonly weight: number;
}

/** What names the exact bytes of a transaction. */
export interface TransactionName {
  readonly id: TransactionId;
  readonly witnessHash: WitnessHash;
}

/** Looks up a transaction that was read before, by its exact name. */
export type KnownTransaction = (name: TransactionName) => SealedTransaction | undefined;

/** The offsets of body and witness, four bytes each. */
const FRAME_BYTES = 8;

/** Hashes transactions of one chain. */
export class TransactionHasher {
  readonly #body: TaggedHasher;
  readonly #witness: TaggedHasher;

  constructor(chainId: ChainId) {
    this.#body = new TaggedHasher(TAGS.transaction, chainId);
    this.#witness = new TaggedHasher(TAGS.witness, chainId);
  }

  /** The id of a body: what its signatures are over. */
  id(body: Body): TransactionId {
    return this.#body.hash<TransactionId>(bodyCodec.encode(body));
  }

  /**
   * The names of encoded bytes, if they have the frame of a transaction: body and witness are slices behind two
   * offsets. Says nothing of what is inside; but bytes of that frame with the names of a transaction are its bytes.
   */
  names(bytes: Uint8Array): TransactionName | undefined {
    if (bytes.length < FRAME_BYTES) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const witnessOffset = view.getUint32(4, true);
    const framed = view.getUint32(0, true) === FRAME_BYTES && witnessOffset >= FRAME_BYTES;
    if (!framed || witnessOffset > bytes.length) return undefined;
    return {
      id: this.#body.hash<TransactionId>(bytes.subarray(FRAME_BYTES, witnessOffset)),
      witnessHash: this.#witness.hash<WitnessHash>(bytes.subarray(witnessOffset)),
    };
  }

  /** Puts a transaction together with its canonical bytes and their names. */
  seal(transaction: Transaction, bytes: Uint8Array, names = this.names(bytes)): SealedTransaction {
    return sealedOf(transaction, present(names, "the frame of an encoded transaction"), bytes);
  }
}

function sealedOf(transaction: Transaction, name: TransactionName, bytes: Uint8Array): SealedTransaction {
  return new Sealed(transaction, name, bytes) as Transaction & TransactionName as SealedTransaction;
}

/** The keys of the outputs that a transfer spends, in the order of its inputs; none for others. Made once. */
export function inputKeys(sealed: SealedTransaction): readonly OutpointKey[] {
  return Sealed.inputs(sealed);
}

/** The same transaction with bytes of its own: itself, unless its bytes are a part of something larger. */
export function withOwnBytes(sealed: SealedTransaction): SealedTransaction {
  if (sealed.bytes.buffer.byteLength === sealed.bytes.length) return sealed;
  return sealedOf(sealed, sealed, sealed.bytes.slice());
}

/**
 * Reads a transaction. Any bytes are answered, in time and memory bounded by their length.
 * The result keeps a view on `bytes`: copy them first if they are a small part of something large.
 * @param known spares decoding and judging again what was read before; the one it gives is the answer
 */
export function decodeTransaction(
  hasher: TransactionHasher,
  bytes: Uint8Array,
  known?: KnownTransaction,
): Result<SealedTransaction, "transaction-too-large" | "encoding"> {
  if (bytes.length > LIMITS.transactionBytes)
    return refuse("transaction-too-large", `${bytes.length} bytes, the limit is ${LIMITS.transactionBytes}`);
  const plain = plainBytes(bytes);
  const names = hasher.names(plain);
  const before = names && known?.(names);
  if (before) return { ok: true, value: before };
  const transfer = readTransfer(plain);
  if (transfer) return { ok: true, value: hasher.seal(transfer, plain, names) };
  const decoded = transactionCodec.decode(plain);
  return decoded.ok ? { ok: true, value: hasher.seal(decoded.value, plain, names) } : decoded;
}

/** Writes a transaction down and names it. Refused if it breaks a limit or range of the format. */
export function sealTransaction(
  hasher: TransactionHasher,
  transaction: Transaction,
): Result<SealedTransaction, "transaction-too-large" | "encoding"> {
  const encoded = transactionCodec.tryEncode(transaction);
  if (!encoded.ok) return encoded;
  if (encoded.value.length > LIMITS.transactionBytes)
    return refuse(
      "transaction-too-large",
      `${encoded.value.length} bytes, the limit is ${LIMITS.transactionBytes}`,
    );
  return { ok: true, value: hasher.seal(transaction, encoded.value) };
}
