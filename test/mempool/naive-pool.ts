// A second pool, as dumb as can be: lists, and everything computed from scratch from what is pending and what the chain
// says. Slow, and told all coins at each call. What the real pool answers must be what this one answers.
import {
  type Block,
  type BlockContext,
  type Chain,
  type Coin,
  type CoinSource,
  contextBroken,
  keyOfOutput,
  type OutpointKey,
  type SealedTransaction,
  spendingBroken,
  type WellFormed,
} from "@witan/ledger";
import type { MempoolLimits, MempoolTip, SelectionInput } from "@witan/mempool";
import {
  descendantsOf,
  endOf,
  familyFault,
  familyOf,
  inputsOf,
  isFull,
  isTransfer,
  keysOf,
  nameOf,
  outputsOf,
  victimsOf,
  worstOf,
} from "./naive-lists.ts";
import { type Coins, formed, naiveSelection } from "./naive-selection.ts";
import { type NaiveWaiting, overflowOf } from "./naive-waiting.ts";

/** The answer of a call: of the transaction itself, and of others, as texts. */
export interface NaiveAnswer {
  readonly verdict: string;
  readonly notices: readonly string[];
}

/** The pool of lists. */
export class NaivePool {
  readonly chain: Chain;
  readonly limits: MempoolLimits;
  tip: MempoolTip;
  /** In order of arrival. */
  pending: SealedTransaction[] = [];
  waiting: NaiveWaiting[] = [];
  /** Names and reasons of what was refused or dropped last; the oldest first. */
  rejections: { readonly name: string; readonly code: string }[] = [];
  #coins: Coins = new Map();
  #notices: string[] = [];
  #now = 0;

  constructor(chain: Chain, tip: MempoolTip, limits: MempoolLimits) {
    this.chain = chain;
    this.tip = tip;
    this.limits = limits;
  }

  precheck(transaction: SealedTransaction, now: number): string {
    this.#now = now;
    const verdict = this.#precheck(transaction);
    if (verdict.startsWith("refused ")) this.#remember(transaction, verdict.slice(8));
    return verdict;
  }

