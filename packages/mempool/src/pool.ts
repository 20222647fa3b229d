// The parts of the pool, and the few things that are done to all of them at once: dropping, refusing, and telling it.
import type { BlockContext, Chain, CoinSource, GovernanceView, SealedTransaction } from "@witan/ledger";
import type { Height, Timestamp } from "@witan/primitives";
import type { MempoolRefusal } from "./codes.ts";
import type { Entry } from "./entry.ts";
import { type MempoolLimits, memoryOf } from "./limits.ts";
import type { Turn } from "./notices.ts";
import { PendingGraph } from "./pending-graph.ts";
import { RejectionMemory } from "./rejections.ts";
import { type Waiting, WaitingRoom } from "./waiting-room.ts";

/** The end of the chain, as the next block sees it. */
export interface MempoolTip {
  /** After the last block. */
  readonly governance: GovernanceView;
  /** Of the next block. */
  readonly height: Height;
  /** The next block's timestamp is later than this: the last block's, or in proof of work the median. */
  readonly laterThan: Timestamp;
}

/** What the pool is made of. */
export class Pool {
  readonly chain: Chain;
  readonly limits: MempoolLimits;
  readonly graph = new PendingGraph();
  readonly waiting: WaitingRoom;
  readonly rejections: RejectionMemory;
  tip: MempoolTip;
  #lastPosition = 0;
  #firstPosition = 0;

  constructor(chain: Chain, tip: MempoolTip, limits: MempoolLimits) {
    this.chain = chain;
    this.limits = limits;
    this.tip = tip;
    this.waiting = new WaitingRoom(limits);
    this.rejections = new RejectionMemory(limits.rejections);
  }

  /** The least timestamp that the next block can have. */
  get earliest(): Timestamp {
    return (this.tip.laterThan + 1) as Timestamp;
  }

  /** Whether there are more transfers, or more memory in use, than there may be. */
  get full(): boolean {
    return this.graph.transfers > this.limits.transactions || this.graph.bytes > this.limits.bytes;
  }

  /** Whether it would be full with one more. Governance has room of its own. */
  fullWith(newcomer: SealedTransaction): boolean {
    const { graph, limits } = this;
    if (newcomer.body.kind !== "transfer") return false;
    return graph.transfers >= limits.transactions || graph.bytes + memoryOf(newcomer) > limits.bytes;
  }

  /** The next block, as if made now. */
  context(now: Timestamp): BlockContext {
    const { governance, height } = this.tip;
    const timestamp = Math.max(now, this.earliest) as Timestamp;
    return { chain: this.chain, governance, height, timestamp };
  }

  /**
   * The next block, as late as a transaction allows: what is broken there, time aside, can't be mended by waiting.
   * Whether `validUntil` is past already must be asked apart.
   */
  latestContext({ body }: SealedTransaction): BlockContext {
    const now = body.kind === "reward" ? this.earliest : body.validUntil;
    return { ...this.context(now), timestamp: now };
  }

  /** Coins, and the outputs of pending transactions. Says nothing of which of them pending ones spend. */
  coinsOver(coins: CoinSource): CoinSource {
    const { height } = this.tip;
    return { coin: (key) => this.graph.coin(key, height) ?? coins.coin(key) };
  }

  /** The place of the next one to arrive. */
  nextPosition(): number {
    return ++this.#lastPosition;
  }

  /** The first of some places before all others: for what comes back from an undone block. */
  positionsInFront(count: number): number {
    this.#firstPosition -= count;
    return this.#firstPosition;
  }

  /** Drops a pending transaction with all that rest on it. */
  drop(root: Entry, refusal: MempoolRefusal, turn: Turn): void {
    const gone = this.graph.withDescendants([root]);
    this.graph.remove(gone);
    const ancestor = root.transaction.id;
    const inherited = { ok: false, code: "ancestor-dropped", ancestor, cause: refusal.code } as const;
    for (const entry of gone) this.tellDropped(entry, entry === root ? refusal : inherited, turn);
  }

  /** Tells and remembers that a transaction which was pending is not any more. */
  tellDropped({ transaction }: Entry, refusal: MempoolRefusal, turn: Turn): void {
    turn.notices.push({ kind: "dropped", transaction, refusal });
    this.rejections.remember(transaction, refusal, { was: "pending", at: turn.now });
  }

  /** Ends the wait of a transaction: it is not taken. */
  refuseWaiting(waiting: Waiting, refusal: MempoolRefusal, turn: Turn): void {
    this.waiting.delete(waiting);
    this.tellRefused(waiting.transaction, refusal, turn);
  }

  /** Tells and remembers that a transaction, not the one the call is about, is not taken. */
  tellRefused(transaction: SealedTransaction, refusal: MempoolRefusal, turn: Turn): void {
    turn.notices.push({ kind: "refused", transaction, refusal });
    this.rememberRefused(transaction, refusal, turn.now);
  }

  /** Remembers that a transaction was refused. Being pending with another witness is no verdict on it. */
  rememberRefused(transaction: SealedTransaction, refusal: MempoolRefusal, at: Timestamp): void {
    if (refusal.code !== "known-otherwise")
      this.rejections.remember(transaction, refusal, { was: "new", at });
  }

  /** Refuses those that have waited for too long. */
  expireWaiting(turn: Turn): void {
    if (this.waiting.size === 0) return;
    for (let late = this.waiting.timedOut(turn.now); late; late = this.waiting.timedOut(turn.now)) {
      const detail = `waited for ${this.limits.orphanMs} ms for output ${this.missing(late)}`;
      this.refuseWaiting(late, { ok: false, code: "input-missing", detail }, turn);
    }
  }

  /** The first output that one waits for; undefined if none is missing. */
  missing(waiting: Waiting): string | undefined {
    const { height } = this.tip;
    return waiting.inputs.find((key) => !waiting.coins.has(key) && !this.graph.coin(key, height));
  }
}
