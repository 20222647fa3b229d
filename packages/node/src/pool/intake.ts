// How transactions come in: decoded, prechecked, their signatures asked off the main thread in batches, their coins
// fetched in one read, then admitted in order. Bounded: when full it says so, and the caller waits or comes again.
import { decodeTransaction, inputKeys, type OutpointKey, type SealedTransaction } from "@witan/ledger";
import type { AdmissionVerdict, Mempool, Notice, Prechecked } from "@witan/mempool";
import type { Clock, SignatureCheck, SignatureVerifier } from "@witan/primitives";
import type { ChainKeeper } from "../chain/chain-keeper.ts";

/** Transactions that may be on their way in at a time: two seconds of a full load. */
const UNDERWAY_MAX = 8_192;
/** With so many, peers wait: what clients hand in here is not refused because of what others send. */
const UNDERWAY_OF_PEERS = 4_096;
/** Batches at the verifier at a time: while one is checked, the next is put together. */
const BATCHES_MAX = 2;
/** Signatures in a batch, about: 15 ms of one core. */
const BATCH_CHECKS = 256;

/** What became of a transaction that was handed in. */
export type Verdict =
  | AdmissionVerdict
  /** It is in a final block. */
  | { readonly status: "final" }
  /** Nobody could tell now: the same may be asked again. */
  | { readonly status: "busy" };

/** What an intake is made with. */
export interface IntakeOptions {
  readonly chain: ChainKeeper;
  readonly mempool: Mempool;
  readonly verifier: SignatureVerifier;
  readonly clock: Clock;
  /** Hears what was admitted in one go, with who handed each in, and what happened to others. */
  readonly onAdmitted: (admitted: readonly Admitted[], notices: readonly Notice[]) => void;
  /** Something failed that the node can't go on with: the store, or a bug. */
  readonly onFailure: (error: unknown) => void;
}

/** A transaction that has just become pending. */
export interface Admitted {
  readonly transaction: SealedTransaction;
  readonly from: string;
}

interface Item {
  readonly transaction: SealedTransaction;
  readonly prechecked: Prechecked;
  readonly checks: readonly SignatureCheck[];
  readonly from: string;
  readonly settle: (verdict: Verdict) => void;
}

/** The way into the mempool. */
export class Intake {
  readonly #options: IntakeOptions;
  #queue: Item[] = [];
  #underway = 0;
  #batches = 0;
  #scheduled = false;
  #room: (() => void)[] = [];

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Whether there is no room now, for anybody. */
  get isFull(): boolean {
    return this.#underway >= UNDERWAY_MAX;
  }

