// Tells the engine whether there is something to propose, and whether a transaction is passed over. Who makes blocks
// begins by the local clock; who waits for others allows for the drift of theirs, so that clocks that differ as they may
// never cost a view.
import type { Mempool } from "@witan/mempool";
import type { Clock, Timestamp, TransactionId } from "@witan/primitives";
import type { ChainKeeper } from "../chain/chain-keeper.ts";

/** What there is to do. */
export interface Work {
  readonly pending: boolean;
  readonly overdue: boolean;
}

/** What a watch is made with. */
export interface WorkWatchOptions {
  readonly chain: ChainKeeper;
  readonly mempool: Mempool;
  readonly clock: Clock;
  /** Whether this node makes the next block. */
  readonly makesBlocks: () => boolean;
  /** A transaction that stays the first in turn for so long, while blocks are made, is passed over. */
  readonly overdueMs: number;
  readonly onChange: (work: Work) => void;
}

/** Watches the mempool for work. */
export class WorkWatch {
  readonly #options: WorkWatchOptions;
  #told: Work = { pending: false, overdue: false };
  /** The transaction that is first in turn, and since when. */
  #first: { readonly id: TransactionId; readonly sinceMs: number } | undefined;

  constructor(options: WorkWatchOptions) {
    this.#options = options;
  }

  /** Looks again: after each block and admission, and now and then. */
  update(): void {
    const work = this.#look();
    if (work.pending === this.#told.pending && work.overdue === this.#told.overdue) return;
    this.#told = work;
    this.#options.onChange(work);
  }

  #look(): Work {
    const { chain, mempool, clock, overdueMs } = this.#options;
    const { parameters } = chain.governance.state;
    const allowance = this.#options.makesBlocks() ? 0 : parameters.clockDriftMs;
    const now = clock.now() - allowance;
    const laterThan = mempool.tip.laterThan;
    const wanted = mempool.firstWanted(Math.max(now, laterThan + 1) as Timestamp);
    // By the clock of who makes blocks it may have expired.
    const isLasting =
      wanted?.body.kind !== "reward" && (wanted?.body.validUntil ?? 0) >= clock.now() + allowance;
    const first = isLasting ? wanted : undefined;
    const atMs = clock.monotonicMs();
    if (first === undefined) this.#first = undefined;
    else if (first.id !== this.#first?.id) this.#first = { id: first.id, sinceMs: atMs };
    const interval = parameters.emptyBlockIntervalMs;
    const emptyIsDue = interval > 0 && now >= laterThan + interval;
    return {
      pending: first !== undefined || emptyIsDue,
      overdue: this.#first !== undefined && atMs - this.#first.sinceMs >= overdueMs,
    };
  }
}
