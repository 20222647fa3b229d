// One long random run of the real pool beside the naive one, over a chain that grows, shrinks and is governed. After
// every step both must agree, and what the pool promises must hold.
import assert from "node:assert/strict";
import {
  addOutputs,
  type Chain,
  type Change,
  CoinView,
  judgeTransaction,
  keyOf,
  type OutpointKey,
  type Policy,
  type SealedTransaction,
  verdictsOf,
} from "@witan/ledger";
import { MEMPOOL_DEFAULTS, Mempool, type MempoolLimits, type Prechecked } from "@witan/mempool";
import { type AssetId, present, type Timestamp, type TransactionId } from "@witan/primitives";
import {
  afterPolicy,
  chainOf,
  eitherPolicy,
  governance,
  hashOf,
  keyOfName,
  keyPolicy,
  output,
  REWARDED,
  type Spendable,
  scheme,
  spendables,
  type TransferPlan,
  transfer,
} from "./build.ts";
import { describeNotice, describeRefusal, describeVerdict } from "./describe.ts";
import { NaivePool, nameOf } from "./naive-pool.ts";
import { World } from "./world.ts";

const NAMES = ["alice", "bob", "carol"];
const FEES = [0n, 0n, 1n, 2n, 5n, 40n, 40n, 500n];
const ALLOCATIONS = 10;

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

interface Made {
  readonly transaction: SealedTransaction;
  readonly plan: TransferPlan | undefined;
}

/** A run; `step` does one thing and holds both pools against each other. */
export class RandomRun {
  readonly #below: (below: number) => number;
  readonly #chain: Chain;
  readonly #world: World;
  readonly #real: Mempool;
  readonly #naive: NaivePool;
  readonly #made: Made[] = [];
  readonly #wallet: Spendable[] = [];
  readonly #held: { readonly prechecked: Prechecked; readonly transaction: SealedTransaction }[] = [];
  readonly #hidden: SealedTransaction[] = [];
  #now: number;
  /** What was done, the last things last. */
  readonly log: string[] = [];
  /** How often each outcome came up. */
  readonly seen = new Map<string, number>();

  constructor(seed: number, mode: "pbft" | "pow", limits: Partial<MempoolLimits>) {
    this.#below = randomOf(seed);
    const policies = Array.from({ length: ALLOCATIONS }, (_, at) =>
      keyPolicy(present(NAMES[at % 3], "a name")),
    );
    const allocations = policies.map((policy) => output(policy, 1_000_000n));
    const parameters = { validUntilAheadMsMax: 2_000_000, blockTransactionsMax: 20, blockSignaturesMax: 64 };
    this.#chain = chainOf({ mode, allocations, parameters });
    this.#world = new World(this.#chain);
    const first = present(this.#world.blocks[0]?.transactions[0], "the allocations");
    this.#wallet.push(...spendables(first, policies));
    this.#now = this.#world.laterThan + 1;
    const all = { ...MEMPOOL_DEFAULTS, ...limits };
    this.#real = new Mempool({ chain: this.#chain, tip: this.#world.tip, limits });
    this.#naive = new NaivePool(this.#chain, this.#world.tip, all);
  }

  step(): void {
    const dice = this.#below(100);
    if (dice < 36) this.#submit(this.#newTransfer());
    else if (dice < 42) this.#hide();
    else if (dice < 48) this.#reveal();
    else if (dice < 58) this.#submitAgain();
    else if (dice < 64) this.#admitHeld();
    else if (dice < 68) this.#submit(this.#newGovernance());
    else if (dice < 80) this.#mineOwn();
    else if (dice < 88) this.#mineForeign();
    else if (dice < 93) this.#undo();
    else this.#wait();
    this.#check();
  }

  #pick<T>(list: readonly T[]): T {
    return present(list[this.#below(list.length)], "something to pick");
  }

  /** Mostly one of the last. */
  #pickRecent<T>(list: readonly T[]): T {
    const from = this.#below(4) === 0 ? 0 : Math.max(0, list.length - 14);
    return this.#pick(list.slice(from));
  }

  /** Makes a transfer that the pool hears of later than of what spends from it. */
  #hide(): void {
    const hidden = this.#newTransfer();
    this.#hidden.push(hidden);
    const from = this.#wallet.filter((one) => one.transaction === hidden.id);
    this.#submit(this.#newTransfer(from));
  }

