// Methods that bring transactions in, and wait for what becomes of them.
import * as z from "zod";
import { method } from "./method.ts";
import { transactionOutcome, transactionVerdict } from "./outcome.ts";
import { hash, integer, oneOf, transactionHex } from "./values.ts";

/** How long a call may wait, in milliseconds. */
export const WAIT_MS = { default: 10_000, max: 120_000 } as const;

const timeoutMs = integer(0, WAIT_MS.max)
  .default(WAIT_MS.default)
  .describe("how long to wait; then what is known is answered, and it is no error");

/** Methods named `transaction_…`. */
export const TRANSACTION_METHODS = {
  transaction_submit: method({
    summary: "brings in a transaction, and waits until it is admitted, or final; again is harmless",
    params: z.strictObject({
      transaction: transactionHex,
      waitFor: oneOf(["admitted", "final"])
        .default("admitted")
        .describe("answer as soon as it is pending, or only once its fate is known"),
      timeoutMs,
    }),
    result: transactionOutcome,
    role: "submit",
    errors: ["transaction-encoding", "busy", "syncing", "stopping"],
  }),
  transaction_check: method({
    summary: "what transaction_submit would answer, without submitting: nothing is kept, nobody hears of it",
    params: z.strictObject({ transaction: transactionHex }),
    result: transactionVerdict,
    role: "submit",
    errors: ["transaction-encoding", "busy", "syncing", "stopping"],
  }),
  transaction_wait: method({
    summary: "waits for what becomes of a transaction",
    params: z.strictObject({ transaction: hash, timeoutMs }),
    result: transactionOutcome,
    role: "read",
    errors: ["stopping"],
  }),
} as const;
