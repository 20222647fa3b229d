// How many bytes blocks and transactions have on the wire, by the codecs of the ledger: of an ordinary transfer, which spends
// one coin by one key and makes two.
import { headerCodec, type PolicyNode, type Transaction, transactionCodec } from "@witan/ledger";
import type {
  Amount,
  AssetId,
  Hash,
  Height,
  MemberIndex,
  PolicyHash,
  PublicKey,
  Signature,
  Timestamp,
  TransactionId,
} from "@witan/primitives";
import { ZERO_HASH } from "@witan/primitives";

const KEY = `02${"11".repeat(32)}` as PublicKey;

/** The ordinary one. */
export const TRANSFER: Transaction = {
  body: {
    kind: "transfer",
    inputs: [{ transaction: ZERO_HASH as Hash as unknown as TransactionId, index: 0 }],
    outputs: [1, 2].map((amount) => ({
      asset: 0 as AssetId,
      amount: BigInt(amount) as Amount,
      policyHash: ZERO_HASH as Hash as unknown as PolicyHash,
    })),
    fee: 1n as Amount,
    ...{ issued: [], destroyed: [], validUntil: 1 as Timestamp, memo: "" },
  },
  witness: {
    policies: [[{ kind: "key", publicKey: KEY } satisfies PolicyNode]],
    signatures: [{ publicKey: KEY, signature: "11".repeat(64) as Signature }],
    preimages: [],
  },
};

/** Of an SSZ offset. */
const OFFSET = 4;

/** An ordinary transfer, with its place in a list. */
export const TRANSFER_BYTES = transactionCodec.encode(TRANSFER).length + OFFSET;

const HEADER_BYTES = headerCodec.encode({
  ...{ version: 1, height: 1 as Height, parent: ZERO_HASH as never, timestamp: 1 as Timestamp },
  ...{ transactionsRoot: ZERO_HASH as Hash, governanceRoot: ZERO_HASH as Hash },
  ...{ proposer: 0 as MemberIndex, target: 0, nonce: 0n },
}).length;

/** A block of so many of them. */
export function blockBytes(transfers: number): number {
  return HEADER_BYTES + OFFSET + transfers * TRANSFER_BYTES;
}
