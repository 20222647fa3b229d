// A node for tests of commands: the real RPC server before a ledger in memory that makes a final block of every transaction
// it takes, and can prove it.

import { formatAddress, parseAddress } from "@witan/crypto";
import {
  type Block,
  decodeTransaction,
  finalityProofCodec,
  genesisToJson,
  inclusionBranch,
  type Json,
  RULES,
  type SealedTransaction,
  toJson,
} from "@witan/ledger";
import type { Timestamp } from "@witan/primitives";
import { bytesToHex, type Hash, hexToBytes, present, type TransactionId } from "@witan/primitives";
import {
  type MethodName,
  type ResultOf,
  RpcError,
  type RpcService,
  type ServiceMethodName,
  type TransactionOutcome,
} from "@witan/rpc";
import { keyOfName } from "../ledger/build.ts";
import { SAMPLES } from "../rpc/samples.ts";
import { closeAll, type Opened, open } from "../rpc/server.ts";
import { ProvenChain } from "../vectors/make/proven-chain.ts";
import { FakeFeed } from "./fake-feed.ts";

/** Who pays in these tests: holds 8 coins of 1,000,000 of asset 0, 2 of asset 1. */
export const ALICE = keyOfName("alice");

/** Tokens that a node asks for. */
interface Tokens {
  readonly read?: string;
  readonly submit?: string;
}

/** A node that a test talks to by its RPC. */
export class FakeNode {
  readonly proven = new ProvenChain("pbft");
  /** What the node answers in place of what it would. */
  readonly instead: { -readonly [M in ServiceMethodName]?: RpcService[M] } = {};
  readonly submitted: SealedTransaction[] = [];
  /** What happens, for who has subscribed. */
  readonly feed = new FakeFeed();
  url = "";
  readonly #service: RpcService;
  readonly #tokens: Tokens | undefined;
  #server: Opened | undefined;
  readonly #blocks = new Map<string, Block>();

  constructor(tokens?: Tokens) {
    this.#tokens = tokens;
    this.#service = Object.fromEntries(
      (Object.keys(SAMPLES) as ServiceMethodName[]).map((method) => [
        method,
        (...call: [never, never]) =>
          (this.instead[method] ?? this.#answers[method] ?? sample(method))(...call),
      ]),
    ) as unknown as RpcService;
  }

  static async start(tokens?: Tokens): Promise<FakeNode> {
    const node = new FakeNode(tokens);
    await node.#open("127.0.0.1:0");
    return node;
  }

  /** Ends, and comes back at the same place. */
  async restart(whileAway: () => Promise<void> = async () => {}): Promise<void> {
    const { port } = present(this.#server, "a server");
    await this.#server?.close();
    await whileAway();
    await this.#open(`127.0.0.1:${port}`);
  }

  async #open(listen: string): Promise<void> {
    const tokens = this.#tokens === undefined ? {} : { tokens: this.#tokens };
    this.#server = await open(this.#service, { listen, events: this.feed, ...tokens });
    this.url = this.#server.url.replace(/\/$/, "");
  }

  static stopAll(): Promise<void> {
    return closeAll();
  }

  get chainId(): string {
    return this.proven.ledger.chain.chainId;
  }

  /** The text of the genesis file. */
  get genesis(): string {
    return JSON.stringify(genesisToJson(this.proven.ledger.chain.genesis));
  }

  addressOf(name: string, prefix = "wt"): string {
    return formatAddress(prefix, keyOfName(name).policyHash);
  }

  #height(): number {
    return this.proven.ledger.headers.length - 1;
  }

  readonly #answers: Partial<RpcService> = {
    node_status: async () => ({ ...SAMPLES.node_status.result, chainId: this.chainId }),
    chain_genesis: async () => ({
      chainId: this.chainId,
      genesis: JSON.parse(this.genesis) as { readonly [field: string]: Json },
    }),
    chain_head: async () => {
      const header = present(this.proven.ledger.headers.at(-1), "a header");
      const hash = this.proven.ledger.chain.blockHash(header);
      return { height: header.height, hash, timestamp: header.timestamp };
    },
    chain_assets: async () => ({
      assets: this.proven.ledger.chain.genesis.assets.map((asset, id) => ({ asset: id, ...asset })),
    }),
    chain_balance: async ({ address }) => {
      const sums: Record<string, bigint> = {};
      for (const { asset, amount } of this.#coins(address)) sums[asset] = (sums[asset] ?? 0n) + amount;
      const balances = toJson(sums) as Record<string, string>;
      return { address, height: this.#height(), balances };
    },
    chain_outputs: async ({ address, asset }) => {
      const coins = this.#coins(address).filter((coin) => asset === undefined || coin.asset === asset);
      const outputs = coins.map(({ policyHash: _, amount, ...coin }) => ({
        ...coin,
        amount: `${amount}`,
        spentBy: null,
      }));
      return { height: this.#height(), outputs, next: null };
    },
    governance_state: async () => {
      const { sequence, members, parameters, assets, clients } = this.proven.ledger.state.governance.state;
      const state = {
        sequence,
        members,
        parameters,
        assets,
        clients,
        clientsMode: "open",
        height: this.#height(),
      };
      return toJson(state) as unknown as ResultOf<"governance_state">;
    },
    transaction_submit: async ({ transaction }) => this.#submit(transaction),
    chain_proof: async ({ transaction = "" }) => this.#prove(transaction),
  };

  #coins(address: string) {
    const parsed = parseAddress(address, "wt");
    if (!parsed.ok) throw new RpcError("address-invalid");
    return [0, 1, 2].flatMap((asset) => this.proven.ledger.coinsOf(parsed.value, asset));
  }

  #submit(hex: string): TransactionOutcome {
    const { ledger } = this.proven;
    const decoded = decodeTransaction(ledger.chain.transactions, hexToBytes(hex));
    if (!decoded.ok) throw new RpcError("transaction-encoding");
    const sealed = decoded.value;
    this.submitted.push(sealed);
    const { id: transaction } = sealed;
    // By the clock of the commands, which say until when a transaction is valid.
    const block = ledger.block([sealed], { timestamp: Date.now() as Timestamp });
    const judged = ledger.judge(block);
    if (!judged.ok)
      return { transaction, status: "rejected", code: judged.code, message: RULES[judged.code] };
    ledger.apply(block);
    this.#blocks.set(transaction, block);
    return { transaction, status: "final", height: block.header.height, hash: block.hash, index: 0 };
  }

  #prove(transaction: string): ResultOf<"chain_proof"> {
    const block = this.#blocks.get(transaction);
    if (block === undefined) throw new RpcError("transaction-unknown");
    const { header, transactions } = block;
    const { membership } = this.proven.ledger.state.governance;
    const { witnessHash } = present(transactions[0], "the transaction of the block");
    const certificate = this.proven.certificate(header, membership, ["a", "b", "c"]);
    const proof = bytesToHex(
      finalityProofCodec.encode({
        id: transaction as Hash as TransactionId,
        witnessHash,
        index: 0,
        branch: inclusionBranch(transactions, 0),
        evidence: { kind: "certified", changes: [], header, certificate },
      }),
    );
    return { transaction, height: header.height, proof };
  }
}

function sample<M extends MethodName>(method: M) {
  return async () => SAMPLES[method].result;
}
