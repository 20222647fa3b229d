// Makes transfers for tests: each spends a coin of the genesis, or what the one before gave back. The same on every run.
import type { SealedTransaction, Transfer } from "@witan/ledger";
import { type Amount, present, type Timestamp } from "@witan/primitives";
import { GENESIS_TIME, keyOfName, type NamedCoin, outputTo, TestLedger } from "../ledger/build.ts";
import type { Cluster } from "./cluster.ts";

/** What transfers pay for being in a block. */
export const FEE = 1n;

/** The coins of one person, and what becomes of them. */
export class Purse {
  readonly ledger: TestLedger;
  readonly #name: string;
  readonly #coins: NamedCoin[];

  constructor({ chain }: Pick<Cluster, "chain">, name = "alice") {
    this.ledger = new TestLedger(chain.genesis);
    this.#name = name;
    this.#coins = this.ledger.coinsOf(keyOfName(name).policyHash);
  }

  /** A coin of the genesis, which is spent by nobody else then. */
  take(): NamedCoin {
    return present(this.#coins.shift(), `a coin of ${this.#name}`);
  }

  /** A transfer of one of the genesis' coins. */
  pay(amount = 10n, more: Partial<Transfer> = {}): SealedTransaction {
    return this.spend(this.take(), amount, more);
  }

  /** A transfer that spends a coin, and gives back the rest as its output 1. */
  spend(coin: NamedCoin, amount = 10n, more: Partial<Transfer> = {}): SealedTransaction {
    const own = keyOfName(this.#name);
    const outputs = [outputTo(keyOfName("bob"), amount), outputTo(own, coin.amount - amount - FEE)];
    const until = (GENESIS_TIME + 86_400_000) as Timestamp;
    const body = this.ledger.transfer([coin], outputs, { fee: FEE as Amount, validUntil: until, ...more });
    return this.ledger.seal(body, [own]);
  }

  /** What a transfer gave back. */
  changeOf(transaction: SealedTransaction): NamedCoin {
    const { body } = transaction;
    const output = present(body.kind === "transfer" ? body.outputs[1] : undefined, "the change");
    return {
      ...output,
      height: 0 as NamedCoin["height"],
      reward: false,
      transaction: transaction.id,
      index: 1,
    };
  }

  /** Endless transfers, each of the change of the one before. */
  *chain(coin = this.take()): Generator<SealedTransaction, never, undefined> {
    for (let next = coin; ; ) {
      const transaction = this.spend(next);
      yield transaction;
      next = this.changeOf(transaction);
    }
  }
}
