// A feed of events in the test's hands: a list of blocks, numbered from 1, of which the oldest may be forgotten.
import { type EventFeed, type EventReader, type FeedBatch, RpcError, type SubscribeParams } from "@witan/rpc";

/** The event of a block; `pad` makes its hash a long one. */
function block(height: number, hash: string) {
  return { type: "block", height, hash, timestamp: height, proposer: "a", transactions: 0 } as const;
}

/** Events that a test adds. */
export class TestFeed implements EventFeed {
  /** The number of the last event. */
  last = 0;
  /** Up to this one they are forgotten. */
  forgotten = 0;
  /** Of each event. */
  hash = "ab".repeat(32);
  /** Reading fails. */
  isBroken = false;
  open_ = 0;
  read_ = 0;
  readonly #waiting = new Set<() => void>();

  /** So many events happen. */
  add(count: number): void {
    this.last += count;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const call of waiting) call();
  }

  open({ after }: SubscribeParams, onMore: () => void): EventReader {
    let at = after === undefined ? this.last : Number.parseInt(after, 10);
    if (at > this.last) throw new RpcError("cursor-invalid");
    const feed = this;
    let isOpen = true;
    this.open_++;
    return {
      get cursor() {
        return `${at}`;
      },
      async read(max): Promise<FeedBatch> {
        if (feed.isBroken) throw new TypeError("it broke");
        if (at < feed.forgotten) return { kind: "overrun" };
        const events = [];
        while (at < feed.last && events.length < max) {
          at++;
          feed.read_++;
          events.push({ cursor: `${at}`, event: block(at, feed.hash) });
        }
        if (events.length === 0) feed.#waiting.add(onMore);
        return { kind: "events", events };
      },
      close() {
        if (isOpen) feed.open_--;
        isOpen = false;
        feed.#waiting.delete(onMore);
      },
    };
  }
}
