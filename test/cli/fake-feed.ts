// Events in the test's hands, for commands that listen: numbered from 1; a reader goes on from the number that its cursor is.
import type { EventFeed, EventReader, FeedBatch, SubscribeParams, SubscriptionEvent } from "@witan/rpc";

/** A feed that tells what a test says. */
export class FakeFeed implements EventFeed {
  readonly #told: SubscriptionEvent[] = [];
  readonly #waiting = new Set<() => void>();
  /** What was subscribed to, in order. */
  readonly opened: SubscribeParams[] = [];

  /** Something happens. */
  tell(...events: readonly SubscriptionEvent[]): void {
    this.#told.push(...events);
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const call of waiting) call();
  }

  open(params: SubscribeParams, onMore: () => void): EventReader {
    this.opened.push(params);
    const [told, waiting] = [this.#told, this.#waiting];
    let at = params.after === undefined ? told.length : Number(params.after);
    return {
      get cursor() {
        return `${at}`;
      },
      async read(max): Promise<FeedBatch> {
        const events = told.slice(at, at + max).map((event, offset) => ({
          cursor: `${at + offset + 1}`,
          event,
        }));
        at += events.length;
        if (events.length === 0) waiting.add(onMore);
        return { kind: "events", events };
      },
      close: () => void waiting.delete(onMore),
    };
  }
}
