// Methods about the node itself, and what waits in it.
import { LIMITS } from "@witan/primitives";
import * as z from "zod";
import { mode } from "./ledger-values.ts";
import { method } from "./method.ts";
import {
  amount,
  code,
  count,
  cursor,
  hash,
  height,
  integer,
  listOf,
  name,
  oneOf,
  peerId,
  sentence,
  sum,
  text,
  time,
} from "./values.ts";

/** How many transactions `mempool_transactions` gives at a time. */
export const MEMPOOL_PAGE = { default: 100, max: 1_000 } as const;

const nothing = z.strictObject({});

/** A transaction that is pending, or waits for inputs that are not known. */
const pendingTransaction = z.strictObject({
  transaction: hash,
  bytes: count,
  fee: amount,
  feeRate: sum.describe("the fee for 1,000 of weight (bytes, and 200 for each signature), rounded down"),
  admittedAt: time.describe("since when it is pending, or waits"),
  validUntil: time.describe("no block later than this takes it"),
  spends: count.describe("how many outputs it spends"),
  waiting: z.boolean().describe("for inputs that are not known"),
});

/** A peer; what is not known is null. Times in milliseconds since 1970. */
const peer = z.strictObject({
  peerId,
  name: text(LIMITS.nameBytes),
  connected: z.boolean(),
  direction: oneOf(["in", "out"]).nullable(),
  address: text(300).nullable(),
  since: time.nullable(),
  bytesSent: count,
  bytesReceived: count,
  dropped: count,
  lastFailure: sentence.nullable(),
  bannedUntil: time.nullable(),
});

/** Methods named `node_…` and `mempool_…`. */
export const NODE_METHODS = {
  node_status: method({
    summary: "who this node is, what it runs, and how far it is",
    params: nothing,
    result: z.strictObject({
      agent: text(200),
      chainId: hash,
      network: name,
      mode,
      role: oneOf(["validator", "proposer", "acceptor", "miner", "observer"]),
      member: name.nullable(),
      height,
      hash,
      timestamp: time,
      peers: count.describe("connected"),
      syncing: z
        .strictObject({ target: height })
        .nullable()
        .describe("the height that members have, if it is above"),
      startedAt: time,
      verifier: z.strictObject({ backend: text(40), workers: count }),
      rulesVersion: integer(0, 0xffff),
      protocolVersions: listOf(count, 100),
    }),
    role: "read",
    errors: [],
  }),
  node_peers: method({
    summary: "the peers that may connect, and how each connection fares",
    params: nothing,
    result: z.strictObject({ peers: listOf(peer, 10_000) }),
    role: "read",
    errors: [],
  }),
  node_health: method({
    summary: "whether the node is fit to serve, and if not, why",
    params: nothing,
    result: z.strictObject({
      fit: z.boolean(),
      reasons: listOf(z.strictObject({ reason: code, message: sentence }), 100),
    }),
    role: "read",
    errors: [],
  }),
  mempool_status: method({
    summary: "how much waits for a block, and how much may; since when the oldest waits",
    params: nothing,
    result: z.strictObject({
      transactions: count,
      bytes: count,
      waiting: count,
      limits: z.strictObject({ transactions: count, bytes: count }),
      oldestMs: count.nullable().describe("for how long the first in order of arrival is pending"),
    }),
    role: "read",
    errors: [],
  }),
  mempool_transactions: method({
    summary:
      "the pending transactions in order of arrival, then those that wait for inputs, in pages; feeRate is the fee for 1,000 of weight",
    params: z.strictObject({
      after: cursor.optional(),
      limit: integer(1, MEMPOOL_PAGE.max).default(MEMPOOL_PAGE.default),
    }),
    result: z.strictObject({
      transactions: listOf(pendingTransaction, MEMPOOL_PAGE.max),
      next: cursor.nullable(),
    }),
    role: "read",
    errors: ["cursor-invalid"],
  }),
} as const;