  #reveal(): void {
    const at = this.#below(this.#hidden.length + 1);
    const [hidden] = this.#hidden.splice(at, 1);
    if (hidden) this.#submit(hidden);
  }

  /** Whether an output is there and, mostly, not spent yet. */
  #isLive(one: Spendable): boolean {
    const pending = this.#naive.pending.some(({ id }) => id === one.transaction);
    const isThere = pending || this.#world.coins.has(keyOf(one));
    return isThere && (this.#real.spenderOf(one) === undefined || this.#below(12) === 0);
  }

  #policy(): Policy {
    const dice = this.#below(8);
    if (dice === 0) return afterPolicy(this.#pick(NAMES), this.#now + this.#below(4_000) - 3_000);
    if (dice <= 2) return eitherPolicy("alice", "bob", this.#pick(["alice", "bob"]));
    return keyPolicy(this.#pick(NAMES));
  }

  #newTransfer(from?: readonly Spendable[]): SealedTransaction {
    const inputs = new Map<string, Spendable>();
    const live = from ?? this.#wallet.filter((one) => this.#isLive(one));
    for (let count = 1 + this.#below(3); count > 0; count--) {
      const one = this.#pickRecent(live.length > 0 && this.#below(6) > 0 ? live : this.#wallet);
      inputs.set(keyOf(one), one);
    }
    const sum = [...inputs.values()].reduce((total, one) => total + (one.asset === 0 ? one.amount : 0n), 0n);
    const wished = this.#pick(FEES);
    const fee = wished < sum ? wished : 0n;
    const count = 1 + this.#below(3);
    const policies = Array.from({ length: count }, () => this.#policy());
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
      validUntil: this.#now + far,
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
    this.#made.push({ transaction, plan });
    this.#wallet.push(...spendables(transaction, policies));
    if (this.#wallet.length > 60) this.#wallet.splice(ALLOCATIONS, this.#wallet.length - 60);
    return transaction;
  }

  #newGovernance(): SealedTransaction {
    const publicKey = keyOfName(this.#pick([...NAMES, "issuer"]));
    const changes: Change[] = [
      { kind: "changeParameter", parameter: "feeRateMin", value: this.#pick([0, 0, 1, 20]) },
      {
        kind: "changeParameter",
        parameter: "validUntilAheadMsMax",
        value: this.#pick([60_000, 2_000_000, 2_000_000]),
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
    const sequence = this.#world.governance.state.sequence + late;
    const validUntil = this.#now + this.#below(50_000);
    const transaction = governance(this.#chain, { sequence, change: this.#pick(changes), validUntil });
    this.#made.push({ transaction, plan: undefined });
    return transaction;
  }

  #submitAgain(): void {
    if (this.#made.length === 0) return;
    const { transaction, plan } = this.#pickRecent(this.#made);
    const dice = this.#below(4);
    if (dice === 0 || !plan) return this.#submit(transaction);
    if (dice === 1) return this.#submit(transfer({ ...plan, broken: true }));
    if (dice === 2) return this.#submit(transfer(plan));
    const inputs = plan.inputs.map((one) => {
      const either = one.policy[0]?.kind === "threshold" && one.policy.every((node) => node.kind !== "after");
      return either ? { ...one, policy: eitherPolicy("alice", "bob", this.#pick(["alice", "bob"])) } : one;
    });
    const wrong =
      this.#below(3) === 0 ? [{ ...present(inputs[0], "an input"), policy: keyPolicy("mallory") }] : [];
    const other = transfer({ ...plan, inputs: [...wrong, ...inputs.slice(wrong.length)] });
    assert.equal(other.id, transaction.id);
    this.#made.push({ transaction: other, plan });
    this.#submit(other);
  }

  #submit(transaction: SealedTransaction): void {
    const now = this.#now as Timestamp;
    const real = this.#real.precheck(transaction, now);
    const naive = this.#naive.precheck(transaction, now);
    const verdict = real.status === "unverified" ? "unverified" : describeVerdict(real);
    this.#note(`precheck ${verdict}`, transaction);
    assert.equal(verdict, naive);
    if (real.status !== "unverified") return;
    if (this.#below(6) === 0) this.#held.push({ prechecked: real.prechecked, transaction });
    else this.#admit(real.prechecked, transaction);
  }

  #admitHeld(): void {
    const held = this.#held.shift();
    if (held) this.#admit(held.prechecked, held.transaction);
  }

  #admit(prechecked: Prechecked, transaction: SealedTransaction): void {
    const signaturesHold = verdictsOf(scheme)(transaction);
    const whenMissing = this.#below(5) === 0 ? "refuse" : "wait";
    const from = this.#pick(["peer", "peer", "wallet"]);
    const common = { signaturesHold, from, whenMissing } as const;
    const real = this.#real.admit(prechecked, {
      ...common,
      coins: this.#world.source,
      now: this.#now as Timestamp,
    });
    const naive = this.#naive.admit(transaction, { ...common, coins: this.#world.coins, now: this.#now });
    const verdict = describeVerdict(real.verdict);
    this.#note(`admit ${verdict}`, transaction);
    assert.equal(verdict, naive.verdict);
    this.#compareNotices(real.notices.map(describeNotice), naive.notices);
  }

  #mineOwn(): void {
    const timestamp = this.#blockTime();
    const selected = this.#real.select({ timestamp });
    this.#apply(
      this.#below(4) === 0 ? selected.slice(0, this.#below(selected.length + 1)) : selected,
      timestamp,
    );
  }

  /** A block by someone who knows other transactions, and other witnesses, than this pool. */
  #mineForeign(): void {
    const timestamp = this.#blockTime();
    const { chain, height, governance: state } = { ...this.#world.state, height: this.#world.tip.height };
    const context = { chain, governance: state, height, timestamp };
    const coins = new CoinView(this.#world.source);
    const transactions: SealedTransaction[] = [];
    for (const { transaction } of this.#made.slice(-25)) {
      const change = transaction.body.kind === "governance";
      if (this.#below(3) === 0 || transactions.length >= 12 || (change && this.#below(3) > 0)) continue;
      if (judgeTransaction(transaction, context, coins, verdictsOf(scheme))) continue;
      if (transaction.body.kind === "transfer")
        for (const input of transaction.body.inputs) coins.spend(keyOf(input));
      addOutputs(coins, transaction, height);
      transactions.push(transaction);
      if (change) break;
    }
    this.#apply(transactions, timestamp);
  }

  #blockTime(): Timestamp {
    return Math.max(this.#world.laterThan + 1, this.#now + this.#below(1_000) - 500) as Timestamp;
  }

  #apply(transactions: readonly SealedTransaction[], timestamp: number): void {
    const valid = this.#world.judge(transactions, timestamp);
    this.#world.apply(valid);
    const [first] = valid.block.transactions;
    if (first?.body.kind === "reward") this.#wallet.push(...spendables(first, [REWARDED]));
    const now = this.#now as Timestamp;
    const { tip, coins } = this.#world;
    this.#note(`block of ${transactions.length}`);
    const real = this.#real.blockApplied(valid, tip.laterThan, now).map(describeNotice);
    this.#compareNotices(real, this.#naive.blockApplied(valid.block, tip, now, coins));
  }

  #undo(): void {
    for (let count = 1 + this.#below(3); count > 0 && this.#world.height > 0; count--) {
      const { block, undo } = this.#world.undo();
      this.#note(`undo ${block.header.height}`);
      const { tip, coins } = this.#world;
      const now = this.#now as Timestamp;
      const real = this.#real.blockUndone(block, undo, tip, now).map(describeNotice);
      this.#compareNotices(real, this.#naive.blockUndone(block, tip, now, coins));
      this.#check();
    }
  }

  #wait(): void {
    this.#now += this.#below(this.#below(10) === 0 ? 30_000 : 1_500);
    this.#note(`now ${this.#now}`);
    const real = this.#real.expireWaiting(this.#now as Timestamp).map(describeNotice);
    this.#compareNotices(real, this.#naive.expireWaiting(this.#now));
  }

  #note(what: string, transaction?: SealedTransaction): void {
    const name = transaction ? ` ${transaction.id.slice(0, 8)}/${transaction.witnessHash.slice(0, 4)}` : "";
    this.log.push(`${what}${name}`);
    const kind = what
      .split(" ")
      .slice(0, 3)
      .join(" ")
      .replace(/ [0-9a-f]*$/, "");
    this.seen.set(kind, (this.seen.get(kind) ?? 0) + 1);
  }

  #compareNotices(real: readonly string[], naive: readonly string[]): void {
    for (const notice of real) {
      const [kind = "", , code = ""] = notice.split(" ");
      this.seen.set(`${kind} ${code}`, (this.seen.get(`${kind} ${code}`) ?? 0) + 1);
    }
    assert.deepEqual(real, naive);
  }

  #check(): void {
    const { transactions } = this.#real.page(1_000);
    const pending = transactions.map((one) => one.transaction);
    assert.deepEqual(pending.map(nameOf), this.#naive.pending.map(nameOf));
    const status = this.#real.status();
    assert.equal(status.waiting, this.#naive.waiting.length);
    for (const { transaction } of this.#naive.waiting) assert.ok(this.#real.verified(transaction));
    this.#checkLinks(pending);
    this.#checkSums(pending);
    for (const one of pending) {
      assert.equal(this.#real.ancestorCount(one.id), this.#naive.ancestors(one));
      assert.ok(this.#naive.ancestors(one) <= status.limits.ancestors);
    }
    this.#checkSelection();
    assert.equal(status.rejections, this.#naive.rejections.length);
    for (const { name, code } of this.#naive.rejections) {
      const found = this.#real.rejections(name.slice(0, 64) as TransactionId);
      const same = found.find(({ id, witnessHash }) => name === id + witnessHash);
      assert.equal(same && describeRefusal(same.refusal), code);
    }
  }

  /** No output is spent twice, and each one spent is there. */
  #checkLinks(pending: readonly SealedTransaction[]): void {
    const made = new Set<OutpointKey>(this.#world.coins.keys());
    const spent = new Set<OutpointKey>();
    for (const { body, id } of pending) {
      if (body.kind !== "transfer") continue;
      for (const input of body.inputs) {
        const key = keyOf(input);
        assert.ok(made.has(key), `${id} spends what is not there`);
        assert.ok(!spent.has(key), `${key} is spent twice`);
        spent.add(key);
        assert.equal(this.#real.spenderOf(input), id);
      }
      for (const index of body.outputs.keys()) made.add(keyOf({ transaction: id, index }));
    }
  }

  #checkSums(pending: readonly SealedTransaction[]): void {
    const status = this.#real.status();
    const transfers = pending.filter(({ body }) => body.kind === "transfer");
    assert.equal(status.transactions, pending.length);
    assert.equal(status.transfers, transfers.length);
    assert.equal(
      status.bytes,
      transfers.reduce((sum, { bytes }) => sum + 1024 + 4 * bytes.length, 0),
    );
    const { limits } = status;
    assert.ok(status.transfers <= limits.transactions && status.bytes <= limits.bytes);
    assert.ok(status.waiting <= limits.orphans && status.waitingBytes <= limits.orphanBytes);
    assert.ok(status.rejections <= limits.rejections);
    for (const name of [...NAMES, "issuer", "rewarded"]) {
      const count = this.#real.clientCount(keyOfName(name));
      assert.equal(count, this.#naive.clientCount(keyOfName(name)));
      assert.ok(count <= limits.perClient);
    }
  }

  #checkSelection(): void {
    const timestamp = this.#blockTime();
    const full = this.#real.select({ timestamp });
    assert.deepEqual(full.map(nameOf), this.#naive.select({ timestamp }));
    this.#world.judge(full, timestamp);
    const bytesMax = 200 + this.#below(6_000);
    const small = this.#real.select({ timestamp, bytesMax });
    assert.deepEqual(small.map(nameOf), this.#naive.select({ timestamp, bytesMax }));
    const block = this.#world.judge(small, timestamp).block;
    assert.ok(small.length === 0 || block.bytes.length <= bytesMax);
  }
}
