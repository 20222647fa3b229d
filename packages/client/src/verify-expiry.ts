// Showing that a transaction has expired: a verified block is later than its `validUntil`, and none of the blocks before
// that, back to one from before it was made, holds it. Takes nothing on a node's word: blocks are those whose hashes lead to
// the verified one, and their lists of transactions those that their headers name.
import {
  type Chain,
  type Header,
  headerCodec,
  type SealedTransaction,
  transactionsRoot,
} from "@witan/ledger";
import type { BlockHash, CancelSignal, Height, TransactionId, WitnessHash } from "@witan/primitives";
import type { ResultOf } from "@witan/rpc";
import { askForProof } from "./proof-file.ts";
import type { RpcCaller } from "./rpc-client.ts";
import { RpcCallError } from "./rpc-failures.ts";
import type { TrustedState } from "./trusted-state.ts";
import { type ProofFault, type UnverifiedProof, unverified, type VerifiedBlock } from "./verify-proof.ts";

/** What is to be shown. */
export interface ExpiryRequest {
  /** What is trusted; it learns as with any proof. */
  readonly trusted: TrustedState;
  readonly transaction: SealedTransaction;
  /** Of a block that is later than its `validUntil`: the `height` of the outcome `expired`. */
  readonly height: number;
  /**
   * A height that the chain had when the transaction was made, as who made it knows. By default that of the newest block
   * which made one of its coins, as a proof shows: no earlier block can hold it, but there may be many since.
   */
  readonly since?: number;
  readonly signal?: CancelSignal;
}

/** It never was in a block, and never will be; under proof of work: not on this branch. */
export interface VerifiedExpiry extends VerifiedBlock {
  readonly transaction: TransactionId;
  /** The first block that was looked into. */
  readonly since: number;
}

/**
 * Why it is not shown: as of a proof, and `not-expired` (the block is not later than `validUntil`), `is-included` (a block
 * holds it), `blocks-other` (the node tells blocks that do not lead to the verified one).
 */
export type ExpiryFault = ProofFault | "not-expired" | "is-included" | "blocks-other";

/** Not shown. */
export interface UnverifiedExpiry {
  readonly verified: false;
  readonly code: ExpiryFault;
  /** A sentence for people. */
  readonly message: string;
}

/** Blocks that are asked for at a time. */
const BLOCKS = 8;
/** Coins that are looked at for the newest. */
const COINS = 8;

/**
 * Shows that a transaction has expired.
 * @param rpc the node that says so, or any other of the chain
 * @throws as `RpcClient.call`
 */
export async function verifyExpiry(
  rpc: RpcCaller,
  { trusted, transaction, height, since, signal }: ExpiryRequest,
): Promise<VerifiedExpiry | UnverifiedExpiry> {
  const options = signal === undefined ? {} : { signal };
  const { proof } = await askForProof(rpc, { height }, options);
  const block = await trusted.verifyBlock({ proof });
  if (!block.verified) return block;
  if (block.height !== height)
    return unverified("height-other", `The proof is of block ${block.height}, expected ${height}.`);
  const { body } = transaction;
  if (body.kind === "reward" || block.timestamp <= body.validUntil)
    return fault("not-expired", `Block ${height} is not later than the transaction may be in one.`);
  const first = since ?? (await newestCoin(rpc, { trusted, transaction, ...options }));
  let expected = block.blockHash;
  for (let last = height; last >= first; last -= BLOCKS) {
    const heights = Array.from({ length: Math.min(BLOCKS, last - first + 1) }, (_, at) => last - at);
    const page = await Promise.all(heights.map((at) => rpc.call("chain_block", { height: at }, options)));
    for (const told of page) {
      const header = headerOf(told);
      const isNext = header !== undefined && isListed(trusted.chain, { expected, header, told });
      if (!isNext)
        return fault("blocks-other", `Block ${told.height} of ${rpc.url} does not lead to the verified one.`);
      if (told.transactions.some((one) => one.transaction === transaction.id))
        return fault("is-included", `Block ${told.height} holds the transaction: it is in time.`);
      expected = header.parent;
    }
  }
  return { ...block, transaction: transaction.id, since: first };
}

type ToldBlock = ResultOf<"chain_block">;

/** Undefined: what a node says is no header. */
function headerOf({ header: { nonce, ...rest } }: ToldBlock): Header | undefined {
  if (!/^\d{1,20}$/.test(nonce)) return undefined;
  const header = { ...rest, nonce: BigInt(nonce) } as unknown as Header;
  return headerCodec.tryEncode(header).ok ? header : undefined;
}

/** Whether a block is the one of that hash, and its transactions are those that its header names. */
function isListed(
  chain: Chain,
  of: { readonly expected: BlockHash; readonly header: Header; readonly told: ToldBlock },
): boolean {
  const names = of.told.transactions.map(({ transaction, witnessHash }) => ({
    id: transaction as TransactionId,
    witnessHash: witnessHash as WitnessHash,
  }));
  return chain.blockHash(of.header) === of.expected && transactionsRoot(names) === of.header.transactionsRoot;
}

/** The height of the newest block that made one of the coins, as a proof shows it; 0 where none does. */
async function newestCoin(
  rpc: RpcCaller,
  { trusted, transaction: { body }, signal }: Pick<ExpiryRequest, "trusted" | "transaction" | "signal">,
): Promise<number> {
  if (body.kind !== "transfer") return 0;
  const options = signal === undefined ? {} : { signal };
  const ids = [...new Set(body.inputs.map(({ transaction }) => transaction))].slice(0, COINS);
  const states = await Promise.all(
    ids.map((transaction) => rpc.call("chain_transaction", { transaction }, options)),
  );
  let newest: { readonly transaction: string; readonly height: number } | undefined;
  for (const state of states)
    if (state.status === "final" && state.height > (newest?.height ?? 0)) newest = state;
  if (newest === undefined) return 0;
  const { transaction } = newest;
  const shown = await proofOf(rpc, { trusted, transaction, ...options });
  return shown?.verified ? shown.height : 0;
}

async function proofOf(
  rpc: RpcCaller,
  of: Pick<ExpiryRequest, "trusted" | "signal"> & { readonly transaction: string },
): Promise<{ readonly verified: true; readonly height: Height } | UnverifiedProof | undefined> {
  const { trusted, transaction, signal } = of;
  try {
    const { proof } = await askForProof(rpc, { transaction }, signal === undefined ? {} : { signal });
    return await trusted.verify({ proof, transaction });
  } catch (error) {
    // Without it there is more to look into, and nothing less is shown.
    if (error instanceof RpcCallError) return undefined;
    throw error;
  }
}

function fault(code: ExpiryFault, message: string): UnverifiedExpiry {
  return { verified: false, code, message };
}
