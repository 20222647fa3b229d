// The log of what happened in this run of the node, for subscriptions: numbered, bounded, the oldest forgotten first. It
// keeps of blocks only what they are called: their transactions are read again when somebody wants them. Nobody is told
// anything here: readers come and fetch.
import { assert, type Hash, type Height, type TransactionId } from "@witan/primitives";
import type { SubscriptionEvent } from "@witan/rpc";

/** A final block in few words. */
export interface BlockSummary {
  readonly height: number;
  readonly hash: Hash;
  readonly timestamp: number;
  /** The proposer's name; null where there is none. */
  readonly proposer: string | null;
  /** How many transactions it has. */
  readonly transactions: number;
}

/** Something that happened to a transaction outside of blocks. */
export interface TransactionEntry {
  readonly event: Extract<SubscriptionEvent, { type: "admitted" | "evicted" | "expired" }>;
  readonly transaction: TransactionId;
  /** Policies that it pays to or shows; undefined: nobody asked by address when it happened. */
  readonly addresses: readonly string[] | undefined;
}

/** What the log is made of: one event, or several that happened in one step. */
export type LogEntry =
  /** One event, whatever is in the block: where a reader stands in it, its place in the chain says. */
  | { readonly kind: "block"; readonly block: BlockSummary; readonly tookMs: number | null }
  | { readonly kind: "transactions"; readonly entries: readonly TransactionEntry[] }
  | {
      readonly kind: "consensus";
      readonly event: Extract<SubscriptionEvent, { type: "view" | "phase" | "round" | "round-phase" }>;
    }
  /** In proof of work: the chain is another, longer or not. What it is readers see from the chain itself. */
  | { readonly kind: "chain" }
  /** There was something, which nobody listened to any more. */
  | { readonly kind: "forgotten" };

/** Entries of blocks, which the limit of events does not count. */
const WITHOUT_EVENTS: readonly LogEntry["kind"][] = ["block", "chain", "forgotten"];

const FORGOTTEN: LogEntry = Object.freeze({ kind: "forgotten" });

/** An entry, and where it stands in the log. */
export interface LogRecord {
  /** The number of its first event, from 1. */
  readonly first: number;
  /** How many events it has. */
  readonly count: number;
  /** The tip's height when it happened; of a block its own. */
  readonly height: number;
  readonly entry: LogEntry;
}

/** How much a log keeps. */
export interface LogLimits {
  readonly records: number;
  /** Events outside of blocks. */
  readonly events: number;
}

/** 20 MB at most: an hour of blocks three in a second, and 20 seconds of a full load of transactions. */
export const LOG_LIMITS: LogLimits = Object.freeze({ records: 20_000, events: 100_000 });

/** The log. */
export class EventLog {
  readonly #limits: LogLimits;
  /** Ascending; those before `#from` are forgotten. */
  #records: LogRecord[] = [];
  #from = 0;
  #events = 0;
  /** The number of the last event. */
  #last = 0;
  #height: number;
  readonly #waiting = new Set<() => void>();

  /** @param height of the tip now */
  constructor(height: Height, limits: Partial<LogLimits> = {}) {
    this.#limits = { ...LOG_LIMITS, ...limits };
    this.#height = height;
  }

  /** The number of the last event; 0: there was none. */
  get last(): number {
    return this.#last;
  }

  /** Events up to this one are forgotten. */
  get forgotten(): number {
    return (this.#records[this.#from]?.first ?? this.#last + 1) - 1;
  }

  /** How much is kept. */
  get kept(): { readonly records: number; readonly events: number } {
    return { records: this.#records.length - this.#from, events: this.#events };
  }

  /** Writes down what has happened. */
  add(entry: LogEntry): void {
    if (entry.kind === "block") {
      assert(entry.block.height === this.#height + 1, `block ${entry.block.height} after ${this.#height}`);
      this.#height = entry.block.height;
    }
    const count = countOf(entry);
    if (count === 0) return;
    this.#records.push({ first: this.#last + 1, count, height: this.#height, entry });
    this.#last += count;
    if (!WITHOUT_EVENTS.includes(entry.kind)) this.#events += count;
    while (this.kept.records > this.#limits.records || this.#events > this.#limits.events) this.#forgetOne();
    this.#wake();
  }

  /** Forgets what all entries of a kind say: nobody reads them any more. The numbers stay. */
  forget(kind: "transactions" | "consensus"): void {
    this.#records = this.#records.slice(this.#from).map((record) => {
      if (record.entry.kind !== kind) return record;
      this.#events -= record.count;
      return { ...record, entry: FORGOTTEN };
    });
    this.#from = 0;
  }

  /** The record that the event after this one is in; undefined: it has not happened, or is forgotten. */
  after(event: number): LogRecord | undefined {
    let low = this.#from;
    let high = this.#records.length;
    if (event < this.forgotten) return undefined;
    while (low < high) {
      const middle = (low + high) >> 1;
      const record = this.#records[middle];
      if (record !== undefined && record.first + record.count - 1 <= event) low = middle + 1;
      else high = middle;
    }
    return this.#records[low];
  }

  /** The tip's height before the record that the event after this one is in; undefined: forgotten. */
  heightBefore(event: number): number | undefined {
    if (event < this.forgotten) return undefined;
    const record = this.after(event);
    if (record === undefined) return this.#height;
    if (record.entry.kind === "block") return record.entry.block.height - 1;
    return record.height;
  }

  /** Calls once, when something is added. */
  onMore(call: () => void): void {
    this.#waiting.add(call);
  }

  /** Does not call any more. */
  offMore(call: () => void): void {
    this.#waiting.delete(call);
  }

  #wake(): void {
    if (this.#waiting.size === 0) return;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const call of waiting) call();
  }

  #forgetOne(): void {
    const record = this.#records[this.#from];
    if (record === undefined) return;
    if (!WITHOUT_EVENTS.includes(record.entry.kind)) this.#events -= record.count;
    this.#from++;
    // The front is cut off now and then, not with each record: that would copy all others each time.
    if (this.#from < 1_024 || this.#from * 2 < this.#records.length) return;
    this.#records = this.#records.slice(this.#from);
    this.#from = 0;
  }
}

function countOf(entry: LogEntry): number {
  return entry.kind === "transactions" ? entry.entries.length : 1;
}
