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
import {
  type CancelSignal,
  type Clock,
  type Hash,
  type Height,
  present,
  type TransactionId,
} from "@witan/primitives";
import { isLastingCode, type TransactionOutcome } from "@witan/rpc";
import type { ChainKeeper } from "../chain/chain-keeper.ts";
import type { Verdict } from "./intake.ts";
import type { DepthView, Reversal } from "./reversal.ts";

/**
 * Refusals that say nothing of the witness: whoever brings the same transaction with another one is told the same. (A
 * copy with a broken witness, sent by anyone, must not end the wait for the good one.)
 */
const OF_EVERY_WITNESS: ReadonlySet<string> = new Set<MempoolRefusal["code"]>([
  ...(["inputs-empty", "inputs-repeated", "amount-zero"] as const),
  ...(["issued-native", "issued-order", "destroyed-order"] as const),
  ...(["expired", "valid-until-too-far", "asset-unknown", "unbalanced"] as const),
  ...(["input-missing", "input-immature", "conflict", "reward-not-admitted"] as const),
  ...(["governance-unavailable", "governance-sequence", "member-role", "member-unknown"] as const),
  ...(["change-name", "change-key", "change-peer-id", "change-prefixes", "change-decimals"] as const),
  ...(["change-empty", "members-full", "members-too-few", "name-taken"] as const),
  ...(["key-in-use", "key-retired", "retired-keys-full", "clients-full", "client-unknown"] as const),
  ...(["assets-full", "parameter-range", "rules-not-next"] as const),
]);

/** Ids of transactions that came too late and are remembered: the oldest is forgotten first. */
const TOO_LATE_MAX = 10_000;

/** What fates are told of. */
export interface FatesOptions {
  readonly chain: ChainKeeper;
  readonly mempool: Mempool;
  readonly clock: Clock;
  /** Of proof of work alone: when what is in a block counts as final. */
  readonly reversal?: Reversal | undefined;
}

/** In a block that is too likely to be undone still. */
export interface Included extends DepthView {
  readonly transaction: TransactionId;
  readonly status: "included";
  readonly height: Height;
  readonly hash: Hash;
  readonly index: number;
}

/** How long to wait. */
export interface Patience {
  readonly timeoutMs: number;
  readonly signal: CancelSignal;
}

/**
 * Who asks. `submitter`: who has handed it in here, and is told of this node's own refusals as ends. `anyone`: who knows its
 * id only; others may have it then, whatever this node thinks of it at the moment.
 */
export type Asker = "submitter" | "anyone";

/** The fates of transactions. */
export class Fates {
  readonly #options: FatesOptions;
  /** Called when something may have become of one. */
  readonly #waiting = new Map<TransactionId, Set<() => void>>();
  /** An input is spent in a final block, or their sequence is taken: nobody can take them any more. */
  readonly #tooLate = new Set<TransactionId>();
  #waits = 0;

  constructor(options: FatesOptions) {
    this.#options = options;
  }

  /** Calls that wait. */
  get waits(): number {
    return this.#waits;
  }

