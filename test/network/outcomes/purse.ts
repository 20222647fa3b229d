// Coins for thousands of transactions: the accounts of a network split what they have, while it is well, into coins of which
// each is spent by one case. Some of them pay to a lock that two keys open, each alone.
import assert from "node:assert/strict";
import {
  anyOf,
  buildTransfer,
  type Chain,
  keyPolicy,
  type Lock,
  openLock,
  openWallet,
  type RpcClient,
  type SealedTransaction,
  type SpendableCoin,
  type Spender,
  spendableCoins,
  submitTransaction,
  type Wallet,
} from "@witan/client";
import type { TestNetwork } from "../harness.ts";

/** What each case's coin is worth, and what its transaction pays: enough for the fee rate of the chain. */
const WORTH = 1_000_000n;
export const FEE = 2_000n;
/** Outputs of a transaction that splits. */
const FAN = 250;
const SPLIT_FEE = 50_000n;

/** How a coin is spent. */
export interface Spending {
  readonly validUntil: number;
  readonly fee?: bigint;
  /** Tells transactions apart that spend the same coin. */
  readonly memo?: string;
  readonly keys?: readonly Wallet[];
}

/** Coins in the test's hands, none of which anything pending spends. */
export class Purse {
  readonly chain: Chain;
  /** Who owns the coins, and another who opens the lock, too. */
  readonly owner: Wallet;
  readonly other: Wallet;
  readonly lock: Lock;
  readonly #coins: SpendableCoin[] = [];
  readonly #locked: SpendableCoin[] = [];

  private constructor(chain: Chain, owner: Wallet, other: Wallet) {
    this.chain = chain;
    this.owner = owner;
    this.other = other;
    const lock = openLock(anyOf(keyPolicy(owner.publicKey), keyPolicy(other.publicKey)));
    assert.ok(lock.ok);
    this.lock = lock.value;
  }

  /** Splits money of the network's accounts into so many coins of the first one, and so many that pay to the lock. */
  static async fill(
    network: TestNetwork,
    chain: Chain,
    { coins, locked }: { readonly coins: number; readonly locked: number },
  ): Promise<Purse> {
    const wallets = network.list.accounts.map(({ secretKey }) => {
      const wallet = openWallet(secretKey);
      assert.ok(wallet.ok);
      return wallet.value;
    });
    const [owner, other] = wallets;
    assert.ok(owner !== undefined && other !== undefined);
    const purse = new Purse(chain, owner, other);
    const client = network.client(0);
    const money = await purse.#money(client, wallets, Math.ceil((coins + locked) / FAN) + 1);
    const fill = async (to: Spender, into: SpendableCoin[], count: number) => {
      while (into.length < count) {
        const source = money.pop();
        assert.ok(source !== undefined, "the accounts have too little");
        into.push(...(await purse.#split(client, source, { to, worth: WORTH, count: FAN })));
      }
    };
    await fill(owner, purse.#coins, coins);
    await fill(purse.lock, purse.#locked, locked);
    return purse;
  }

  /** A coin that nobody else gets. */
  take(): SpendableCoin {
    const coin = this.#coins.pop();
    assert.ok(coin !== undefined, "the purse is empty");
    return coin;
  }

  /** The same, of those that the lock holds. */
  takeLocked(): SpendableCoin {
    const coin = this.#locked.pop();
    assert.ok(coin !== undefined, "nothing is left in the lock");
    return coin;
  }

  /** Spends a coin to its owner. */
  spend(coin: SpendableCoin, { validUntil, fee = FEE, memo = "", keys }: Spending): SealedTransaction {
    const built = buildTransfer({
      chain: this.chain,
      keys: keys ?? [this.owner],
      locks: [this.lock],
      coins: [coin],
      payments: [{ to: this.#addressOf(this.owner), amount: coin.amount - fee }],
      fee: { kind: "exact", amount: fee },
      changeTo: this.#addressOf(this.owner),
      ...{ validUntil, memo },
    });
    assert.ok(built.ok, built.ok ? "" : `${built.code}: ${built.detail}`);
    return built.value.transaction;
  }

  /** The coin that a transaction of `spend` makes. */
  made(transaction: SealedTransaction): SpendableCoin {
    const { body } = transaction;
    const [output] = body.kind === "governance" ? [] : body.outputs;
    assert.ok(output !== undefined);
    return { ...output, transaction: transaction.id, index: 0, height: 0, reward: false } as SpendableCoin;
  }

  #addressOf(spender: Spender): string {
    return spender.address(this.chain.genesis.addressPrefix);
  }

  /** So many coins that can be split, each of which one transaction can make. */
  async #money(
    client: RpcClient,
    wallets: readonly Wallet[],
    count: number,
  ): Promise<(SpendableCoin & { readonly of: Wallet })[]> {
    const money: (SpendableCoin & { readonly of: Wallet })[] = [];
    for (const wallet of wallets) {
      if (money.length >= count) break;
      const found = await spendableCoins(client, this.#addressOf(wallet));
      assert.ok(found.ok);
      for (const coin of found.value.coins) {
        const split = { to: wallet, worth: WORTH * BigInt(FAN) + SPLIT_FEE, count: Math.min(FAN, count) };
        const parts = await this.#split(client, { ...coin, of: wallet }, split);
        money.push(...parts.map((part) => ({ ...part, of: wallet })));
      }
    }
    return money;
  }

  async #split(
    client: RpcClient,
    { of, ...coin }: SpendableCoin & { readonly of: Wallet },
    { to, worth, count }: { readonly to: Spender; readonly worth: bigint; readonly count: number },
  ): Promise<readonly SpendableCoin[]> {
    const built = buildTransfer({
      chain: this.chain,
      keys: [of],
      coins: [coin],
      payments: Array.from({ length: count }, () => ({ to: this.#addressOf(to), amount: worth })),
      fee: { kind: "exact", amount: SPLIT_FEE },
      changeTo: this.#addressOf(of),
      validUntil: Date.now() + 600_000,
    });
    assert.ok(built.ok, built.ok ? "" : `${built.code}: ${built.detail}`);
    const { transaction } = built.value;
    const outcome = await submitTransaction(client, transaction, { timeoutMs: 60_000 });
    assert.equal(outcome.status, "final", JSON.stringify(outcome));
    const { body } = transaction;
    assert.ok(body.kind === "transfer");
    return body.outputs
      .slice(0, count)
      .map((output, index) => ({ ...coin, ...output, transaction: transaction.id, index }));
  }
}
