// Reads the events of one subscription: from the chain as long as it is behind the log, then from the log. Must tell what
// is final exactly once and in order, whatever the log has forgotten: the place in the chain decides, not the log.
import type { Block } from "@witan/ledger";
import type { ChainId, TransactionId } from "@witan/primitives";
import type { EventReader, FeedBatch, SubscriptionEvent, SubscriptionTopic, ToldEvent } from "@witan/rpc";
import type { ChainKeeper } from "../chain/chain-keeper.ts";
import { type BlockReader, finalBlockEvent } from "./block-reader.ts";
import { type ChainPosition, formatCursor } from "./cursor.ts";
import type { BlockSummary, EventLog, LogRecord } from "./event-log.ts";
import { addressesOf, type TransactionFilter } from "./filter.ts";

/** What is lost where a log does not reach back. */
export type Lost = Extract<SubscriptionEvent, { type: "gap" }>["lost"];

/** What a reader is made with. */
export interface ReaderOptions {
  readonly chain: ChainKeeper;
  readonly log: EventLog;
  readonly blocks: BlockReader;
  readonly run: string;
  readonly topic: SubscriptionTopic;
  /** Of transactions. */
  readonly filter: TransactionFilter;
  /** Where it begins. */
  readonly start: { readonly event: number; readonly next: ChainPosition };
  /** What of the topic may be missing when there is a gap. */
  readonly losable: Lost;
  /** Whether there is one at the beginning. */
  readonly hasGap: boolean;
  readonly yieldNow: () => Promise<void>;
  readonly onMore: () => void;
  readonly onClose: () => void;
}

/** A subscription that hears of nothing for so many blocks is told how far it is. */
const PROGRESS_BLOCKS = 256;
/** Transactions that are looked at before others have their turn. */
const SLICE = 512;

