// A small chain and a pool on top of it, for tests of one rule at a time.
import assert from "node:assert/strict";
import { type Chain, type Policy, type SealedTransaction, verdictsOf } from "@witan/ledger";
import { Mempool, type MempoolLimits, type Notice, type Rejection } from "@witan/mempool";
import { present, type Timestamp } from "@witan/primitives";
import {
  type ChainPlan,
  chainOf,
  keyPolicy,
  output,
  type Spendable,
  scheme,
  spendables,
  type TransferPlan,
  transfer,
} from "./build.ts";
import { describeVerdict } from "./describe.ts";
import { World } from "./world.ts";

/** What is special about a scene. */
export interface ScenePlan {
  readonly mode?: "pbft" | "pow";
  readonly limits?: Partial<MempoolLimits>;
  readonly parameters?: ChainPlan["parameters"];
  /** Who owns the allocations; alice ten times if not given. */
  readonly owners?: readonly Policy[];
  /** Of each allocation; 1,000 if not given. */
  readonly amount?: bigint;
}

/** What is special about a payment. */
export type Payment = Partial<Omit<TransferPlan, "chain" | "inputs" | "outputs">> & {
  /** To whom, in equal parts; alice if not given. */
  readonly to?: readonly Policy[];
};

/** A transfer, and what can be spent after it. */
export interface Paid {
  readonly transaction: SealedTransaction;
  readonly outputs: readonly Spendable[];
}

/** How a transaction is handed in. */
export interface Handing {
  readonly from?: string;
  readonly mayWait?: () => boolean;
}

/** A chain, a pool, and the time. */
export class Scene {
  readonly chain: Chain;
  readonly world: World;
  readonly pool: Mempool;
  /** The allocations. */
  readonly coins: readonly Spendable[];
  now: Timestamp;
  /** What the last call said of others. */
  notices: readonly Notice[] = [];

  constructor({ mode = "pbft", limits = {}, parameters = {}, owners, amount = 1_000n }: ScenePlan = {}) {
    const policies = owners ?? Array.from({ length: 10 }, () => keyPolicy("alice"));
    const allocations = policies.map((policy) => output(policy, amount));
    this.chain = chainOf({ mode, allocations, parameters });
    this.world = new World(this.chain);
    this.coins = spendables(present(this.world.blocks[0]?.transactions[0], "the allocations"), policies);
    this.pool = new Mempool({ chain: this.chain, tip: this.world.tip, limits });
    this.now = (this.world.laterThan + 1) as Timestamp;
  }

  /** A coin of the genesis. */
  coin(at: number): Spendable {
    return present(this.coins[at], `coin ${at}`);
  }

  /** Makes a transfer of all of some coins. */
  pay(inputs: readonly Spendable[], payment: Payment = {}): Paid {
    const { to = [keyPolicy("alice")], fee = 0n, ...rest } = payment;
    const sum = inputs.reduce((total, one) => total + one.amount, 0n);
    const share = (sum - fee) / BigInt(to.length);
    const first = sum - fee - share * BigInt(to.length - 1);
    const outputs = to.map((policy, at) => output(policy, at === 0 ? first : share));
    const transaction = transfer({ chain: this.chain, inputs, outputs, fee, ...rest });
    return { transaction, outputs: spendables(transaction, to) };
  }

  /** Takes a transaction through both stages. @returns the verdict as a text */
  submit({ transaction }: Pick<Paid, "transaction">, handing: Handing = {}): string {
    const first = this.pool.precheck(transaction, this.now);
    this.notices = [];
    if (first.status !== "unverified") return describeVerdict(first);
    const { verdict, notices } = this.pool.admit(first.prechecked, {
      signaturesHold: verdictsOf(scheme)(transaction),
      coins: this.world.source,
      now: this.now,
      from: handing.from ?? "peer",
      mayWait: handing.mayWait ?? (() => true),
    });
    this.notices = notices;
    return describeVerdict(verdict);
  }

  /** Pays and takes it in, which must succeed. */
  admit(inputs: readonly Spendable[], payment: Payment = {}): Paid {
    const paid = this.pay(inputs, payment);
    assert.equal(this.submit(paid), "admitted");
    return paid;
  }

  /** Adds a block of these transactions. */
  mine(transactions: readonly SealedTransaction[], timestamp: number = this.world.laterThan + 1): void {
    const valid = this.world.judge(transactions, timestamp);
    this.world.apply(valid);
    this.notices = this.pool.blockApplied(valid, this.world.laterThan, this.now);
  }

  /** Takes the last block off. */
  undo(): void {
    const { block, undo } = this.world.undo();
    this.notices = this.pool.blockUndone(block, undo, this.world.tip, this.now);
  }

  /** What the last call said of others: kind, transaction, and code or origin. */
  told(): readonly (readonly [string, SealedTransaction, string])[] {
    return this.notices.map((notice) => {
      return [
        notice.kind,
        notice.transaction,
        notice.kind === "admitted" ? notice.from : notice.refusal.code,
      ];
    });
  }

  /** The pending transactions in order of arrival. */
  pending(): readonly SealedTransaction[] {
    return this.pool.page(1_000_000).transactions.map((one) => one.transaction);
  }

  /** What is remembered of exactly these bytes. */
  rejection({ transaction }: Pick<Paid, "transaction">): Rejection | undefined {
    const { id, witnessHash } = transaction;
    return this.pool.rejections(id).find((one) => one.witnessHash === witnessHash);
  }

  /** What the next block would hold. */
  select(timestamp: number = this.world.laterThan + 1): readonly SealedTransaction[] {
    return this.pool.select({ timestamp: timestamp as Timestamp });
  }
}
