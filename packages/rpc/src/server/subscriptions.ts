// The subscriptions of one connection: each reads its events a batch at a time, and the next only when the one before has
// left this process. So a slow reader costs one batch of memory; one that does not read at all is told, and cut off.
import { RpcError } from "../errors.ts";
import { NOTICE_METHOD, type SubscriptionEvent } from "../subscription-events.ts";
import type { EventFeed, EventReader, SubscribeParams, ToldEvent } from "../subscription-methods.ts";
import type { RpcLimits } from "./options.ts";

/** Events that are sent in one go. */
const BATCH = 128;

/** Where notifications go. */
export interface NoticeSink {
  /** Sends texts in order, each a message. @param sent called when they have left this process */
  send(texts: readonly string[], sent: () => void): void;
  /** A subscription's reader is too slow: the connection is to end. */
  slow(): void;
  /** Reading failed, by a mistake of ours. */
  failed(error: unknown): void;
}

/** How many subscriptions a server has. */
export interface SubscriptionCount {
  open: number;
}

interface Entry {
  readonly name: string;
  readonly reader: EventReader;
  /** Waits until the answer to `subscribe` has been sent; reads; sends; waits until there is more. */
  state: "new" | "reading" | "sending" | "idle";
  /** There may be more, though it was busy when it heard so. */
  hasMore: boolean;
  sinceMs: number;
}

/** The subscriptions of a connection. */
export class Subscriptions {
  readonly #feed: EventFeed;
  readonly #limits: RpcLimits;
  readonly #count: SubscriptionCount;
  readonly #sink: NoticeSink;
  readonly #entries = new Map<string, Entry>();
  #names = 0;

  constructor(feed: EventFeed, limits: RpcLimits, count: SubscriptionCount, sink: NoticeSink) {
    this.#feed = feed;
    this.#limits = limits;
    this.#count = count;
    this.#sink = sink;
  }

  /** Begins one. Nothing is told before `release`. @throws {RpcError} */
  subscribe(params: SubscribeParams): { readonly subscription: string; readonly cursor: string } {
    const { subscriptions, subscriptionsPerConnection: max } = this.#limits;
    if (this.#entries.size >= max) throw new RpcError("subscriptions-too-many", { data: { max } });
    if (this.#count.open >= subscriptions)
      throw new RpcError("subscriptions-too-many", { data: { max: subscriptions } });
    const name = `${++this.#names}`;
    const reader = this.#feed.open(params, () => {
      const entry = this.#entries.get(name);
      if (entry !== undefined) this.#wake(entry);
    });
    const { cursor } = reader;
    this.#count.open++;
    this.#entries.set(name, { name, reader, state: "new", hasMore: false, sinceMs: 0 });
    return { subscription: name, cursor };
  }

  /** Whether there is none. */
  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** Ends one. @returns whether there was one */
  unsubscribe(name: string): boolean {
    const entry = this.#entries.get(name);
    if (entry === undefined) return false;
    this.#entries.delete(name);
    this.#count.open--;
    entry.reader.close();
    return true;
  }

  /**
   * The answer to these has been sent: they hear of events now. No others: whoever hears of an event before it knows the
   * name of its subscription passes it over.
   */
  release(names: readonly string[]): void {
    for (const name of names) {
      const entry = this.#entries.get(name);
      if (entry?.state === "new") this.#read(entry);
    }
  }

  /** Whether a batch has been on its way for so long. */
  isSlow(now: number): boolean {
    for (const { state, sinceMs } of this.#entries.values())
      if (state === "sending" && now - sinceMs >= this.#limits.slowMs) return true;
    return false;
  }

  /** Tells each that it is too slow. The last that is told. */
  tellSlow(): void {
    const texts = [...this.#entries.values()].map(({ name, reader }) =>
      noticeText(name, { cursor: reader.cursor, event: { type: "slow" } }),
    );
    this.#sink.send(texts, () => undefined);
  }

  /** Ends all. */
  close(): void {
    for (const name of [...this.#entries.keys()]) this.unsubscribe(name);
  }

  #wake(entry: Entry): void {
    if (entry.state !== "idle") entry.hasMore = true;
    else {
      entry.state = "reading";
      // What happens in one step of the node is read in one go, and not within that step.
      setImmediate(() => this.#read(entry));
    }
  }

  #read(entry: Entry): void {
    if (this.#entries.get(entry.name) !== entry) return;
    entry.state = "reading";
    entry.hasMore = false;
    entry.reader.read(BATCH).then(
      (batch) => {
        if (this.#entries.get(entry.name) !== entry) return;
        if (batch.kind === "overrun") this.#sink.slow();
        else if (batch.events.length > 0) this.#send(entry, batch.events);
        else {
          entry.state = "idle";
          if (entry.hasMore) this.#wake(entry);
        }
      },
      (error: unknown) => this.#sink.failed(error),
    );
  }

  #send(entry: Entry, events: readonly ToldEvent[]): void {
    entry.state = "sending";
    entry.sinceMs = performance.now();
    this.#sink.send(
      events.map((told) => noticeText(entry.name, told)),
      () => setImmediate(() => this.#read(entry)),
    );
  }
}

/** A notification as it travels. */
function noticeText(
  subscription: string,
  { cursor, event }: { readonly cursor: string; readonly event: SubscriptionEvent },
): string {
  const params = `{"subscription":"${subscription}","cursor":"${cursor}","event":${JSON.stringify(event)}}`;
  return `{"jsonrpc":"2.0","method":"${NOTICE_METHOD}","params":${params}}`;
}
