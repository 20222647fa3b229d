// What a subscription tells: events, each with a cursor from which it goes on. Final things are told once each and in
// order, whatever happens to connections and nodes; what happened in memory only can be lost, and then `gap` says so.
import { LIMITS } from "@witan/primitives";
import * as z from "zod";
import { ROUND_PHASES } from "./consensus-methods.ts";
import { code, count, hash, height, listOf, name, oneOf, sentence, text, time } from "./values.ts";

const names = listOf(name, LIMITS.members);

/** What can be subscribed to. */
export const SUBSCRIPTION_TOPICS = ["blocks", "transactions", "consensus"] as const;

/** Characters of a cursor, or of a subscription's name. */
export const CURSOR_LENGTH_MAX = 120;

const cursorText = "a cursor that a subscription gave";
/** Where in the events of a node a subscription stands. Opaque: nothing is to be read from it but by the node. */
export const subscriptionCursor = z
  .string(cursorText)
  .max(CURSOR_LENGTH_MAX, cursorText)
  .regex(/^[0-9a-z.]+$/, cursorText);

/** Names a subscription on its connection. */
export const subscriptionName = text(CURSOR_LENGTH_MAX);

/**
 * What may be missing after a gap. Blocks and final transactions never are; `undone`, in proof of work: that something which
 * was told before is not on the chain any more.
 */
export const LOSABLE = ["admitted", "evicted", "expired", "consensus", "undone"] as const;

/** A block is final. The proposer is null where there is none: block 0. */
const block = {
  height,
  hash,
  timestamp: time,
  proposer: name.nullable(),
  transactions: count,
};

/** Every event. `type` says which fields there are. */
export const subscriptionEvent = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("block"), ...block }),
  z.strictObject({ type: z.literal("admitted"), transaction: hash }),
  z.strictObject({
    type: z.literal("evicted"),
    transaction: hash,
    code,
    message: sentence,
    possibleUntil: time.nullable(),
  }),
  z.strictObject({ type: z.literal("final"), transaction: hash, height, hash, index: count }),
  z.strictObject({ type: z.literal("expired"), transaction: hash, height }),
  z.strictObject({ type: z.literal("undone"), transaction: hash, height }),
  z.strictObject({ type: z.literal("undone-block"), height, hash }),
  z.strictObject({ type: z.literal("view"), height, view: count, proposer: name }),
  z.strictObject({
    type: z.literal("phase"),
    height,
    view: count,
    phase: oneOf(["idle", "proposed", "prepared", "deciding", "changingView"]),
    prepares: names,
    commits: names,
    viewChanges: names,
  }),
  z.strictObject({ type: z.literal("round"), height, round: count, proposer: name }),
  z.strictObject({
    type: z.literal("round-phase"),
    height,
    round: count,
    phase: oneOf(ROUND_PHASES),
    learns: names,
    suspicions: names,
    promises: names,
  }),
  z.strictObject({
    type: z.literal("final-block"),
    ...block,
    view: count.nullable(),
    signers: names,
    tookMs: count.nullable(),
  }),
  z.strictObject({
    type: z.literal("gap"),
    fromHeight: height,
    lost: listOf(oneOf(LOSABLE), LOSABLE.length),
  }),
  z.strictObject({ type: z.literal("progress"), height }),
  z.strictObject({ type: z.literal("slow") }),
]);

/** The params of a notification. `cursor` stands behind its event. */
export const subscriptionNotice = z.strictObject({
  subscription: subscriptionName,
  cursor: subscriptionCursor,
  event: subscriptionEvent,
});

/**
 * One event of a subscription.
 *
 * To `blocks`: `block`, for each height one, ascending. In proof of work as soon as it is on the chain; `undone-block` (it
 * is not any more: the next ones told stand on the block before it).
 *
 * To `transactions`: `admitted` (it is pending now); `evicted` (this node has dropped it: until `possibleUntil` a block may
 * take it from elsewhere, null if none can); `expired` (block `height` is later than its `validUntil`); `final` (at position
 * `index` of block `hash` at `height`, for good; in proof of work as soon as this node calls it final); `undone` (in proof of
 * work its block was undone after all: nothing is told of those that were not final yet).
 *
 * To `consensus`: `view` (a view begins: who proposes in it); `phase` (where the view stands, and who has voted); in BP Fast
 * Paxos `round` and `round-phase` instead (who proposes in a round that begins; where it stands, and which acceptors have
 * voted, suspect its proposer, or have promised it);
 * `final-block` (a block is final: in which view, who signed its certificate, and how many milliseconds this node has taken
 * for it since it first saw the height at work; null where it was read from the chain).
 *
 * In proof of work to `consensus`, too: `block` and `undone-block`, as to `blocks`.
 *
 * To all: `gap` (what is named in `lost` may have happened after block `fromHeight` and is not told: the node was started
 * again, is another, or has forgotten); `progress` (nothing for this subscription up to block `height`: keep the cursor);
 * `slow` (the last one: the reader was too slow, and is cut off with 4008; it can go on from its cursor).
 */
export type SubscriptionEvent = Readonly<z.output<typeof subscriptionEvent>>;

/** What the params of a notification of the method `subscription` are. */
export interface SubscriptionNotice {
  readonly subscription: string;
  readonly cursor: string;
  readonly event: SubscriptionEvent;
}

/** What can be subscribed to. */
export type SubscriptionTopic = (typeof SUBSCRIPTION_TOPICS)[number];

/** The method of notifications, which only servers send. */
export const NOTICE_METHOD = "subscription";

/** The subprotocol of WebSocket connections; who sends a token by subprotocol must offer this one, too. */
export const WEBSOCKET_PROTOCOL = "witan";

/**
 * What a page puts before its token and offers as a second subprotocol, since a browser lets it set no header:
 * `new WebSocket(url, ["witan", "witan.token." + token])`.
 */
export const WEBSOCKET_TOKEN_PREFIX = "witan.token.";

/** Why a server closes a WebSocket connection: the codes of the protocol (RFC 6455, section 7.4), and one of its own. */
export const CLOSE_CODES = {
  /** The node stops. */
  stopping: 1001,
  /** What was sent is no text. */
  "not-text": 1003,
  /** A message has too many bytes. */
  "too-large": 1009,
  /** The node failed to go on, by a mistake of its own. */
  internal: 1011,
  /** The reader takes events too slowly: it was told `slow`, and can go on from its cursor. */
  slow: 4008,
} as const;
