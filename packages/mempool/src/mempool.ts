// The door of the pool: transactions that wait for a block. Pure: time and coins are handed in, and what happens to
// other transactions than the one asked about is answered as notices.
import {
  type Block,
  type BlockUndo,
  type Chain,
  keyOf,
  type Outpoint,
  type SealedTransaction,
  type ValidBlock,
} from "@witan/ledger";
import type { PublicKey, Timestamp, TransactionId, WitnessHash } from "@witan/primitives";
import {
  type AdmissionInput,
  type AdmissionVerdict,
  admit,
  type Prechecked,
  type PrecheckVerdict,
  precheck,
  wouldAdmit,
} from "./admission.ts";
import { applyBlock } from "./block-applied.ts";
import { undoBlock } from "./block-undone.ts";
import type { PendingTransaction } from "./entry.ts";
import { limitsOf, type MempoolLimits } from "./limits.ts";
import { type Notice, turnAt } from "./notices.ts";
import { type MempoolTip, Pool } from "./pool.ts";
import type { Rejection } from "./rejections.ts";
import { firstWanted, type SelectionInput, select } from "./selection.ts";

/** What a pool is made with. */
export interface MempoolOptions {
  readonly chain: Chain;
  /** The end of the chain now. */
  readonly tip: MempoolTip;
  /** Where they differ from MEMPOOL_DEFAULTS. */
  readonly limits?: Partial<MempoolLimits>;
}

/** What became of a transaction in the second stage, and of others through it. */
export interface Admission {
  readonly verdict: AdmissionVerdict;
  readonly notices: readonly Notice[];
}

/** How full the pool is. */
export interface MempoolStatus {
  /** Pending transactions: transfers, and at most one governance transaction, which no limit counts. */
  readonly transactions: number;
  readonly transfers: number;
  /** Memory of the pending transfers, as `memoryOf` counts it. */
  readonly bytes: number;
  /** Transactions that wait for inputs, and their memory. */
  readonly waiting: number;
  readonly waitingBytes: number;
  /** Refused and dropped ones that are remembered. */
  readonly rejections: number;
  /** Since when the first in order of arrival is pending; undefined: none is. */
  readonly oldest: Timestamp | undefined;
  readonly limits: MempoolLimits;
}

/** A part of the pending transactions, in order of arrival. */
export interface MempoolPage {
  readonly transactions: readonly PendingTransaction[];
  /** Ask with this for what follows; undefined: nothing does. */
  readonly next: number | undefined;
}

/**
 * The transactions that wait for a block. Between calls these hold: no two pending ones spend the same output; every
 * input of a pending one is a confirmed coin or an output of another; all limits; whatever `select` gives makes a
 * valid block. First seen stays: nothing is replaced by what pays more, but a full pool evicts what pays least.
 *
 * Verdicts are kept by id and witness hash; conflicts and what is pending by id.
 */
export class Mempool {
  readonly #pool: Pool;

  /** @throws {AssertionError} if a limit is not an integer from 0 */
  constructor({ chain, tip, limits }: MempoolOptions) {
    this.#pool = new Pool(chain, tip, limitsOf(limits ?? {}));
  }

  /** The end of the chain that the pool was told last. */
  get tip(): MempoolTip {
    return this.#pool.tip;
  }

