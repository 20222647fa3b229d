// Blocks: their bytes, and reading them (docs/formats.md, section 9).
import {
  type BlockHash,
  byteList,
  type Codec,
  container,
  LIMITS,
  list,
  plainBytes,
  type Result,
  refuse,
} from "@witan/primitives";
import type { Chain } from "./chain.ts";
import { type Header, headerCodec } from "./header.ts";
import { decodeTransaction, type KnownTransaction, type SealedTransaction } from "./transaction.ts";

interface WireBlock {
  readonly header: Header;
  /** Each an encoded transaction. */
  readonly transactions: readonly Uint8Array[];
}

const blockCodec: Codec<WireBlock> = container<WireBlock>({
  header: headerCodec,
  transactions: list(byteList(LIMITS.transactionBytes), LIMITS.blockTransactions),
});

declare const decoded: unique symbol;

/** A block as read from its bytes. Only `decodeBlock` and `encodeBlock` make one. Says nothing about validity. */
export interface Block {
  readonly [decoded]: true;
  readonly header: Header;
  readonly hash: BlockHash;
  readonly transactions: readonly SealedTransaction[];
  /** The canonical encoding; the transactions hold views on it. */
  readonly bytes: Uint8Array;
}

/** Why bytes are no block; `transaction` is the position of the one that does not decode. */
export interface BlockFault {
  readonly ok: false;
  readonly code: "block-too-large" | "encoding";
  readonly detail?: string;
  readonly transaction?: number;
}

/**
 * Reads a block. Any bytes are answered, in time and memory bounded by their length.
 * @param bytesMax the parameter `blockBytesMax` of the state after the parent; at most 32 MiB in any case
 * @param known transactions that were read before, such as those of the mempool: they are not read or judged again
 */
export function decodeBlock(
  chain: Chain,
  given: Uint8Array,
  bytesMax: number = LIMITS.blockBytes,
  known?: KnownTransaction,
): { readonly ok: true; readonly value: Block } | BlockFault {
  const bytes = plainBytes(given);
  if (bytes.length > bytesMax)
    return refuse("block-too-large", `${bytes.length} bytes, the limit is ${bytesMax}`);
  const wire = blockCodec.decode(bytes);
  if (!wire.ok) return wire;
  const transactions: SealedTransaction[] = [];
  for (const [index, one] of wire.value.transactions.entries()) {
    const transaction = decodeTransaction(chain.transactions, one, known);
    if (!transaction.ok)
      return { ok: false, code: "encoding", transaction: index, detail: transaction.detail ?? "" };
    transactions.push(transaction.value);
  }
  const { header } = wire.value;
  return {
    ok: true,
    value: { header, hash: chain.blockHash(header), transactions, bytes } as unknown as Block,
  };
}

/** Writes a block down. Refused if it breaks a limit or range of the format. */
export function encodeBlock(
  chain: Chain,
  header: Header,
  transactions: readonly SealedTransaction[],
): Result<Block, "encoding"> {
  const bytes = blockCodec.tryEncode({ header, transactions: transactions.map((one) => one.bytes) });
  if (!bytes.ok) return bytes;
  const block = { header, hash: chain.blockHash(header), transactions, bytes: bytes.value };
  return { ok: true, value: block as unknown as Block };
}
