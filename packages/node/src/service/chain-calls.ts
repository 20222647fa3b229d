// Methods about the chain: blocks, transactions, outputs, proofs.
import { parseAddress } from "@witan/crypto";
import {
  type Block,
  finalityProofCodec,
  genesisToJson,
  type Json,
  type Outpoint,
  type OutpointKey,
  RULES,
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
import type { ByAddress } from "../chain/chain-keeper.ts";
import type { Calls, ServiceContext } from "./context.ts";

/** A transaction's id, and the index of its output: what cursors are made of. */
const OUTPOINT_BYTES = 34;

/** The methods named `chain_…`. */
export function chainCalls(context: ServiceContext): Calls<"chain"> {
  const { chain, mempool, fates, settings } = context;
  const policyOf = (address: string): PolicyHash => {
    const parsed = parseAddress(address, settings.chain.genesis.addressPrefix);
    if (parsed.ok) return parsed.value;
    throw new RpcError("address-invalid", {
      data: { address, ...(parsed.detail === undefined ? {} : { detail: parsed.detail }) },
    });
  };
  const withIndex = <T>(found: ByAddress<T>): T => {
    if (!found.ok) throw new RpcError("address-index-off");
    return found.value;
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
      const block = at === undefined ? undefined : chain.block(at);
      if (at === undefined || block === undefined) throw new RpcError("block-unknown");
      return blockResult(block, at, { certificate: chain.certificate(at), full: transactions === "full" });
    },
    chain_transaction: async ({ transaction }) => transactionState(context, transaction as TransactionId),
    chain_proof: async ({ transaction }) => {
      const id = transaction as TransactionId;
      const place = chain.place(id);
      if (place === undefined)
        throw new RpcError(
          fates.known(id).status === "unknown" ? "transaction-unknown" : "transaction-not-final",
        );
      if (place.height === 0) throw new RpcError("proof-needless");
      const proof = chain.proof(id);
      if (typeof proof === "string") throw new RpcError("certificate-pending");
      return { transaction, height: place.height, proof: bytesToHex(finalityProofCodec.encode(proof)) };
    },
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
    chain_assets: async () => ({
      assets: chain.governance.state.assets.map((asset, index) => ({ asset: index, ...asset })),
    }),
  };
}

function outpointNamed(name: OutpointKey): Outpoint {
  return { transaction: name.slice(0, 64) as TransactionId, index: Number.parseInt(name.slice(64), 16) };
}

function blockResult(
  block: Block,
  height: Height,
  { certificate, full }: { readonly certificate: unknown; readonly full: boolean },
): ResultOf<"chain_block"> {
  return {
    height,
    hash: block.hash,
    header: toJson(block.header) as unknown as ResultOf<"chain_block">["header"],
    certificate:
      certificate === undefined
        ? null
        : (toJson(certificate) as unknown as ResultOf<"chain_block">["certificate"]),
    transactions: block.transactions.map(({ id, witnessHash, bytes }) => ({
      transaction: id,
      witnessHash,
      ...(full ? { bytes: bytesToHex(bytes) } : {}),
    })),
  };
}

function transactionState(
  { chain, mempool, fates }: ServiceContext,
  transaction: TransactionId,
): ResultOf<"chain_transaction"> {
  const place = chain.place(transaction);
  if (place !== undefined) {
    const found = chain.block(place.height)?.transactions[place.position];
    if (found === undefined) throw new RpcError("block-unknown");
    const { height, position: index } = place;
    const hash = present(chain.hashAt(height), `the hash of block ${height}`);
    return { transaction, status: "final", height, hash, index, bytes: bytesToHex(found.bytes) };
  }
  const pending = mempool.get(transaction)?.transaction;
  if (pending !== undefined) return { transaction, status: "pending", bytes: bytesToHex(pending.bytes) };
  const known = fates.known(transaction);
  if (known.status === "rejected" || known.status === "evicted") {
    const { code, message } = known;
    return { transaction, status: "rejected", code, message };
  }
  if (known.status === "expired")
    return { transaction, status: "rejected", code: "expired", message: RULES.expired };
  return { transaction, status: "unknown" };
}
