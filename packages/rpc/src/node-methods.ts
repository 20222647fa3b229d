// Methods about the node itself, and what waits in it.
import { LIMITS } from "@witan/primitives";
import * as z from "zod";
import { mode } from "./ledger-values.ts";
import { method } from "./method.ts";
import {
  code,
  count,
  hash,
  height,
  integer,
  listOf,
  name,
  oneOf,
  peerId,
  sentence,
  text,
  time,
} from "./values.ts";

const nothing = z.strictObject({});

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
      role: oneOf(["validator", "observer"]),
      member: name.nullable(),
      height,
      hash,
      timestamp: time,
      peers: count,
      syncing: z.strictObject({ target: height }).nullable(),
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
      oldestMs: count.nullable(),
    }),
    role: "read",
    errors: [],
  }),
} as const;