/** Reads the events of a subscription. */
export class LogReader implements EventReader {
  readonly #options: ReaderOptions;
  readonly #chainId: ChainId;
  #event: number;
  #next: ChainPosition;
  #hasGap: boolean;
  #isBehind = true;
  #isClosed = false;
  /** The height up to which the subscriber knows how far it is. */
  #toldHeight: number;
  #told: ToldEvent[] = [];

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#chainId = options.chain.chain.chainId;
    this.#event = options.start.event;
    this.#next = options.start.next;
    this.#hasGap = options.hasGap;
    this.#toldHeight = options.start.next.height - 1;
  }

  get cursor(): string {
    return formatCursor(this.#chainId, { run: this.#options.run, event: this.#event, next: this.#next });
  }

  async read(max: number): Promise<FeedBatch> {
    this.#told = [];
    const { log } = this.#options;
    while (!this.#isClosed && this.#told.length < max) {
      if (this.#hasGap) this.#tellGap();
      const height = log.heightBefore(this.#event);
      if (height === undefined) {
        if (!this.#isBehind) return this.#told.length > 0 ? this.#batch() : { kind: "overrun" };
        // The chain was long, and the log has gone on meanwhile: what it has forgotten is lost.
        this.#event = log.last;
        this.#hasGap = this.#options.losable.length > 0;
      } else if (this.#next.height <= height) {
        this.#isBehind = true;
        await this.#fromChain(height, max);
      } else {
        this.#isBehind = false;
        const record = log.after(this.#event);
        if (record === undefined) break;
        await this.#fromLog(record, max);
      }
    }
    if (this.#told.length === 0 && !this.#isClosed) log.onMore(this.#options.onMore);
    return this.#batch();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#options.log.offMore(this.#options.onMore);
    this.#options.onClose();
  }

  #batch(): FeedBatch {
    return { kind: "events", events: this.#isClosed ? [] : this.#told };
  }

  #tell(event: SubscriptionEvent): void {
    this.#toldHeight = this.#next.height - 1;
    this.#told.push({ cursor: this.cursor, event });
  }

  #tellGap(): void {
    this.#hasGap = false;
    const fromHeight = Math.max(0, this.#next.height - 1);
    this.#tell({ type: "gap", fromHeight, lost: [...this.#options.losable] });
  }

  // From the chain.

  /** Tells of the next block that is final, up to the height at which the log goes on. */
  async #fromChain(upTo: number, max: number): Promise<void> {
    const { topic, filter, blocks } = this.#options;
    const { height } = this.#next;
    if (topic !== "transactions") {
      const summary = await blocks.summary(height);
      await this.#tellBlock(summary, null, this.#event);
      return;
    }
    const ids = filter.onlyIds;
    if (ids !== undefined) await this.#tellPlaces(ids, upTo, max);
    else await this.#tellTransactions(await blocks.block(height), max);
  }

  /** Of few transactions the chain knows where they are: nothing else need be read. */
  async #tellPlaces(ids: readonly TransactionId[], upTo: number, max: number): Promise<void> {
    const { chain, blocks } = this.#options;
    const { height, index } = this.#next;
    const found = ids
      .flatMap((transaction) => {
        const place = chain.place(transaction);
        return place === undefined ? [] : [{ transaction, height: place.height, index: place.position }];
      })
      .filter((at) => at.height <= upTo)
      .filter((at) => at.height > height || (at.height === height && at.index + 1 >= index))
      .sort((a, b) => a.height - b.height || a.index - b.index);
    for (const at of found) {
      if (this.#told.length >= max || this.#isClosed) return;
      const hash = await blocks.hash(at.height);
      this.#next = { height: at.height, index: at.index + 2 };
      this.#tell({ type: "final", transaction: at.transaction, height: at.height, hash, index: at.index });
    }
    this.#next = { height: upTo + 1, index: 0 };
    this.#maybeTellProgress();
  }

  // From the log.

  async #fromLog(record: LogRecord, max: number): Promise<void> {
    const { topic } = this.#options;
    const { entry, first, count } = record;
    const end = first + count - 1;
    switch (entry.kind) {
      case "block":
        // Told already, by another node that was ahead of this one.
        if (this.#next.height > entry.block.height) this.#event = end;
        else if (topic !== "transactions") await this.#tellBlock(entry.block, entry.tookMs, end);
        else await this.#tellTransactions(await this.#options.blocks.block(entry.block.height), max, end);
        return;
      case "transactions":
        if (topic !== "transactions") this.#event = end;
        else this.#tellEntries(record, max);
        return;
      case "chain":
        this.#event = end;
        return;
      case "consensus":
        this.#event = end;
        if (topic === "consensus") this.#tell(entry.event);
        return;
      case "forgotten":
        this.#event = end;
        return;
    }
  }

  #tellEntries({ entry, first }: LogRecord, max: number): void {
    if (entry.kind !== "transactions") return;
    const { filter } = this.#options;
    for (let at = this.#event + 1 - first; at < entry.entries.length; at++) {
      if (this.#told.length >= max) return;
      this.#event = first + at;
      const one = entry.entries[at];
      if (one !== undefined && filter.fits(one.transaction, () => one.addresses ?? [])) this.#tell(one.event);
    }
  }

  // Blocks, wherever they come from.

  async #tellBlock(block: BlockSummary, tookMs: number | null, event: number): Promise<void> {
    const { topic, chain, blocks } = this.#options;
    const certificate = topic === "consensus" ? await blocks.certificate(block.height) : undefined;
    if (this.#isClosed) return;
    this.#event = event;
    this.#next = { height: block.height + 1, index: 0 };
    if (topic === "blocks") this.#tell({ type: "block", ...block });
    else this.#tell(finalBlockEvent(chain, block, certificate, tookMs));
  }

  /** @param event the number of the block in the log, if it is read from there */
  async #tellTransactions({ header, hash, transactions }: Block, max: number, event?: number): Promise<void> {
    const { filter, yieldNow } = this.#options;
    const { height } = header;
    const begin = this.#next.height === height ? Math.max(this.#next.index, 1) : 1;
    for (let index = begin; index <= transactions.length; index++) {
      if (this.#told.length >= max || this.#isClosed) return;
      const transaction = transactions[index - 1];
      if (transaction === undefined) break;
      const isLast = index === transactions.length;
      this.#next = isLast ? { height: height + 1, index: 0 } : { height, index: index + 1 };
      if (filter.fits(transaction.id, () => addressesOf(transaction)))
        this.#tell({ type: "final", transaction: transaction.id, height, hash, index: index - 1 });
      if (index % SLICE === 0) await yieldNow();
    }
    if (event !== undefined) this.#event = event;
    this.#next = { height: height + 1, index: 0 };
    this.#maybeTellProgress();
  }

  #maybeTellProgress(): void {
    const height = this.#next.height - 1;
    if (height - this.#toldHeight >= PROGRESS_BLOCKS) this.#tell({ type: "progress", height });
  }
}