  /** Resolves as soon as there is room for what peers send; undefined if there is. */
  roomForPeers(): Promise<void> | undefined {
    if (this.#underway < UNDERWAY_OF_PEERS) return undefined;
    return new Promise((resolve) => this.#room.push(resolve));
  }

  /** Reads the bytes of a transaction; one that is pending already is not read again. */
  read(bytes: Uint8Array): ReturnType<typeof decodeTransaction> {
    const { chain, mempool } = this.#options;
    return decodeTransaction(chain.chain.transactions, bytes, ({ id, witnessHash }) => {
      const pending = mempool.get(id)?.transaction;
      return pending?.witnessHash === witnessHash ? pending : undefined;
    });
  }

  /**
   * Takes a transaction in, unless something speaks against it.
   * @param from who hands it in, for bounds by source
   */
  submit(transaction: SealedTransaction, from: string): Promise<Verdict> {
    const { mempool, clock } = this.#options;
    const first = mempool.precheck(transaction, clock.now());
    if (first.status !== "unverified") return Promise.resolve(this.#unlessFinal(transaction, first));
    const { prechecked, checks } = first;
    this.#underway++;
    return new Promise((settle) => {
      this.#queue.push({ transaction, prechecked, checks, from, settle });
      this.#schedule();
    });
  }

  /** What `submit` would say now. Nothing is kept, and nobody hears of it. */
  async check(transaction: SealedTransaction): Promise<Verdict> {
    const { chain, verifier, mempool, clock } = this.#options;
    const first = mempool.wouldPrecheck(transaction, clock.now());
    if (first.status !== "unverified") return this.#unlessFinal(transaction, first);
    this.#underway++;
    try {
      const [answer] = await Promise.all([
        verifier.verify(first.checks).catch(() => ({ ok: false }) as const),
        chain.fetchCoins(inputKeys(transaction)),
      ]);
      if (!answer.ok) return { status: "busy" };
      const verdict = mempool.wouldAdmit(first.prechecked, {
        signaturesHold: answer.value.every(Boolean),
        coins: chain.coins,
        now: clock.now(),
        mayWait: () => !this.#isSpent(transaction),
      });
      return this.#unlessFinal(transaction, verdict);
    } finally {
      this.#leave(1);
    }
  }

  /** What comes in one turn of the event loop goes on together. */
  #schedule(): void {
    if (this.#scheduled || this.#queue.length === 0 || this.#batches >= BATCHES_MAX) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      while (this.#queue.length > 0 && this.#batches < BATCHES_MAX) this.#work(this.#take());
    });
  }

  #take(): readonly Item[] {
    let checks = 0;
    let count = 0;
    while (count < this.#queue.length && checks < BATCH_CHECKS)
      checks += this.#queue[count++]?.checks.length ?? 1;
    return this.#queue.splice(0, Math.max(count, 1));
  }

  #work(items: readonly Item[]): void {
    this.#batches++;
    this.#admit(items)
      .catch((error: unknown) => {
        for (const item of items) item.settle({ status: "busy" });
        this.#options.onFailure(error);
      })
      .finally(() => {
        this.#batches--;
        this.#leave(items.length);
      });
  }

  /** So many are not on their way in any more. */
  #leave(count: number): void {
    this.#underway -= count;
    this.#schedule();
    if (this.#underway >= UNDERWAY_OF_PEERS) return;
    const waiting = this.#room;
    this.#room = [];
    for (const resolve of waiting) resolve();
  }

  async #admit(items: readonly Item[]): Promise<void> {
    const { chain, verifier, mempool, clock } = this.#options;
    const inputs = items.flatMap(({ transaction }) => inputKeys(transaction));
    const [answer] = await Promise.all([
      // A verifier that is closing, or has lost its workers, can't tell: whoever asks again is answered then.
      verifier.verify(items.flatMap(({ checks }) => checks)).catch(() => ({ ok: false }) as const),
      chain.fetchCoins(inputs),
    ]);
    const admitted: Admitted[] = [];
    const notices: Notice[] = [];
    let at = 0;
    for (const { transaction, prechecked, checks, from, settle } of items) {
      if (!answer.ok) {
        settle({ status: "busy" });
        continue;
      }
      const signaturesHold = answer.value.slice(at, at + checks.length).every(Boolean);
      at += checks.length;
      const mayWait = (): boolean => !this.#isSpent(transaction);
      const now = clock.now();
      const admission = mempool.admit(prechecked, {
        signaturesHold,
        coins: chain.coins,
        now,
        from,
        mayWait,
      });
      if (admission.verdict.status === "admitted") admitted.push({ transaction, from });
      notices.push(...admission.notices);
      settle(this.#unlessFinal(transaction, admission.verdict));
    }
    this.#options.onAdmitted(admitted, notices);
  }

  /** Whether an input was made by a final transaction and is gone: waiting for it would be for nothing. */
  #isSpent(transaction: SealedTransaction): boolean {
    const { body } = transaction;
    if (body.kind !== "transfer") return false;
    const { chain, mempool } = this.#options;
    const keys = inputKeys(transaction);
    return body.inputs.some(
      (input, at) =>
        chain.coins.coin(keys[at] as OutpointKey) === undefined &&
        mempool.get(input.transaction) === undefined &&
        chain.place(input.transaction) !== undefined,
    );
  }

  /** What was refused may have been taken already: a transaction that is final spends what is spent. */
  #unlessFinal(transaction: SealedTransaction, verdict: AdmissionVerdict): Verdict {
    if (verdict.status !== "refused") return verdict;
    return this.#options.chain.place(transaction.id) === undefined ? verdict : { status: "final" };
  }
}
