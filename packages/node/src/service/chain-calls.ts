// Methods about the chain: blocks, transactions, outputs, proofs.
import { parseAddress } from "@witan/crypto";
import {
  blockEvidenceCodec,
  finalityProofCodec,
  genesisToJson,
  type Json,
  type Outpoint,
  type OutpointKey,
  toJson,
} from "@witan/ledger";
import {
  type AssetId,
  type BlockHash,
  bytesToHex,
  type Height,
  isHex,
  type PolicyHash,
  present,
  type TransactionId,
} from "@witan/primitives";
import { OUTPUTS_PAGE, type ResultOf, RpcError } from "@witan/rpc";
import { transactionIn, transactionsIn } from "../chain/block-parts.ts";
import type { ByAddress } from "../chain/chain-keeper.ts";
import type { NamedBlock } from "../chain/named-blocks.ts";
import { addressHistory } from "./address-history.ts";
import { blockList } from "./block-list.ts";
import type { Calls, ServiceContext } from "./context.ts";

/** A transaction's id, and the index of its output: what cursors are made of. */
const OUTPOINT_BYTES = 34;

/** The methods named `chain_…`. */
export function chainCalls(context: ServiceContext): Calls<"chain"> {
  const { chain, mempool, settings } = context;
  const policyOf = (address: string): PolicyHash => {
    const parsed = parseAddress(address, settings.chain.genesis.addressPrefix);
    if (parsed.ok) return parsed.value;
    throw new RpcError("address-invalid", {
      data: { address, ...(parsed.detail === undefined ? {} : { detail: parsed.detail }) },
    });
  };
  return {
    chain_genesis: async () => ({
      chainId: settings.chain.chainId,
      genesis: genesisToJson(settings.chain.genesis) as { readonly [field: string]: Json },
    }),
    chain_head: async () => {
      const { height, hash, header } = chain.tip;
      return { height, hash, timestamp: header.timestamp };
    },
    chain_block: async ({ height, hash, transactions }) => {
      const at = (height as Height | undefined) ?? chain.heightOf(hash as BlockHash);
      const block = at === undefined ? undefined : chain.namedBlock(at);
      if (at === undefined || block === undefined) throw new RpcError("block-unknown");
      const bytes = transactions === "full" ? chain.blockBytes(at) : undefined;
      return blockResult(chain, at, { block, bytes: bytes && transactionsIn(bytes) });
    },
    chain_blocks: async (params) => blockList(context, params),
    chain_transaction: async ({ transaction }) => transactionState(context, transaction as TransactionId),
    chain_proof: async ({ transaction, height }) =>
      height === undefined
        ? transactionProof(context, transaction as TransactionId)
        : blockProof(context, height as Height),
    chain_outputs: async ({ address, asset, after, limit }) => {
      if (after !== undefined && !isHex(after, OUTPOINT_BYTES)) throw new RpcError("cursor-invalid");
      const page = withIndex(
        await chain.outputs(policyOf(address), {
          limit: limit ?? OUTPUTS_PAGE.default,
          ...(asset === undefined ? {} : { asset: asset as AssetId }),
          ...(after === undefined ? {} : { after: after as string as OutpointKey }),
        }),
      );
      const outputs = page.outputs.map(({ outpoint: name, asset: of, amount, height, reward }) => {
        const outpoint = outpointNamed(name);
        const spentBy = mempool.spenderOf(outpoint) ?? null;
        return { ...outpoint, asset: of, amount: amount.toString(), height, reward, spentBy };
      });
      return { height: page.height, outputs, next: page.next ?? null };
    },
    chain_balance: async ({ address }) => {
      const { height, amounts } = withIndex(await chain.balance(policyOf(address)));
      const entries = [...amounts].sort(([a], [b]) => a - b);
      const balances = Object.fromEntries(entries.map(([asset, sum]) => [`${asset}`, sum.toString()]));
      return { address, height, balances: { "0": "0", ...balances } };
    },
    chain_history: async ({ address, ...query }) => addressHistory(context, policyOf(address), query),
    chain_assets: async () => ({
      assets: chain.governance.state.assets.map((asset, index) => ({ asset: index, ...asset })),
    }),
  };
}

function transactionProof({ chain, fates }: ServiceContext, id: TransactionId): ResultOf<"chain_proof"> {
  const place = chain.place(id);
  if (place === undefined)
    throw new RpcError(
      fates.known(id).status === "unknown" ? "transaction-unknown" : "transaction-not-final",
    );
  if (place.height === 0) throw new RpcError("proof-needless");
  const proof = chain.proof(id);
  if (typeof proof === "string") throw new RpcError("certificate-pending");
  return { transaction: id, height: place.height, proof: bytesToHex(finalityProofCodec.encode(proof)) };
}

/** Of a block, whatever it holds. */
function blockProof({ chain }: ServiceContext, height: Height): ResultOf<"chain_proof"> {
  if (height > chain.tip.height) throw new RpcError("block-unknown");
  if (height === 0) throw new RpcError("proof-needless");
  const evidence = chain.evidence(height);
  if (evidence === undefined) throw new RpcError("certificate-pending");
  const hash = present(chain.hashAt(height), "the hash of a block");
  return { height, hash, proof: bytesToHex(blockEvidenceCodec.encode(evidence)) };
}

function withIndex<T>(found: ByAddress<T>): T {
  if (!found.ok) throw new RpcError("address-index-off");
  return found.value;
}

function outpointNamed(name: OutpointKey): Outpoint {
  return { transaction: name.slice(0, 64) as TransactionId, index: Number.parseInt(name.slice(64), 16) };
}

/** @param bytes of each transaction; undefined: they are not asked for */
function blockResult(
  chain: ServiceContext["chain"],
  height: Height,
  { block, bytes }: { readonly block: NamedBlock; readonly bytes: readonly Uint8Array[] | undefined },
): ResultOf<"chain_block"> {
  const { header, transactions } = block;
  const certificate = chain.certificate(height);
  return {
    height,
    hash: chain.chain.blockHash(header),
    header: toJson(header) as unknown as ResultOf<"chain_block">["header"],
    certificate:
      certificate === undefined
        ? null
        : (toJson(certificate) as unknown as ResultOf<"chain_block">["certificate"]),
    transactions: transactions.map(({ id, witnessHash }, index) => ({
      transaction: id,
      witnessHash,
      ...(bytes === undefined ? {} : { bytes: bytesToHex(present(bytes[index], `transaction ${index}`)) }),
    })),
  };
}

function transactionState(
  { chain, mempool, fates }: ServiceContext,
  transaction: TransactionId,
): ResultOf<"chain_transaction"> {
  const known = fates.known(transaction);
  if (known.status === "final" || known.status === "included") {
    const block = chain.blockBytes(known.height as Height);
    const bytes = block && transactionIn(block, known.index);
    if (bytes === undefined) throw new RpcError("block-unknown");
    return { ...known, bytes: bytesToHex(bytes) };
  }
  if (known.status !== "pending") return known;
  const { bytes } = present(mempool.get(transaction), "what is pending").transaction;
  return { ...known, bytes: bytesToHex(bytes) };
}
