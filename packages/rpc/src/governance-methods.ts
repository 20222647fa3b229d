// Methods about what governs the chain: its state, and changes that operators approve one after the other.
import { LIMITS } from "@witan/primitives";
import * as z from "zod";
import { asset, change, client, clientsMode, members, parameters } from "./ledger-values.ts";
import { method } from "./method.ts";
import { count, hash, height, listOf, name, publicKey, signature, time, transactionHex } from "./values.ts";

/** Changes that one operator key may have approved at a node and that are not made yet. */
export const PROPOSALS_OF_OPERATOR_MAX = 8;

const names = listOf(name, LIMITS.members);

const pendingChange = z.strictObject({
  id: hash,
  sequence: count.describe("one change is made for each"),
  change,
  validUntil: time,
  approvals: names.describe("members whose operators have approved"),
  needed: count,
  receivedAt: time,
});

/** Methods named `governance_…`. */
export const GOVERNANCE_METHODS = {
  governance_state: method({
    summary: "what governs the chain after the last final block",
    params: z.strictObject({}),
    result: z.strictObject({
      height,
      sequence: count,
      members,
      parameters,
      assets: listOf(asset, LIMITS.assets),
      clientsMode,
      clients: listOf(client, LIMITS.clients),
    }),
    role: "read",
    errors: [],
  }),
  governance_pending: method({
    summary: "changes that operators have approved at this node, and who is missing until one is made",
    params: z.strictObject({}),
    result: z.strictObject({
      pending: listOf(pendingChange, PROPOSALS_OF_OPERATOR_MAX * LIMITS.members),
    }),
    role: "read",
    errors: ["mode-unsupported"],
  }),
  governance_approve: method({
    summary:
      "an operator's approval of a change, kept in this node's memory; with the last one needed the change is submitted",
    params: z.strictObject({
      proposal: transactionHex.describe("the field transaction of a file of witan governance propose"),
      publicKey: publicKey.describe("the operator's"),
      signature: signature.describe("of the proposal's id"),
    }),
    result: z.strictObject({
      id: hash,
      approvals: names.describe("members whose operators have approved"),
      needed: count,
      transaction: hash.nullable().describe("the id, once a quorum has approved and it was submitted"),
    }),
    role: "operate",
    errors: [
      "transaction-encoding",
      "proposal-invalid",
      "proposal-out-of-turn",
      "approval-invalid",
      "approvals-too-many",
      "mode-unsupported",
      "busy",
      "syncing",
      "stopping",
    ],
  }),
} as const;
