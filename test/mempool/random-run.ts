// One long random run of the real pool beside the naive one, over a chain that grows, shrinks and is governed. After
// every step both must agree, and what the pool promises must hold.
import assert from "node:assert/strict";
import {
  addOutputs,
  type Chain,
  CoinView,
  judgeTransaction,
  keyOf,
  type OutpointKey,
  type SealedTransaction,
  verdictsOf,
} from "@witan/ledger";
import { MEMPOOL_DEFAULTS, Mempool, type MempoolLimits, type Prechecked } from "@witan/mempool";
import { present, type Timestamp, type TransactionId } from "@witan/primitives";
import {
  chainOf,
  keyOfName,
  keyPolicy,
  output,
  REWARDED,
  type Spendable,
  scheme,
  spendables,
} from "./build.ts";
import { describeNotice, describeRefusal, describeVerdict } from "./describe.ts";
import { memory, nameOf } from "./naive-lists.ts";
import { NaivePool } from "./naive-pool.ts";
import { ALLOCATIONS, NAMES, RandomMaker, randomOf } from "./random-maker.ts";
import { World } from "./world.ts";

/** A run; `step` does one thing and holds both pools against each other. */
export class RandomRun {
  readonly #below: (below: number) => number;
  readonly #chain: Chain;
  readonly #world: World;
  readonly #real: Mempool;
  readonly #naive: NaivePool;
  readonly #maker: RandomMaker;
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
    this.#maker = new RandomMaker(this.#chain, this.#below);
    const first = present(this.#world.blocks[0]?.transactions[0], "the allocations");
    this.#maker.wallet.push(...spendables(first, policies));
    this.#now = this.#world.laterThan + 1;
    const all = { ...MEMPOOL_DEFAULTS, ...limits };
    this.#real = new Mempool({ chain: this.#chain, tip: this.#world.tip, limits });
    this.#naive = new NaivePool(this.#chain, this.#world.tip, all);
  }

  step(): void {
    const dice = this.#below(100);
    if (dice < 36) this.#submit(this.#maker.transfer(this.#now, this.#live()));
    else if (dice < 42) this.#hide();
    else if (dice < 48) this.#reveal();
    else if (dice < 58) this.#submitAgain();
    else if (dice < 64) this.#admitHeld();
    else if (dice < 68)
      this.#submit(this.#maker.governance(this.#now, this.#world.governance.state.sequence));
    else if (dice < 80) this.#mineOwn();
    else if (dice < 88) this.#mineForeign();
    else if (dice < 93) this.#undo();
    else this.#wait();
    this.#check();
  }

  #submitAgain(): void {
    const again = this.#maker.again();
    if (again) this.#submit(again);
  }

  #live(): readonly Spendable[] {
    return this.#maker.wallet.filter((one) => this.#isLive(one));
  }

  /** Makes a transfer that the pool hears of later than of what spends from it. */
  #hide(): void {
    const hidden = this.#maker.transfer(this.#now, this.#live());
    this.#hidden.push(hidden);
    const from = this.#maker.wallet.filter((one) => one.transaction === hidden.id);
    this.#submit(this.#maker.transfer(this.#now, from));
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
    const waits = this.#below(5) !== 0;
    const from = this.#maker.pick(["peer", "peer", "wallet"]);
    const common = { signaturesHold, from, mayWait: () => waits } as const;
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
    for (const { transaction } of this.#maker.made.slice(-25)) {
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
    if (first?.body.kind === "reward") this.#maker.wallet.push(...spendables(first, [REWARDED]));
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
      assert.equal(this.#real.descendantCount(one.id), this.#naive.descendants(one));
      assert.ok(this.#naive.descendants(one) <= status.limits.descendants);
      assert.equal(one.bytes.buffer.byteLength, one.bytes.length);
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
      transfers.reduce((sum, one) => sum + memory(one), 0),
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
