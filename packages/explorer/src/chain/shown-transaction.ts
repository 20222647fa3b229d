// A transaction as it is shown: read here from its bytes, whose id is computed here, with what its inputs are worth, which
// stands in the transactions before it. Asks for a bounded number of these.
import { type Chain, formatAddress, readTransaction, type SealedTransaction } from "@witan/client";
import type { ResultOf } from "@witan/rpc";
import type { Assets, NodeLink } from "./node-link.ts";

/** An output, or what an input spends. */
export interface ShownOutput {
  readonly asset: string;
  readonly amount: bigint;
  readonly decimals: number;
  readonly address: string;
}

/** An input. */
export interface ShownInput {
  readonly transaction: string;
  readonly index: number;
  /** What it spends; undefined where the node does not give the transaction that made it. */
  readonly spends: ShownOutput | undefined;
}

/** A transaction with all that is shown of it. */
export interface ShownTransaction {
  readonly state: ResultOf<"chain_transaction">;
  /** Of the block, if it is in one. */
  readonly timestamp: number | undefined;
  /** Undefined where the node has no bytes of it. */
  readonly content:
    | {
        readonly sealed: SealedTransaction;
        readonly inputs: readonly ShownInput[];
        readonly outputs: readonly ShownOutput[];
        readonly assets: Assets;
      }
    | undefined;
  /** The node's bytes are not those of the transaction: it lies, or is of another version. */
  readonly fault: string | undefined;
}

/** Transactions that are asked for to know what inputs are worth. */
const SOURCES_MAX = 50;

/** Asks for a transaction, and what it takes to show it. */
export async function askTransaction(link: NodeLink, id: string): Promise<ShownTransaction> {
  const [state, chain, assets] = await Promise.all([
    link.rpc.call("chain_transaction", { transaction: id }),
    link.chain(),
    link.assets(),
  ]);
  const nothing = { state, timestamp: undefined, content: undefined, fault: undefined };
  if (!("bytes" in state)) return nothing;
  const read = readTransaction(chain, state.bytes, id);
  if (!read.ok)
    return {
      ...nothing,
      fault: `The node gives bytes that are not this transaction's (${read.code}): ask another node.`,
    };
  const { body } = read.value;
  const show = outputShown(chain, assets);
  const [inputs, timestamp] = await Promise.all([
    body.kind === "transfer" ? askInputs(link, body.inputs, show, chain) : [],
    "height" in state ? timestampOf(link, state.height) : undefined,
  ]);
  const outputs = "outputs" in body ? body.outputs.map(show) : [];
  return { state, timestamp, content: { sealed: read.value, inputs, outputs, assets }, fault: undefined };
}

async function timestampOf({ rpc }: NodeLink, height: number): Promise<number | undefined> {
  const { blocks } = await rpc.call("chain_blocks", { from: height, before: height + 1, limit: 1 });
  return blocks[0]?.timestamp;
}

type Output = { readonly asset: number; readonly amount: bigint; readonly policyHash: string };

function outputShown(chain: Chain, assets: Assets): (output: Output) => ShownOutput {
  return ({ asset, amount, policyHash }) => ({
    asset: assets.get(asset)?.name ?? `asset ${asset}`,
    amount,
    decimals: assets.get(asset)?.decimals ?? 0,
    address: formatAddress(chain.genesis.addressPrefix, policyHash as Parameters<typeof formatAddress>[1]),
  });
}

type Input = { readonly transaction: string; readonly index: number };

async function askInputs(
  { rpc }: NodeLink,
  inputs: readonly Input[],
  show: (output: Output) => ShownOutput,
  chain: Chain,
): Promise<readonly ShownInput[]> {
  const ids = [...new Set(inputs.map(({ transaction }) => transaction))].slice(0, SOURCES_MAX);
  const found = await Promise.all(
    ids.map(async (id): Promise<readonly [string, readonly Output[]]> => {
      const state = await rpc.call("chain_transaction", { transaction: id });
      if (!("bytes" in state)) return [id, []];
      // The id is the hash of the bytes: what they say of the outputs can't be made up.
      const read = readTransaction(chain, state.bytes, id);
      return [id, read.ok && "outputs" in read.value.body ? read.value.body.outputs : []];
    }),
  );
  const outputs = new Map(found);
  return inputs.map(({ transaction, index }) => {
    const output = outputs.get(transaction)?.[index];
    return { transaction, index, spends: output && show(output) };
  });
}