  #precheck(transaction: SealedTransaction): string {
    if (transaction.body.kind === "reward") return "refused reward-not-admitted";
    const known = this.#standing(transaction);
    if (known) return known;
    const before = this.rejections.find(({ name }) => name === nameOf(transaction))?.code;
    if (before === "signature-invalid") return `refused ${before}`;
    const form = formed(transaction);
    if (typeof form === "string") return `refused ${form}`;
    const broken = this.#place(form) ?? this.#hopeless(transaction);
    return broken ? `refused ${broken}` : "unverified";
  }

  admit(
    transaction: SealedTransaction,
    input: {
      signaturesHold: boolean;
      coins: Coins;
      now: number;
      from: string;
      mayWait: () => boolean;
    },
  ): NaiveAnswer {
    this.#begin(input.now, input.coins);
    const verdict = this.#admit(transaction, input);
    if (verdict.startsWith("refused ")) this.#remember(transaction, verdict.slice(8));
    return { verdict, notices: this.#notices };
  }

  #admit(transaction: SealedTransaction, input: Parameters<NaivePool["admit"]>[1]): string {
    const known = this.#standing(transaction);
    if (known) return known;
    if (!input.signaturesHold) return "refused signature-invalid";
    const form = formed(transaction) as WellFormed;
    const broken = this.#place(form);
    if (broken) return `refused ${broken}`;
    if (this.#missing(transaction) && input.mayWait()) {
      this.waiting.push({ transaction, from: input.from, since: input.now });
      this.#forget(transaction);
      for (
        let out = overflowOf(this.waiting, this.limits);
        out;
        out = overflowOf(this.waiting, this.limits)
      ) {
        this.waiting = this.waiting.filter((one) => one !== out);
        if (out.transaction === transaction) return "refused waiting-full";
        this.#tell("refused", out.transaction, "waiting-full");
      }
      return "waiting";
    }
    const wrong = this.#enter(form);
    if (wrong) return `refused ${wrong}`;
    this.#settle();
    return "admitted";
  }

  blockApplied(block: Block, tip: MempoolTip, now: number, coins: Coins): readonly string[] {
    const changed = tip.governance !== this.tip.governance;
    this.tip = tip;
    this.#begin(now, coins);
    const ids = new Set(block.transactions.map(({ id }) => id));
    this.pending = this.pending.filter(({ id }) => !ids.has(id));
    this.waiting = this.waiting.filter(({ transaction }) => !ids.has(transaction.id));
    for (const transaction of block.transactions) {
      const code = `conflict ${transaction.id}`;
      if (transaction.body.kind === "governance")
        for (const one of this.pending) if (one.body.kind === "governance") this.#drop(one, code);
      for (const key of inputsOf(transaction)) {
        for (const one of this.pending) if (inputsOf(one).includes(key)) this.#drop(one, code);
        for (const one of this.waiting) if (inputsOf(one.transaction).includes(key)) this.#refuse(one, code);
      }
    }
    const earliest = tip.laterThan + 1;
    const over = this.pending.filter((one) => endOf(one) < earliest);
    for (const one of over.sort((a, b) => endOf(a) - endOf(b))) this.#drop(one, "expired");
    for (const one of this.waiting) if (endOf(one.transaction) < earliest) this.#refuse(one, "expired");
    if (changed) this.#revalidate();
    this.#settle();
    return this.#notices;
  }

  blockUndone(block: Block, tip: MempoolTip, now: number, coins: Coins): readonly string[] {
    const changed = tip.governance !== this.tip.governance;
    this.tip = tip;
    this.#begin(now, coins);
    const back: SealedTransaction[] = [];
    for (const transaction of block.transactions) {
      const wrong = this.#holdsAgain(transaction, block, back);
      if (wrong === undefined) {
        back.push(transaction);
        this.#forget(transaction);
        this.#notices.push(`admitted ${nameOf(transaction)} block`);
        continue;
      }
      if (transaction.body.kind !== "reward") this.#tell("refused", transaction, wrong);
      for (const key of outputsOf(transaction))
        for (const one of this.pending) if (inputsOf(one).includes(key)) this.#drop(one, "input-missing");
    }
    this.pending = [...back, ...this.pending];
    if (changed) this.#revalidate();
    for (const one of [...this.pending]) {
      const before = this.pending.slice(0, Math.max(0, this.pending.indexOf(one)));
      const fault = this.pending.includes(one) ? familyFault(one, before, this.limits) : undefined;
      if (fault) this.#drop(one, fault);
    }
    for (const one of [...this.pending].reverse()) {
      const full =
        isTransfer(one) && keysOf(one).some((key) => this.clientCount(key) > this.limits.perClient);
      if (full && this.pending.includes(one)) this.#drop(one, "client-limit");
    }
    while (isFull(this.pending, this.limits))
      this.#drop(worstOf(this.pending) as SealedTransaction, "evicted");
    this.#settle();
    return this.#notices;
  }

  expireWaiting(now: number): readonly string[] {
    this.#begin(now, this.#coins);
    return this.#notices;
  }

  select(input: SelectionInput): string[] {
    const coins = this.#coins;
    return naiveSelection(this.pending, { context: this.#context(input.timestamp), coins }, input).map(
      nameOf,
    );
  }

  clientCount(key: string): number {
    return this.pending.filter((one) => isTransfer(one) && keysOf(one).includes(key)).length;
  }

  ancestors(transaction: SealedTransaction): number {
    return familyOf(transaction, this.pending).length - 1;
  }

  descendants(transaction: SealedTransaction): number {
    return descendantsOf(transaction, this.pending);
  }

  #begin(now: number, coins: Coins): void {
    this.#now = now;
    this.#coins = coins;
    this.#notices = [];
    for (const one of this.waiting)
      if (one.since + this.limits.orphanMs <= now) this.#refuse(one, "input-missing");
  }

  #tell(kind: string, transaction: SealedTransaction, code: string): void {
    this.#notices.push(`${kind} ${nameOf(transaction)} ${code}`);
    this.#remember(transaction, code);
  }

  #remember(transaction: SealedTransaction, code: string): void {
    if (code.startsWith("known-otherwise")) return;
    this.#forget(transaction);
    this.rejections.push({ name: nameOf(transaction), code });
    this.rejections = this.rejections.slice(Math.max(0, this.rejections.length - this.limits.rejections));
  }

  #forget(transaction: SealedTransaction): void {
    this.rejections = this.rejections.filter(({ name }) => name !== nameOf(transaction));
  }

  #refuse(waiting: NaiveWaiting, code: string): void {
    this.waiting = this.waiting.filter((one) => one !== waiting);
    this.#tell("refused", waiting.transaction, code);
  }

  #drop(root: SealedTransaction, code: string): void {
    if (!this.pending.includes(root)) return;
    const gone = this.pending.filter((one) => familyOf(one, this.pending).includes(root));
    this.pending = this.pending.filter((one) => !gone.includes(one));
    const inherited = `ancestor-dropped ${root.id} ${code.split(" ")[0]}`;
    for (const one of gone) this.#tell("dropped", one, one === root ? code : inherited);
  }

  #standing(transaction: SealedTransaction): string | undefined {
    const pending = this.pending.find(({ id }) => id === transaction.id);
    if (pending?.witnessHash === transaction.witnessHash) return "known";
    if (pending) return `refused known-otherwise ${pending.witnessHash}`;
    const waits = this.waiting.some((one) => nameOf(one.transaction) === nameOf(transaction));
    return waits ? "waiting" : undefined;
  }

  #context(timestamp: number): BlockContext {
    const { governance, height } = this.tip;
    return { chain: this.chain, governance, height, timestamp: timestamp as BlockContext["timestamp"] };
  }

  #nextContext(): BlockContext {
    return this.#context(Math.max(this.#now, this.tip.laterThan + 1));
  }

  #place(form: WellFormed): string | undefined {
    const { sealed } = form;
    const broken = contextBroken(form, this.#nextContext());
    if (broken) return broken.code;
    for (const one of this.pending) if (!isTransfer(sealed) && !isTransfer(one)) return `conflict ${one.id}`;
    for (const key of inputsOf(sealed)) {
      const first = this.pending.find((one) => inputsOf(one).includes(key));
      if (first) return `conflict ${first.id}`;
    }
    const full = keysOf(sealed).some((key) => this.clientCount(key) >= this.limits.perClient);
    return isTransfer(sealed) && full ? "client-limit" : undefined;
  }

  #source(): CoinSource {
    const made = new Map<OutpointKey, Coin>(this.#coins);
    for (const { body, id } of this.pending)
      if (body.kind === "transfer")
        for (const [index, each] of body.outputs.entries())
          made.set(keyOfOutput(id, index), { ...each, height: this.tip.height, reward: false });
    return { coin: (key) => made.get(key) };
  }

  #hopeless(transaction: SealedTransaction): string | undefined {
    if (familyFault(transaction, this.pending, this.limits)) return undefined;
    const victims = victimsOf(transaction, this.pending, this.limits);
    return typeof victims === "string" ? victims : undefined;
  }

  #missing(transaction: SealedTransaction): boolean {
    const source = this.#source();
    return inputsOf(transaction).some((key) => source.coin(key) === undefined);
  }

  #enter(form: WellFormed): string | undefined {
    const { sealed } = form;
    const broken = spendingBroken(form, this.#nextContext(), this.#source());
    if (broken) return broken.code;
    const fault = familyFault(sealed, this.pending, this.limits);
    if (fault) return fault;
    const victims = victimsOf(sealed, this.pending, this.limits);
    if (typeof victims === "string") return victims;
    this.pending = [...this.pending.filter((one) => !victims.includes(one)), sealed];
    for (const victim of victims) this.#tell("dropped", victim, "evicted");
    this.#forget(sealed);
    return undefined;
  }

  #revalidate(): void {
    for (const one of [...this.pending]) {
      const broken = contextBroken(formed(one) as WellFormed, this.#context(endOf(one)));
      if (broken) this.#drop(one, broken.code);
    }
  }

  #holdsAgain(transaction: SealedTransaction, block: Block, back: SealedTransaction[]): string | undefined {
    if (transaction.body.kind === "reward") return "";
    if (endOf(transaction) < this.tip.laterThan + 1) return "expired";
    const broken = contextBroken(formed(transaction) as WellFormed, this.#context(endOf(transaction)));
    if (broken) return broken.code;
    if (!isTransfer(transaction))
      for (const one of this.pending) if (!isTransfer(one)) this.#drop(one, "governance-sequence");
    const lost = block.transactions.filter((one) => !back.includes(one)).flatMap(outputsOf);
    if (inputsOf(transaction).some((key) => lost.includes(key))) return "input-missing";
    return familyFault(transaction, back, this.limits);
  }

  /** Tries those that wait and miss nothing, in order of arrival, until none is left. */
  #settle(): void {
    for (;;) {
      const next = this.waiting.find((one) => !this.#missing(one.transaction));
      if (!next) return;
      const { transaction } = next;
      const form = formed(transaction) as WellFormed;
      const same = this.pending.find(({ id }) => id === transaction.id);
      this.waiting = this.waiting.filter((one) => one !== next);
      if (same?.witnessHash === transaction.witnessHash) continue;
      const wrong = same ? `known-otherwise ${same.witnessHash}` : (this.#place(form) ?? this.#enter(form));
      if (wrong) this.#tell("refused", transaction, wrong);
      else this.#notices.push(`admitted ${nameOf(transaction)} waiting`);
    }
  }
}
