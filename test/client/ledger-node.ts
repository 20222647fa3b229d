// A node for tests of the client: a ledger behind a real HTTP server, which makes a block of each transaction that it
// takes. It has no consensus, so that a test decides when something is pending, lost or slow.
import { type BuiltTransfer, RpcClient } from "@witan/client";
import { parseAddress } from "@witan/crypto";
import { decodeTransaction, genesisToJson, type SealedTransaction, toJson } from "@witan/ledger";
import { hexToBytes, present, type TransactionId } from "@witan/primitives";
import { RpcError, type TransactionOutcome } from "@witan/rpc";
import { TestLedger } from "../ledger/build.ts";
import { type Call, ScriptedNode, serving } from "./scripted-node.ts";

/** What a test makes of a submitted transaction before the node does; undefined: what the node does. */
export type OnSubmit = (transaction: SealedTransaction, call: Call) => TransactionOutcome | undefined;

/** A node over a ledger. */
export class LedgerNode {
  readonly ledger: TestLedger;
  readonly server: ScriptedNode;
  /** Methods called, in order. */
  readonly calls: string[] = [];
  /** Outputs that pending transactions spend: the key of the output, and the transaction. */
  readonly spentBy = new Map<string, TransactionId>();
  readonly included = new Map<TransactionId, TransactionOutcome>();
  /** Outputs on a page, whatever the caller asks for. */
  pageMax = 3;
  onSubmit: OnSubmit = () => undefined;
  /** What becomes of a transaction that is waited for. */
  onWait: (transaction: TransactionId, call: Call) => TransactionOutcome = (transaction) =>
    this.included.get(transaction) ?? { transaction, status: "unknown" };

  constructor(ledger = new TestLedger()) {
    this.ledger = ledger;
    this.server = new ScriptedNode(serving((call) => this.#serve(call)));
  }

  get client(): RpcClient {
    return new RpcClient({ url: this.server.url });
  }

  /** Takes a transaction into a block, as the first time it comes. */
  include(transaction: SealedTransaction): TransactionOutcome {
    const known = this.included.get(transaction.id);
    if (known !== undefined) return known;
    const judged = this.ledger.judge(this.ledger.block([transaction]));
    if (!judged.ok)
      return {
        transaction: transaction.id,
        status: "rejected",
        code: judged.code,
        message: judged.detail ?? "",
      };
    const { header, hash } = this.ledger.grow(transaction).block;
    const outcome = {
      transaction: transaction.id,
      status: "final",
      height: header.height,
      hash,
      index: 0,
    } as const;
    this.included.set(transaction.id, outcome);
    return outcome;
  }

  #serve(call: Call): unknown {
    this.calls.push(call.method);
    const { chain, headers, state } = this.ledger;
    switch (call.method) {
      case "chain_genesis":
        return { chainId: chain.chainId, genesis: genesisToJson(chain.genesis) };
      case "chain_head": {
        const { height, timestamp } = present(headers.at(-1), "a header");
        return { height, hash: state.parent.hash, timestamp };
      }
      case "chain_block": {
        const header = present(headers[Number(call.params["height"])], "a block");
        const transactions = this.ledger.blocks[header.height - 1]?.block.transactions ?? [];
        return {
          ...{
            height: header.height,
            hash: chain.blockHash(header),
            header: toJson(header),
            certificate: null,
          },
          transactions: transactions.map(({ id, witnessHash }) => ({ transaction: id, witnessHash })),
        };
      }
      case "governance_state": {
        const { sequence, members, parameters, assets, clients } = state.governance.state;
        const { clientsMode } = chain.genesis;
        const { height } = state.parent;
        return toJson({ height, sequence, members, parameters, assets, clientsMode, clients });
      }
      case "chain_outputs":
        return this.#outputs(call.params);
      case "transaction_submit": {
        const decoded = decodeTransaction(chain.transactions, hexToBytes(String(call.params["transaction"])));
        if (!decoded.ok) throw new RpcError("transaction-encoding");
        return this.onSubmit(decoded.value, call) ?? this.include(decoded.value);
      }
      case "transaction_wait":
        return this.onWait(String(call.params["transaction"]) as TransactionId, call);
      default:
        throw new RpcError("method-unknown");
    }
  }

  #outputs({ address, asset, after, limit }: Call["params"]): unknown {
    const policyHash = parseAddress(String(address), this.ledger.chain.genesis.addressPrefix);
    if (!policyHash.ok) throw new RpcError("address-invalid");
    const assets = asset === undefined ? [0, 1, 2] : [Number(asset)];
    const all = assets.flatMap((one) => this.ledger.coinsOf(policyHash.value, one));
    const from = after === undefined ? 0 : Number(after);
    const to = from + Math.min(Number(limit), this.pageMax);
    return {
      height: this.ledger.state.parent.height,
      outputs: all.slice(from, to).map((coin) => ({
        transaction: coin.transaction,
        index: coin.index,
        asset: coin.asset,
        amount: coin.amount.toString(),
        height: coin.height,
        reward: coin.reward,
        spentBy: this.spentBy.get(`${coin.transaction} ${coin.index}`) ?? null,
      })),
      next: to < all.length ? `${to}` : null,
    };
  }

  /** Marks what a transfer spends as spent by a pending transaction. */
  pend({ spent, transaction }: BuiltTransfer): void {
    for (const coin of spent) this.spentBy.set(`${coin.transaction} ${coin.index}`, transaction.id);
  }
}
