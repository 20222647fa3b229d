// Reads the events of one subscription on a chain of proof of work. What was told of and is undone is taken back before
// anything else is told; and a transaction counts as final only as deep as this node calls it so. The chain decides what is
// told, the log only when to look.
import { type Block, decodeBlock } from "@witan/ledger";
import { type ChainId, type Height, present } from "@witan/primitives";
import type { EventReader, FeedBatch, SubscriptionEvent, ToldEvent } from "@witan/rpc";
import { transactionCount } from "../chain/block-parts.ts";
import { type ChainPosition, formatCursor } from "./cursor.ts";
import type { ReaderOptions } from "./event-reader.ts";
import { addressesOf } from "./filter.ts";
import { REMEMBERED, type ToldBlock, ToldLine } from "./told-line.ts";

/** What a reader is made with. */
export interface PowReaderOptions extends ReaderOptions {
  /** The beginning of the hash of the last block that was told of; left out: it is the one on the chain. */
  readonly mark?: string;
  /** Up to which height the reader is told of blocks: the tip, or what is final. */
  readonly upTo: () => number;
}

/** A subscription that hears of nothing for so many blocks is told how far it is. */
const PROGRESS_BLOCKS = 256;

/** Reads the events of a subscription. */
export class PowReader implements EventReader {
  readonly #options: PowReaderOptions;
  readonly #chainId: ChainId;
  readonly #line: ToldLine;
  #event: number;
  #next: ChainPosition;
  #hasGap: boolean;
  #isClosed = false;
  #toldHeight: number;
  /** Events with the cursors behind them, not given yet. */
  #queue: ToldEvent[] = [];

  constructor(options: PowReaderOptions) {
    const { start, chain, mark } = options;
    this.#options = options;
    this.#chainId = chain.chain.chainId;
    this.#event = start.event;
    this.#next = start.next;
    this.#hasGap = options.hasGap;
    this.#toldHeight = start.next.height - 1;
    const last = start.next.index > 0 ? start.next.height : start.next.height - 1;
    this.#line = new ToldLine(chain, last, mark);
  }

  get cursor(): string {
    const { run } = this.#options;
    return formatCursor(this.#chainId, {
      ...{ run, event: this.#event, next: this.#next, mark: this.#line.mark },
    });
  }

