// Load: accounts that pay each other, one transfer after another, through whichever node answers. Remembers what it was
// told to be final; anything else than final is a problem, told at the next look.
import assert from "node:assert/strict";
import {
  buildTransfer,
  type Chain,
  fetchChain,
  openWallet,
  RpcClient,
  type SealedTransaction,
  type SpendableCoin,
  SubmitError,
  spendableCoins,
  submitTransaction,
  type Wallet,
} from "@witan/client";
import type { TransactionOutcome } from "@witan/rpc";
import { textOf } from "./conditions.ts";
import type { TestNetwork } from "./harness.ts";

/** How long one node is asked before another is. */
const ASK_MS = 1_000;
const AMOUNT = 1_000n;

/** How far ahead a load is where rounds are many: more than become final between what is waited for and what happens then. */
export const FEW_AHEAD = 10;

/** What a load is like. */
export interface LoadOptions {
  /** Each lane is an account with one transfer under way at a time. */
  readonly lanes?: number;
  /** The nodes that it goes through; all by default. */
  readonly through?: readonly number[];
  /**
   * How many transfers it makes beyond what is waited for; as many as the network bears, by default. Where rounds are many a
   * few show the same: what goes on at full speed while a node starts takes the machine from that node.
   */
  readonly ahead?: number;
}

/** A transaction that a node said to be final. */
export interface Final {
  readonly transaction: string;
  readonly height: number;
  readonly hash: string;
}

/** Load on a network; begun by `Load.start`, ended by `stop`. */
export class Load {
  readonly finals: Final[] = [];
  readonly #network: TestNetwork;
  readonly #chain: Chain;
  readonly #lanes: readonly Promise<void>[];
  /** The nodes that it goes through. */
  readonly #through: readonly number[];
  readonly #ahead: number;
  /** How many transfers may be begun. */
  #allowed: number;
  #begun = 0;
  /** Lanes that may not go on. */
  #held: (() => void)[] = [];
  #problem: string | undefined;
  #ends = false;

  private constructor(
    network: TestNetwork,
    chain: Chain,
    { lanes, through, ahead }: Readonly<Required<LoadOptions>>,
  ) {
    this.#network = network;
    this.#through = through;
    this.#chain = chain;
    this.#ahead = ahead;
    this.#allowed = ahead;
    network.guards.push(() => assert.ok(this.#problem === undefined, this.#problem));
    this.#lanes = Array.from({ length: lanes }, (_, lane) =>
      this.#pay(lane).catch((error: unknown) => {
        this.#problem ??= textOf(error);
      }),
    );
  }

  /** Begins. */
  static async start(network: TestNetwork, options: LoadOptions = {}): Promise<Load> {
    const { lanes = 4, ahead = Number.POSITIVE_INFINITY } = options;
    const { through = network.nodes.map((_, node) => node) } = options;
    const chain = await fetchChain(network.client(network.awake[0] ?? 0));
    assert.ok(chain.ok);
    return new Load(network, chain.value, { lanes, through, ahead });
  }

  /** Waits until so many more are final. */
  more(count: number): Promise<void> {
    const wanted = this.finals.length + count;
    this.#allowed = Math.max(this.#allowed, wanted + this.#ahead);
    this.#letGo();
    return this.#network.until(`${count} more transfers are final`, () => this.finals.length >= wanted);
  }

  /** Ends, when what is under way is final. */
  async stop(): Promise<void> {
    this.#ends = true;
    this.#letGo();
    await Promise.all(this.#lanes);
    this.#network.checkAlive();
  }

  #letGo(): void {
    for (const go of this.#held.splice(0)) go();
  }

  /** Waits until one more may be begun, or the end. */
  async #mayBegin(): Promise<boolean> {
    while (!this.#ends && this.#begun >= this.#allowed)
      await new Promise<void>((resolve) => this.#held.push(resolve));
    this.#begun++;
    return !this.#ends;
  }

  async #pay(lane: number): Promise<void> {
    const { accounts } = this.#network.list;
    const account = accounts[lane];
    const to = accounts[(lane + 1) % accounts.length]?.address ?? "";
    const wallet = openWallet(account?.secretKey ?? "");
    assert.ok(account !== undefined && wallet.ok);
    const found = await spendableCoins(this.#network.client(this.#network.awake[0] ?? 0), account.address);
    assert.ok(found.ok);
    // Another lane may have paid this one already: that is not the coin that lasts.
    let coin = found.value.coins.toSorted((a, b) => Number(b.amount - a.amount))[0];
    while (await this.#mayBegin()) {
      assert.ok(coin !== undefined);
      const built = this.#built(wallet.value, coin, { to, own: account.address });
      const outcome = await this.#bringIn(built.transaction);
      const { transaction, height, hash } = outcome;
      this.finals.push({ transaction, height, hash });
      const amount = (coin.amount - AMOUNT) as SpendableCoin["amount"];
      coin = { ...coin, transaction: built.transaction.id, index: 1, amount };
    }
  }

  #built(wallet: Wallet, coin: SpendableCoin, { to, own }: { to: string; own: string }) {
    const built = buildTransfer({
      chain: this.#chain,
      keys: [wallet],
      coins: [coin],
      payments: [{ to, amount: AMOUNT }],
      fee: { kind: "exact", amount: 0n },
      changeTo: own,
      validUntil: Date.now() + 3_600_000,
    });
    assert.ok(built.ok, built.ok ? "" : `${built.code}: ${built.detail}`);
    return built.value;
  }

  /** Asks one node after another, with the same bytes, until one says that it is final. */
  async #bringIn(sealed: SealedTransaction): Promise<TransactionOutcome & { readonly status: "final" }> {
    const { random, nodes } = this.#network;
    const awake = () => this.#through.filter((node) => this.#network.awake.includes(node));
    let among: readonly number[] = awake();
    for (;;) {
      assert.ok(!this.#network.isOver, "the test ended before the load");
      if (among.length === 0) among = this.#through;
      const node = among[Math.floor(random() * among.length)] ?? 0;
      const outcome = await submitTransaction(
        new RpcClient({ url: this.#network.client(node).url }),
        sealed,
        {
          timeoutMs: ASK_MS,
        },
      ).catch((error: unknown) => {
        if (error instanceof SubmitError && error.code === "unanswered") return undefined;
        throw error;
      });
      if (outcome?.status === "final") return outcome;
      const isOpen = outcome === undefined || ["pending", "waiting", "unknown"].includes(outcome.status);
      assert.ok(isOpen, `${nodes[node]?.name} says of a good transfer: ${JSON.stringify(outcome)}`);
      among = awake();
    }
  }
}
