// Methods of registers (protocols/bft-bc.md). What they say is in the bytes: SSZ of requests and answers, which clients and
// replicas sign and check; `RegisterClient` of @witan/client makes them. Nothing here believes anybody.
import { LIMITS } from "@witan/primitives";
import * as z from "zod";
import { method } from "./method.ts";
import { hexUpTo } from "./values.ts";

/** Bytes of a request at most: a value, with two proofs of the largest membership. */
export const REGISTER_REQUEST_BYTES_MAX = LIMITS.registerValueBytes + 65_536;
/** Bytes of an answer at most: a full list of registers with a proof of the largest membership for each. */
export const REGISTER_ANSWER_BYTES_MAX = 2 * 1024 * 1024;

/** What a replica may have against any request. */
const REFUSALS = ["register-request-invalid", "register-no-replica", "mode-unsupported", "syncing"] as const;

const request = hexUpTo(REGISTER_REQUEST_BYTES_MAX).meta({
  id: "registerRequest",
  description: "the SSZ of a request of the method's kind, in lower-case hex",
});
const answer = hexUpTo(REGISTER_ANSWER_BYTES_MAX).meta({
  id: "registerAnswer",
  description: "the SSZ of a replica's answer, in lower-case hex",
});

const call = { params: z.strictObject({ request }), result: z.strictObject({ answer }) };

/** Methods named `register_…`. */
export const REGISTER_METHODS = {
  register_readTimestamp: method({
    summary: "phase 1 of a write: the version that this replica holds, with its proofs",
    ...call,
    role: "read",
    errors: [...REFUSALS, "busy"],
  }),
  register_prepare: method({
    summary: "phase 2 of a write: this replica enters what a client is about to write, and signs that it has",
    ...call,
    role: "submit",
    errors: [...REFUSALS, "registers-too-many", "busy"],
  }),
  register_readAndPrepare: method({
    summary:
      "phases 1 and 2 in one, for optimized registers: enter what follows the version that this replica holds",
    ...call,
    role: "submit",
    errors: [...REFUSALS, "registers-too-many", "busy"],
  }),
  register_write: method({
    summary:
      "phase 3 of a write, and how readers bring replicas up to date: hold this value, which a quorum has acknowledged",
    ...call,
    role: "read",
    errors: [...REFUSALS, "registers-too-many", "busy"],
  }),
  register_read: method({
    summary: "the value that this replica holds, with its proof",
    ...call,
    role: "read",
    errors: [...REFUSALS, "busy"],
  }),
  register_list: method({
    summary:
      "the registers that this replica holds, in the order of their names, each with its newest version and proof",
    ...call,
    role: "read",
    errors: [...REFUSALS, "busy"],
  }),
} as const;
