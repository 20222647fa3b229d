// What becomes of transactions, for those who wait to know: final, rejected, expired, evicted. Tells what chain and
// mempool know, and never more; a wait that ends early says what is known then.
import { RULES, type SealedTransaction, type ValidBlock } from "@witan/ledger";
import {
  MEMPOOL_CODES,
  type Mempool,
  type MempoolRefusal,
  type Notice,
  type Rejection,
} from "@witan/mempool";
import { type CancelSignal, type Clock, present, type TransactionId } from "@witan/primitives";
import type { TransactionOutcome } from "@witan/rpc";
import type { ChainKeeper } from "../chain/chain-keeper.ts";
import type { Verdict } from "./intake.ts";

/** What fates are told of. */
export interface FatesOptions {
  readonly chain: ChainKeeper;
  readonly mempool: Mempool;
  readonly clock: Clock;
}

/** How long to wait. */
export interface Patience {
  readonly timeoutMs: number;
  readonly signal: CancelSignal;
}

/** The fates of transactions. */
export class Fates {
  readonly #options: FatesOptions;
  /** Called when something may have become of one. */
  readonly #waiting = new Map<TransactionId, Set<() => void>>();
  #waits = 0;

  constructor(options: FatesOptions) {
    this.#options = options;
  }

  /** Calls that wait. */
  get waits(): number {
    return this.#waits;
  }

  /** What is known of a transaction now. */
  known(id: TransactionId): TransactionOutcome {
    const { chain, mempool } = this.#options;
    // Before the chain, which may have to ask the disk: what is pending is in no block.
    if (mempool.get(id) !== undefined) return { transaction: id, status: "pending" };
    const place = chain.place(id);
    if (place !== undefined)
      return {
        transaction: id,
        status: "final",
        height: place.height,
        hash: present(chain.hashAt(place.height), `the hash of block ${place.height}`),
        index: place.position,
      };
    if (mempool.isWaiting(id)) return { transaction: id, status: "waiting" };
    const rejection = mempool.rejections(id).at(-1);
    if (rejection === undefined) return { transaction: id, status: "unknown" };
    return this.#fateOf(id, rejection.refusal, rejection);
  }

  /** What a verdict on a transaction that was handed in means. */
  after({ id, body }: SealedTransaction, verdict: Verdict): TransactionOutcome | "busy" {
    if (verdict.status === "busy") return "busy";
    if (verdict.status === "admitted") return { transaction: id, status: "pending" };
    if (verdict.status !== "refused") return this.known(id);
    const validUntil = body.kind === "reward" ? undefined : body.validUntil;
    return this.#fateOf(id, verdict.refusal, { was: "new", validUntil });
  }

  /** Waits until something final is known of a transaction, or patience ends; then tells what is known. */
  wait(id: TransactionId, { timeoutMs, signal }: Patience): Promise<TransactionOutcome> {
    const now = this.known(id);
    if (isSettled(now) || timeoutMs === 0 || signal.aborted) return Promise.resolve(now);
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(id) ?? new Set();
      this.#waiting.set(id, waiting);
      this.#waits++;
      const end = (settle: () => void): void => {
        cancel();
        signal.removeEventListener("abort", giveUp);
        waiting.delete(look);
        if (waiting.size === 0 && this.#waiting.get(id) === waiting) this.#waiting.delete(id);
        this.#waits--;
        settle();
      };
      // Called by timers and signals, where nobody would catch what a store throws that has failed.
      const lookFor = (isEnough: (outcome: TransactionOutcome) => boolean): void => {
        try {
          const outcome = this.known(id);
          if (isEnough(outcome)) end(() => resolve(outcome));
        } catch (error) {
          end(() => reject(error));
        }
      };
      const look = (): void => lookFor(isSettled);
      const giveUp = (): void => lookFor(() => true);
      const cancel = this.#options.clock.after(timeoutMs, giveUp);
      signal.addEventListener("abort", giveUp, { once: true });
      waiting.add(look);
    });
  }

  /** A block is final: tells those who wait for its transactions. */
  blockFinal({ block }: ValidBlock): void {
    if (this.#waiting.size === 0) return;
    for (const { id } of block.transactions) this.#look(id);
  }

  /** Something happened in the mempool. */
  noticed(notices: readonly Notice[]): void {
    if (this.#waiting.size === 0) return;
    for (const { transaction } of notices) this.#look(transaction.id);
  }

  #look(id: TransactionId): void {
    for (const look of [...(this.#waiting.get(id) ?? [])]) look();
  }

  #fateOf(
    id: TransactionId,
    refusal: MempoolRefusal,
    { was, validUntil }: Pick<Rejection, "was" | "validUntil">,
  ): TransactionOutcome {
    const { code } = refusal;
    const { header, height } = this.#options.chain.tip;
    if (validUntil !== undefined && header.timestamp > validUntil)
      return { transaction: id, status: "expired", height };
    const message = sentenceOf(refusal);
    // It was pending, so others may still have it; what a final block contradicts, nobody can take any more.
    if (was === "pending" && validUntil !== undefined && code !== "conflict")
      return { transaction: id, status: "evicted", code, message, possibleUntil: validUntil };
    return { transaction: id, status: "rejected", code, message };
  }
}

/** Whether an outcome will not change by waiting. */
export function isSettled({ status }: TransactionOutcome): boolean {
  return status === "final" || status === "rejected" || status === "expired" || status === "evicted";
}

/** A refusal in words. */
export function sentenceOf({ code, detail }: MempoolRefusal): string {
  const sentences: Readonly<Record<string, string>> = { ...RULES, ...MEMPOOL_CODES };
  const sentence = sentences[code] ?? code;
  return detail ? `${sentence} (${detail})` : sentence;
}