  async read(max: number): Promise<FeedBatch> {
    const { log } = this.#options;
    while (!this.#isClosed && this.#queue.length < max) {
      if (this.#event < log.forgotten) {
        this.#event = log.last;
        this.#hasGap = this.#options.losable.length > 0;
      }
      if (this.#hasGap) this.#tellGap([...this.#options.losable]);
      const record = log.after(this.#event);
      const isChain = record === undefined || record.entry.kind === "chain";
      if (isChain && (await this.#follow())) continue;
      if (record === undefined) break;
      const { entry, first, count } = record;
      const from = this.#event + 1 - first;
      if (entry.kind === "transactions" && this.#options.topic === "transactions")
        for (const [at, one] of entry.entries.slice(from).entries()) {
          this.#event = first + from + at;
          if (this.#options.filter.fits(one.transaction, () => one.addresses ?? [])) this.#tell(one.event);
        }
      this.#event = first + count - 1;
    }
    if (this.#queue.length === 0 && !this.#isClosed) log.onMore(this.#options.onMore);
    return { kind: "events", events: this.#isClosed ? [] : this.#queue.splice(0, max) };
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#options.log.offMore(this.#options.onMore);
    this.#options.onClose();
  }

  #tell(event: SubscriptionEvent): void {
    this.#toldHeight = Math.max(this.#toldHeight, this.#next.height - 1);
    this.#queue.push({ cursor: this.cursor, event });
  }

  #tellGap(lost: Extract<SubscriptionEvent, { type: "gap" }>["lost"]): void {
    this.#hasGap = false;
    this.#tell({ type: "gap", fromHeight: Math.max(0, this.#next.height - 1), lost });
  }

  /** Goes one block down or up. @returns false if there is nothing to tell */
  async #follow(): Promise<boolean> {
    const { undone } = this.#line;
    if (undone !== undefined) {
      this.#takeBack(undone);
      return true;
    }
    const { upTo, filter, topic, yieldNow } = this.#options;
    if (this.#line.isTorn) {
      const height = Math.max(0, Math.min(this.#next.height - 1, upTo()) - REMEMBERED);
      this.#line.beginAt(height);
      this.#next = { height: height + 1, index: 0 };
      this.#tellGap(["undone"]);
    }
    if (this.#next.height > upTo()) return false;
    if (topic !== "transactions") this.#tellBlock();
    else if (filter.onlyIds === undefined) this.#tellTransactions();
    else this.#tellPlaces(filter.onlyIds, upTo());
    await yieldNow();
    return true;
  }

  #takeBack({ height, hash }: ToldBlock): void {
    const { topic, filter } = this.#options;
    const from = this.#next;
    this.#line.drop();
    this.#next = { height, index: 0 };
    this.#toldHeight = height - 1;
    if (topic !== "transactions") {
      this.#tell({ type: "undone-block", height, hash });
      return;
    }
    const block = bodyOf(this.#options, hash);
    if (block === undefined) {
      this.#tellGap(["undone"]);
      return;
    }
    // Of one that was told in part, that part.
    const count = from.height === height ? from.index - 1 : block.transactions.length;
    for (const transaction of block.transactions.slice(0, Math.max(0, count)).reverse())
      if (filter.fits(transaction.id, () => addressesOf(transaction)))
        this.#tell({ type: "undone", transaction: transaction.id, height });
  }

  // Blocks are read at once, not in turn with those of other readers: in between the chain might be another.

  #tellBlock(): void {
    const { chain } = this.#options;
    const height = this.#next.height as Height;
    const hash = present(chain.hashAt(height), `the hash of block ${height}`);
    const { timestamp } = present(chain.header(height), `the header of block ${height}`);
    const bytes = present(chain.blockBytes(height), `block ${height}`);
    this.#line.add({ height, hash });
    this.#next = { height: height + 1, index: 0 };
    this.#tell({
      ...{ type: "block", height, hash, timestamp, proposer: null },
      transactions: transactionCount(bytes),
    });
  }

  #tellTransactions(): void {
    const { chain, filter } = this.#options;
    const { height, index: begin } = this.#next;
    const { hash, transactions } = present(chain.block(height as Height), `block ${height}`);
    // One that was told in part is in the line already.
    if (this.#line.height !== height) this.#line.add({ height, hash });
    for (let index = Math.max(begin, 1); index <= transactions.length; index++) {
      const transaction = transactions[index - 1];
      if (transaction === undefined) break;
      const isLast = index === transactions.length;
      this.#next = isLast ? { height: height + 1, index: 0 } : { height, index: index + 1 };
      if (filter.fits(transaction.id, () => addressesOf(transaction)))
        this.#tell({ type: "final", transaction: transaction.id, height, hash, index: index - 1 });
    }
    this.#next = { height: height + 1, index: 0 };
    this.#maybeTellProgress();
  }

  /** Of few transactions the chain knows where they are: nothing else need be read. */
  #tellPlaces(ids: NonNullable<PowReaderOptions["filter"]["onlyIds"]>, upTo: number): void {
    const { chain } = this.#options;
    const { height: from, index: begin } = this.#next;
    const found = ids
      .flatMap((transaction) => {
        const place = chain.place(transaction);
        return place === undefined ? [] : [{ transaction, height: place.height, index: place.position }];
      })
      .filter(
        ({ height, index }) => height <= upTo && (height > from || (height === from && index + 1 >= begin)),
      )
      .sort((a, b) => a.height - b.height || a.index - b.index);
    for (const { transaction, height, index } of found) {
      this.#passTo(height);
      this.#next = { height, index: index + 2 };
      const { hash } = chain.headers?.at(height) ?? { hash: undefined };
      if (hash !== undefined) this.#tell({ type: "final", transaction, height, hash, index });
    }
    this.#passTo(upTo);
    this.#next = { height: upTo + 1, index: 0 };
    this.#maybeTellProgress();
  }

  /** Blocks up to this one are told of: there was nothing in them, or it was told. */
  #passTo(height: number): void {
    const { chain } = this.#options;
    for (let at = (this.#line.height ?? -1) + 1; at <= height; at++) {
      const hash = chain.hashAt(at as Height);
      if (hash !== undefined) this.#line.add({ height: at, hash });
    }
  }

  #maybeTellProgress(): void {
    const height = this.#next.height - 1;
    if (height - this.#toldHeight >= PROGRESS_BLOCKS) this.#tell({ type: "progress", height });
  }
}

/** A block that is off the chain now; undefined: it is not kept any more. */
function bodyOf({ chain }: PowReaderOptions, hash: ToldBlock["hash"]): Block | undefined {
  const bytes = chain.proposal(hash);
  const decoded = bytes && decodeBlock(chain.chain, bytes);
  return decoded?.ok ? decoded.value : undefined;
}