  /**
   * What is known of a transaction now, by whatever witness it comes: that a copy with a broken one was refused is
   * nothing to tell, since anyone can make one.
   */
  known(id: TransactionId, asker: Asker = "anyone"): TransactionOutcome | Included {
    return this.#known(
      id,
      asker,
      ({ was, refusal }) => was === "pending" || OF_EVERY_WITNESS.has(refusal.code),
    );
  }

  #known(
    id: TransactionId,
    asker: Asker,
    counts: (rejection: Rejection) => boolean,
  ): TransactionOutcome | Included {
    const { chain, mempool, reversal } = this.#options;
    // Before the chain, which may have to ask the disk: what is pending is in no block.
    if (mempool.get(id) !== undefined) return { transaction: id, status: "pending" };
    const place = chain.place(id);
    if (place !== undefined) {
      const { height, position: index } = place;
      const hash = present(chain.hashAt(height), `the hash of block ${height}`);
      if (reversal === undefined) return { transaction: id, status: "final", height, hash, index };
      const { isFinal, ...depth } = reversal.at(height, chain.tip.height);
      return { transaction: id, status: isFinal ? "final" : "included", height, hash, index, ...depth };
    }
    if (mempool.isWaiting(id)) return { transaction: id, status: "waiting" };
    const rejection = mempool.rejections(id).findLast(counts);
    if (rejection === undefined) return { transaction: id, status: "unknown" };
    return this.#fateOf(id, rejection.refusal, { ...rejection, asker });
  }

  /** A transaction was handed in: what the verdict on it means. Tells those who wait for it, too. */
  after(transaction: SealedTransaction, verdict: Verdict): TransactionOutcome | "busy" {
    const { id } = transaction;
    if (verdict.status === "refused" && this.#comesTooLate(transaction, verdict.refusal)) this.#remember(id);
    if (verdict.status === "refused" && OF_EVERY_WITNESS.has(verdict.refusal.code)) this.#look(id);
    return this.outcomeOf(transaction, verdict);
  }

  /** What a verdict on a transaction means. */
  outcomeOf({ id, body }: SealedTransaction, verdict: Verdict): TransactionOutcome | "busy" {
    if (verdict.status === "busy") return "busy";
    if (verdict.status === "admitted") return { transaction: id, status: "pending" };
    // What is pending with another witness is pending: who is told otherwise pays twice.
    if (verdict.status !== "refused" || verdict.refusal.code === "known-otherwise")
      return outcomeIn(this.#known(id, "anyone", () => true));
    const validUntil = body.kind === "reward" ? undefined : body.validUntil;
    return this.#fateOf(id, verdict.refusal, { was: "new", validUntil, asker: "submitter" });
  }

  /**
   * Waits until something final is known of a transaction, or patience ends; then tells what is known. That a copy with
   * a broken witness was refused is nothing to tell: anyone can make one, and the good one may still come.
   */
  wait(
    id: TransactionId,
    { timeoutMs, signal }: Patience,
    asker: Asker = "anyone",
  ): Promise<TransactionOutcome> {
    const now = outcomeIn(this.known(id, asker));
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
          const outcome = outcomeIn(this.known(id, asker));
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

  /** A block is final: tells those who wait for its transactions. In proof of work others come to be final with it. */
  blockFinal({ block }: ValidBlock): void {
    if (this.#waiting.size === 0) return;
    if (this.#options.reversal !== undefined) this.chainMoved();
    else for (const { id } of block.transactions) this.#look(id);
  }

  /** In proof of work: with another tip anything may have become of any of them. */
  chainMoved(): void {
    for (const id of [...this.#waiting.keys()]) this.#look(id);
  }

  /** Something happened in the mempool. */
  noticed(notices: readonly Notice[]): void {
    if (this.#waiting.size === 0) return;
    for (const { transaction } of notices) this.#look(transaction.id);
  }

  #look(id: TransactionId): void {
    for (const look of [...(this.#waiting.get(id) ?? [])]) look();
  }

  /** What is not known, and may still come, is waited for: who is refused for it at once names what is spent. */
  #comesTooLate({ body }: SealedTransaction, { code }: MempoolRefusal): boolean {
    if (body.kind !== "governance") return code === "input-missing";
    return code === "governance-sequence" && body.sequence < this.#options.chain.governance.state.sequence;
  }

  #remember(id: TransactionId): void {
    this.#tooLate.delete(id);
    this.#tooLate.add(id);
    for (const oldest of this.#tooLate) {
      if (this.#tooLate.size <= TOO_LATE_MAX) break;
      this.#tooLate.delete(oldest);
    }
  }

  #fateOf(
    id: TransactionId,
    refusal: MempoolRefusal,
    { was, validUntil, asker }: Pick<Rejection, "was" | "validUntil"> & { readonly asker: Asker },
  ): TransactionOutcome {
    const { code } = refusal;
    const { chain, reversal } = this.#options;
    const { height } = chain.tip;
    const message = sentenceOf(refusal);
    const rejected = { transaction: id, status: "rejected", code, message } as const;
    // What a final block contradicts nobody can take any more. That it is too old by now is no second end. In proof of work
    // the block that contradicts it may be undone.
    const isContradicted =
      reversal === undefined &&
      ((was === "pending" && code === "conflict") ||
        ((code === "input-missing" || code === "governance-sequence") && this.#tooLate.has(id)));
    if (isContradicted || isLastingCode(code)) return rejected;
    if (validUntil !== undefined && chain.laterThan > validUntil)
      return { transaction: id, status: "expired", height };
    // It was pending here, or was brought in by somebody else, so others may have it and take it.
    const isOpen = was === "pending" || asker === "anyone";
    return isOpen && validUntil !== undefined
      ? { transaction: id, status: "evicted", code, message, possibleUntil: validUntil }
      : rejected;
  }
}

/** What is in a block and not final yet is pending to who waits for it to be final. */
function outcomeIn(known: TransactionOutcome | Included): TransactionOutcome {
  return known.status === "included" ? { transaction: known.transaction, status: "pending" } : known;
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
