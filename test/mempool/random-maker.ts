// Makes the transactions of random runs: transfers of what there is, was and never will be, some of them wrong; changes
// of governance; and copies with other witnesses.
import assert from "node:assert/strict";
import { type Chain, type Change, keyOf, type Policy, type SealedTransaction } from "@witan/ledger";
import { type AssetId, present } from "@witan/primitives";
import {
  afterPolicy,
  eitherPolicy,
  governance,
  hashOf,
  keyOfName,
  keyPolicy,
  output,
  REWARDED,
  type Spendable,
  spendables,
  type TransferPlan,
  transfer,
} from "./build.ts";

/** Who owns coins. */
export const NAMES = ["alice", "bob", "carol"];
const FEES = [0n, 0n, 1n, 2n, 5n, 40n, 40n, 500n];
/** How many coins the genesis makes. */
export const ALLOCATIONS = 10;

/** Random numbers that a seed fixes (mulberry32). */
export function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** A transaction and, if it is a transfer, what it was made of. */
export interface Made {
  readonly transaction: SealedTransaction;
  readonly plan: TransferPlan | undefined;
}

/** Makes transactions, and remembers which outputs there could be. */
export class RandomMaker {
  readonly #below: (below: number) => number;
  readonly #chain: Chain;
  /** Every transaction, the last ones last. */
  readonly made: Made[] = [];
  /** Outputs that may be there, the last ones last; first those of the genesis. */
  readonly wallet: Spendable[] = [];

  constructor(chain: Chain, below: (below: number) => number) {
    this.#chain = chain;
    this.#below = below;
  }

  /** One of some. */
  pick<T>(list: readonly T[]): T {
    return present(list[this.#below(list.length)], "something to pick");
  }

  /** Mostly one of the last. */
  #pickRecent<T>(list: readonly T[]): T {
    const from = this.#below(4) === 0 ? 0 : Math.max(0, list.length - 14);
    return this.pick(list.slice(from));
  }

  #policy(now: number): Policy {
    const dice = this.#below(8);
    if (dice === 0) return afterPolicy(this.pick(NAMES), now + this.#below(4_000) - 3_000);
    if (dice <= 2) return eitherPolicy("alice", "bob", this.pick(["alice", "bob"]));
    return keyPolicy(this.pick(NAMES));
  }

  /** A transfer, mostly of what is live. */
  transfer(now: number, live: readonly Spendable[]): SealedTransaction {
    const inputs = new Map<string, Spendable>();

    for (let count = 1 + this.#below(3); count > 0; count--) {
      const one = this.#pickRecent(live.length > 0 && this.#below(6) > 0 ? live : this.wallet);
      inputs.set(keyOf(one), one);
    }
    const sum = [...inputs.values()].reduce((total, one) => total + (one.asset === 0 ? one.amount : 0n), 0n);
    const wished = this.pick(FEES);
    const fee = wished < sum ? wished : 0n;
    const count = 1 + this.#below(3);
    const policies = Array.from({ length: count }, () => this.#policy(now));
    const share = (sum - fee) / BigInt(count);
    const outputs = policies.map((policy, at) =>
      output(policy, at > 0 ? share : sum - fee - share * BigInt(count - 1)),
    );
    const far = this.#below(3) === 0 ? this.#below(12_000) : 500_000 + this.#below(1_550_000);
    const memo = "00".repeat(this.#below(3) === 0 ? this.#below(200) : 0);
    const plan: TransferPlan = {
      chain: this.#chain,
      inputs: [...inputs.values()],
      outputs: outputs.map((one) => (one.amount === 0n ? { ...one, amount: 1n as typeof one.amount } : one)),
      fee: this.#below(30) === 0 ? fee + 1n : fee,
      validUntil: now + far,
      memo,
      ...(this.#below(10) === 0
        ? { issued: [{ asset: 1 as AssetId, amount: 5n as never }], issuance: [keyPolicy("issuer")] }
        : {}),
    };
    const made = plan.issued
      ? { ...plan, outputs: [...plan.outputs, output(keyPolicy("alice"), 5n, 1)] }
      : plan;
    return this.#keep(made, plan.issued ? [...policies, keyPolicy("alice")] : policies);
  }

  #keep(plan: TransferPlan, policies: readonly Policy[]): SealedTransaction {
    const broken = this.#below(12) === 0;
    const transaction = transfer({ ...plan, broken });
    this.made.push({ transaction, plan });
    this.wallet.push(...spendables(transaction, policies));
    if (this.wallet.length > 60) this.wallet.splice(ALLOCATIONS, this.wallet.length - 60);
    return transaction;
  }

  /** A change of governance. */
  governance(now: number, next: number): SealedTransaction {
    const publicKey = keyOfName(this.pick([...NAMES, "issuer"]));
    const changes: Change[] = [
      { kind: "changeParameter", parameter: "feeRateMin", value: this.pick([0, 0, 1, 20]) },
      {
        kind: "changeParameter",
        parameter: "validUntilAheadMsMax",
        value: this.pick([60_000, 2_000_000, 2_000_000]),
      },
      { kind: "changeParameter", parameter: "blockTransactionsMax", value: 16 + this.#below(8) },
      { kind: "changeParameter", parameter: "blockBytesMax", value: 131_072 + this.#below(100) },
      { kind: "revokeClient", publicKey },
      { kind: "permitClient", publicKey, registerPrefixes: [] },
      { kind: "permitClient", publicKey, registerPrefixes: ["a"] },
      {
        kind: "registerAsset",
        name: `A${this.#below(9)}`,
        decimals: 0,
        issuancePolicyHash: hashOf(REWARDED),
      },
    ];
    const late = this.#below(8) === 0 ? 1 : 0;
    const sequence = next + late;
    const validUntil = now + this.#below(50_000);
    const transaction = governance(this.#chain, { sequence, change: this.pick(changes), validUntil });
    this.made.push({ transaction, plan: undefined });
    return transaction;
  }

  /** One that was made before, or a copy with another witness; undefined if none was made. */
  again(): SealedTransaction | undefined {
    if (this.made.length === 0) return undefined;
    const { transaction, plan } = this.#pickRecent(this.made);
    const dice = this.#below(4);
    if (dice === 0 || !plan) return transaction;
    if (dice === 1) return transfer({ ...plan, broken: true });
    if (dice === 2) return transfer(plan);
    const inputs = plan.inputs.map((one) => {
      const either = one.policy[0]?.kind === "threshold" && one.policy.every((node) => node.kind !== "after");
      return either ? { ...one, policy: eitherPolicy("alice", "bob", this.pick(["alice", "bob"])) } : one;
    });
    const wrong =
      this.#below(3) === 0 ? [{ ...present(inputs[0], "an input"), policy: keyPolicy("mallory") }] : [];
    const other = transfer({ ...plan, inputs: [...wrong, ...inputs.slice(wrong.length)] });
    assert.equal(other.id, transaction.id);
    this.made.push({ transaction: other, plan });
    return other;
  }
}