  /**
   * First stage: everything that needs neither signatures nor coins. Changes nothing, but a refusal is remembered.
   * Refuses with the first that is broken of: `reward-not-admitted`, `known-otherwise` (its id is pending with
   * another witness, which stays), a remembered `signature-invalid`, the ledger's rules for a transaction by itself
   * and in the next block, `conflict`, `client-limit`, `mempool-full`. For the last, what no pending transaction makes
   * is taken for confirmed: while the pool is full, what pays too little by itself may not wait for a parent.
   * @param now the local clock, in milliseconds
   */
  precheck(transaction: SealedTransaction, now: Timestamp): PrecheckVerdict {
    const verdict = precheck(this.#pool, transaction, now);
    if (verdict.status === "refused") this.#pool.rememberRefused(transaction, verdict.refusal, now);
    return verdict;
  }

  /**
   * Second stage: takes the transaction in, lets it wait for inputs, or refuses it: with `signature-invalid`, with
   * what the first stage may refuse (all of it is looked at again), the ledger's rules for inputs,
   * `ancestors-too-many`, `descendants-too-many`, `mempool-full`; one that would wait with `waiting-full`. Those that
   * waited for it are tried.
   */
  admit(prechecked: Prechecked, input: AdmissionInput): Admission {
    const turn = turnAt(input.now);
    this.#pool.expireWaiting(turn);
    const verdict = admit(this.#pool, prechecked, input, turn);
    if (verdict.status === "refused")
      this.#pool.rememberRefused(prechecked.formed.sealed, verdict.refusal, input.now);
    return { verdict, notices: turn.notices };
  }

  /** What `precheck` would say. Changes nothing: a refusal is not remembered. */
  wouldPrecheck(transaction: SealedTransaction, now: Timestamp): PrecheckVerdict {
    return precheck(this.#pool, transaction, now);
  }

  /** What `admit` would say. Changes nothing: nobody goes for it, nothing is remembered. */
  wouldAdmit(prechecked: Prechecked, input: Omit<AdmissionInput, "from">): AdmissionVerdict {
    return wouldAdmit(this.#pool, prechecked, input);
  }

  /**
   * A block was applied on top of the tip. What it includes is gone without a notice; what contradicts it is dropped
   * with `conflict`, what can't enter a later block with `expired`, what a change of governance forbids with the rule;
   * what rests on those with `ancestor-dropped`. What waited for its outputs is tried.
   * @param laterThan the next block's timestamp is later than this: the block's own, or in proof of work the median
   * @throws {AssertionError} if it is not the block of the tip's height
   */
  blockApplied(block: ValidBlock, laterThan: Timestamp, now: Timestamp): readonly Notice[] {
    const turn = turnAt(now);
    applyBlock(this.#pool, block, laterThan, turn);
    return turn.notices;
  }

  /**
   * The block on top was undone. Its transactions come back in front of all others where they still hold (its reward
   * never does), and are not held against limits before the newest and cheapest have gone. For a reorganisation: undo
   * from the top down, then apply.
   * @param undo what the block spent
   * @param tip the end of the chain before the block
   * @throws {AssertionError} if it is not the block on top
   */
  blockUndone(block: Block, undo: BlockUndo, tip: MempoolTip, now: Timestamp): readonly Notice[] {
    const turn = turnAt(now);
    undoBlock(this.#pool, block, undo, tip, turn);
    return turn.notices;
  }

  /** Refuses, with `input-missing`, those that have waited for inputs too long. To be called now and then. */
  expireWaiting(now: Timestamp): readonly Notice[] {
    const turn = turnAt(now);
    this.#pool.expireWaiting(turn);
    return turn.notices;
  }

  /**
   * Transactions for the next block: parents before children, a governance transaction last, room left for the
   * reward. By the fee rate of each with its unconfirmed ancestors, then by arrival. What is premature, or may not
   * yet enter, at that timestamp is passed over. The same pool and input give the same answer.
   * @throws {AssertionError} if no next block can have the timestamp
   */
  select(input: SelectionInput): readonly SealedTransaction[] {
    return select(this.#pool, input);
  }

  /**
   * The transaction that a block of this timestamp would take first; undefined: none may stand in such a block yet.
   * One that stays the first from block to block is passed over by who makes the blocks.
   * @throws {AssertionError} if no next block can have the timestamp
   */
  firstWanted(timestamp: Timestamp): SealedTransaction | undefined {
    return firstWanted(this.#pool, timestamp);
  }

  /** The pending transaction of an id. */
  get(id: TransactionId): PendingTransaction | undefined {
    return this.#pool.graph.get(id);
  }

  /** Whether exactly these bytes are pending. */
  has(id: TransactionId, witnessHash: WitnessHash): boolean {
    return this.#pool.graph.get(id)?.transaction.witnessHash === witnessHash;
  }

  /** Whether the signatures of exactly these bytes are known to hold: they are pending, or wait for inputs. */
  verified(transaction: SealedTransaction): boolean {
    return this.has(transaction.id, transaction.witnessHash) || this.#pool.waiting.has(transaction);
  }

  /** Whether a transaction of this id waits for inputs, with whatever witness. */
  isWaiting(id: TransactionId): boolean {
    for (const waiting of this.#pool.waiting.values()) if (waiting.transaction.id === id) return true;
    return false;
  }

  /** What was refused or dropped lately under an id, with whatever witness; the oldest first. */
  rejections(id: TransactionId): readonly Rejection[] {
    return this.#pool.rejections.of(id);
  }

  /** The pending transaction that spends an output. */
  spenderOf(outpoint: Outpoint): TransactionId | undefined {
    return this.#pool.graph.spender(keyOf(outpoint))?.transaction.id;
  }

  /** How many unconfirmed transactions a pending one rests on; undefined if it is not pending. */
  ancestorCount(id: TransactionId): number | undefined {
    const entry = this.#pool.graph.get(id);
    return entry && this.#pool.graph.withAncestors([entry]).size - 1;
  }

  /** How many unconfirmed transactions rest on a pending one; undefined if it is not pending. */
  descendantCount(id: TransactionId): number | undefined {
    const entry = this.#pool.graph.get(id);
    return entry && this.#pool.graph.descendantCount(entry);
  }

  /** Pending transfers that a key has signed. */
  clientCount(publicKey: PublicKey): number {
    return this.#pool.graph.clientCount(publicKey);
  }

  /** How full the pool is. */
  status(): MempoolStatus {
    const { graph, waiting, rejections, limits } = this.#pool;
    return {
      transactions: graph.size,
      transfers: graph.transfers,
      bytes: graph.bytes,
      waiting: waiting.size,
      waitingBytes: waiting.bytes,
      rejections: rejections.size,
      oldest: graph.arrivals.first?.since,
      limits,
    };
  }

  /**
   * Some of the pending transactions in order of arrival. What arrives or goes meanwhile neither repeats nor hides
   * others.
   * @param count how many at most
   * @param after the `next` of the page before; undefined: from the first on
   */
  page(count: number, after?: number): MempoolPage {
    const transactions: PendingTransaction[] = [];
    for (const entry of this.#pool.graph.arrivals.from(
      (one) => after !== undefined && one.position <= after,
    )) {
      if (transactions.length >= count) return { transactions, next: transactions.at(-1)?.position ?? after };
      transactions.push(entry);
    }
    return { transactions, next: undefined };
  }

  /** Those that wait for inputs, in order of arrival; few, as `orphans` says. */
  waiting(): readonly PendingTransaction[] {
    return [...this.#pool.waiting.values()];
  }

  /** All pending transactions encoded, parents before children: admitted in this order, each finds its inputs. */
  export(): readonly Uint8Array[] {
    return [...this.#pool.graph.arrivals.values()].map((entry) => entry.transaction.bytes);
  }
}
