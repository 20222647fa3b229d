// Methods that begin and end subscriptions. They belong to a WebSocket connection: over plain HTTP nothing could be told.
import * as z from "zod";
import { method } from "./method.ts";
import {
  SUBSCRIPTION_TOPICS,
  type SubscriptionEvent,
  type SubscriptionTopic,
  subscriptionCursor,
  subscriptionName,
} from "./subscription-events.ts";
import { address, hash, listOf, oneOf } from "./values.ts";

/** Transactions, or addresses, that one subscription may name. */
export const SUBSCRIPTION_NAMES_MAX = 1_000;

/** Params of `subscribe`. */
const subscribeParams = z
  .strictObject({
    to: oneOf(SUBSCRIPTION_TOPICS),
    transactions: listOf(hash, SUBSCRIPTION_NAMES_MAX)
      .min(1, "at least one, or none of this field")
      .optional(),
    addresses: listOf(address, SUBSCRIPTION_NAMES_MAX)
      .min(1, "at least one, or none of this field")
      .optional(),
    after: subscriptionCursor.optional(),
  })
  .refine(({ to, transactions, addresses }) => {
    return to === "transactions" || (transactions === undefined && addresses === undefined);
  }, 'transactions and addresses with "to": "transactions" only');

/** `subscribe` and `unsubscribe`. */
export const SUBSCRIPTION_METHODS = {
  subscribe: method({
    summary:
      "tells events on this WebSocket connection from now on, or from a cursor on; of transactions named by id alone also those that are final already",
    params: subscribeParams,
    result: z.strictObject({ subscription: subscriptionName, cursor: subscriptionCursor }),
    role: "read",
    errors: ["websocket-needed", "subscriptions-too-many", "cursor-invalid", "address-invalid", "stopping"],
  }),
  unsubscribe: method({
    summary: "ends a subscription of this WebSocket connection",
    params: z.strictObject({ subscription: subscriptionName }),
    result: z.strictObject({ ended: z.boolean() }),
    role: "read",
    errors: ["websocket-needed"],
  }),
} as const;

/** What is subscribed to: params of `subscribe`, checked. Of transactions, without names: all. */
export interface SubscribeParams {
  readonly to: SubscriptionTopic;
  /** Ids. */
  readonly transactions?: readonly string[] | undefined;
  readonly addresses?: readonly string[] | undefined;
  /** A cursor of the same subscription, from which it goes on. */
  readonly after?: string | undefined;
}

/** Some events that follow each other, ready to be told. */
export type FeedBatch =
  /** At most as many as were asked for; none: `onMore` is called when there are some. */
  | { readonly kind: "events"; readonly events: readonly ToldEvent[] }
  /** What comes next is forgotten already: the reader was too slow. */
  | { readonly kind: "overrun" };

/** An event, and the cursor that stands behind it. */
export interface ToldEvent {
  readonly cursor: string;
  readonly event: SubscriptionEvent;
}

/** Reads the events of one subscription, in order. */
export interface EventReader {
  /** Stands behind what was read last; before the first read, where the subscription begins. */
  readonly cursor: string;
  /** The next events. Not to be called again before it has answered. */
  read(max: number): Promise<FeedBatch>;
  /** Nothing is read any more. Harmless again. */
  close(): void;
}

/** Where a server gets events from: the node. */
export interface EventFeed {
  /**
   * Begins to read.
   * @param onMore called when there may be more, after a read that gave nothing
   * @throws {RpcError} `cursor-invalid`, `address-invalid`, `stopping`
   */
  open(params: SubscribeParams, onMore: () => void): EventReader;
}
