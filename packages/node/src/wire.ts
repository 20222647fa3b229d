// What nodes say to each other beside votes: transactions, blocks, requests. Bytes and bounds only; what it means is
// for pool/, consensus/ and sync/.
import {
  type ListedRegister,
  prepareProofCodec,
  REGISTER_LIMITS,
  type RegisterId,
  registerIdCodec,
} from "@witan/consensus";
import {
  type BlockHash,
  byteList,
  type Certificate,
  type Codec,
  certificateCodec,
  choice,
  container,
  type Height,
  hexVector,
  LIMITS,
  list,
  NETWORK_LIMITS,
  type TransactionId,
  uint32,
  uint53,
  union,
} from "@witan/primitives";

/** The versions of this page that this program speaks. */
export const PROTOCOL_VERSIONS: readonly number[] = Object.freeze([1]);

/** Transactions, or ids, in one message at most. */
export const BATCH_MAX = 4_096;
/** Bytes of transactions in one message: with its offsets it stays below the network's limit. */
export const PUSH_BYTES_MAX = NETWORK_LIMITS.transactionsBytes - 4 * BATCH_MAX - 64;

/** What travels on the channel `transactions`. */
export type TransactionsMessage =
  /** Encoded transactions that the sender holds to be valid. */
  | { readonly kind: "push"; readonly transactions: readonly Uint8Array[] }
  /** Ids that are pending at the sender. */
  | { readonly kind: "announce"; readonly ids: readonly TransactionId[] }
  /** Ids that were announced, and that the sender lacks. */
  | { readonly kind: "want"; readonly ids: readonly TransactionId[] };

const ids = list(hexVector<TransactionId>(32), BATCH_MAX);

/** SSZ of what travels on the channel `transactions`. */
export const transactionsMessageCodec: Codec<TransactionsMessage> = union<TransactionsMessage>({
  push: container<Omit<Extract<TransactionsMessage, { kind: "push" }>, "kind">>({
    transactions: list(byteList(LIMITS.transactionBytes), BATCH_MAX),
  }),
  announce: container({ ids }),
  want: container({ ids }),
});

/**
 * A block with what shows it final. In BP Fast Paxos an acceptor's own word does: its certificate has no signatures yet,
 * and convinces nobody but who hears it over the channel of that acceptor.
 */
export interface DecidedBlock {
  readonly block: Uint8Array;
  readonly certificate: Certificate;
}

/** What travels on the channel `bulk`. */
export type BulkMessage =
  /** The body of a proposal, beside its PRE-PREPARE. */
  | { readonly kind: "proposal"; readonly block: Uint8Array }
  /** A block that the receiver lacks. */
  | ({ readonly kind: "decided" } & DecidedBlock)
  /** The sender, which does not vote, has blocks up to this height. */
  | { readonly kind: "tip"; readonly height: Height };

const decidedFields = { block: byteList(LIMITS.blockBytes), certificate: certificateCodec };

/** SSZ of what travels on the channel `bulk`. */
export const bulkMessageCodec: Codec<BulkMessage> = union<BulkMessage>({
  proposal: container({ block: byteList(LIMITS.blockBytes) }),
  decided: container<DecidedBlock>(decidedFields),
  tip: container({ height: uint53<Height>() }),
});

/** What a node asks of another. */
export type Request =
  /** The body of a proposal or of a final block. */
  | { readonly kind: "body"; readonly hash: BlockHash }
  /** Final blocks in order, from a height on: as many as are there and fit. */
  | { readonly kind: "blocks"; readonly from: Height; readonly count: number }
  /** What certifies final blocks: whole certificates, or the signature of who is asked alone. */
  | { readonly kind: "certificates"; readonly of: readonly { readonly height: Height }[] }
  /** Blocks of proof of work: those of them that are on the chain there. */
  | { readonly kind: "bodies"; readonly of: readonly { readonly hash: BlockHash }[] }
  /** What registers hold, behind one in the order of names, then types: for who has become a validator. */
  | { readonly kind: "registers"; readonly after: readonly RegisterId[] };

/** Blocks in one question by hashes. */
export const BODIES_MAX = 64;

/** Heights in one question for certificates. */
export const CERTIFICATES_MAX = 64;

/** SSZ of a request. */
export const requestCodec: Codec<Request> = union<Request>({
  body: container({ hash: hexVector<BlockHash>(32) }),
  blocks: container({ from: uint53<Height>(), count: uint32() }),
  certificates: container({
    of: list(container<{ readonly height: Height }>({ height: uint53() }), CERTIFICATES_MAX),
  }),
  bodies: container({
    of: list(container<{ readonly hash: BlockHash }>({ hash: hexVector(32) }), BODIES_MAX),
  }),
  registers: container({ after: list(registerIdCodec, 1) }),
});

/** SSZ of the answer to `certificates`: of those that are known, in the order asked. */
export const certificatesCodec: Codec<readonly Certificate[]> = list(certificateCodec, CERTIFICATES_MAX);

/** SSZ of the answer to `bodies`: of those that are there, in the order asked, as many as fit. */
export const bodiesCodec: Codec<readonly Uint8Array[]> = list(byteList(LIMITS.blockBytes), BODIES_MAX);

/** Blocks in one answer. */
export const RANGE_BLOCKS_MAX = 256;
/** Bytes of blocks in one answer, but for the first, which is always sent: a few pieces, so that peers take turns. */
export const RANGE_BYTES_MAX = 4 * 1024 * 1024;

/** SSZ of the answer to `blocks`: empty if the first is not there. */
export const rangeCodec: Codec<readonly DecidedBlock[]> = list(
  container<DecidedBlock>(decidedFields),
  RANGE_BLOCKS_MAX,
);

/** A register as one validator hands it to another. */
export interface HandedRegister extends ListedRegister {
  readonly data: Uint8Array;
}

/** Registers in one answer; of `RANGE_BYTES_MAX` bytes, but for the first, which is always sent. */
export const HANDED_MAX: number = REGISTER_LIMITS.listed;

/** What registers hold, as one validator tells another. */
export interface HandedRegisters {
  /** The height from which the members count that the sender knows. */
  readonly membership: Height;
  readonly registers: readonly HandedRegister[];
  /** Whether there are more behind them. */
  readonly more: "no" | "yes";
}

/** SSZ of the answer to `registers`. */
export const registersCodec: Codec<HandedRegisters> = container<HandedRegisters>({
  membership: uint53<Height>(),
  registers: list(
    container<HandedRegister>({
      register: registerIdCodec,
      proof: prepareProofCodec,
      data: byteList(LIMITS.registerValueBytes),
    }),
    HANDED_MAX,
  ),
  more: choice(["no", "yes"]),
});
