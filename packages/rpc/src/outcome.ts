// What became of a transaction, and what is known of one. The states are exclusive: `status` says which fields there are.
import * as z from "zod";
import { code, hash, height, sentence, time, transactionHex } from "./values.ts";

const place = { height, hash, index: height };

/** What `transaction_submit` and `transaction_wait` answer. */
export const transactionOutcome = z.discriminatedUnion("status", [
  z.strictObject({ transaction: hash, status: z.literal("final"), ...place }),
  z.strictObject({ transaction: hash, status: z.literal("rejected"), code, message: sentence }),
  z.strictObject({ transaction: hash, status: z.literal("expired"), height }),
  z.strictObject({
    transaction: hash,
    status: z.literal("evicted"),
    code,
    message: sentence,
    possibleUntil: time,
  }),
  z.strictObject({ transaction: hash, status: z.literal("pending") }),
  z.strictObject({ transaction: hash, status: z.literal("waiting") }),
  z.strictObject({ transaction: hash, status: z.literal("unknown") }),
]);

/** What `chain_transaction` answers. */
export const transactionState = z.discriminatedUnion("status", [
  z.strictObject({ transaction: hash, status: z.literal("unknown") }),
  z.strictObject({ transaction: hash, status: z.literal("pending"), bytes: transactionHex }),
  z.strictObject({ transaction: hash, status: z.literal("rejected"), code, message: sentence }),
  z.strictObject({ transaction: hash, status: z.literal("included"), ...place, bytes: transactionHex }),
  z.strictObject({ transaction: hash, status: z.literal("final"), ...place, bytes: transactionHex }),
]);

/**
 * What became of a transaction. `final`: in block `hash` at `height`, at position `index`, for good. `rejected`: it was
 * not taken, by rule or limit `code`. `expired`: block `height` is later than its `validUntil`, so it never will be in
 * one. `evicted`: this node has dropped it, but until `possibleUntil` (milliseconds since 1970) a block may still take it
 * from elsewhere. `pending`: admitted, not final yet; no error. `waiting`: for inputs that are not known yet. `unknown`:
 * this node has not heard of it.
 */
export type TransactionOutcome = Readonly<z.output<typeof transactionOutcome>>;

/**
 * What is known of a transaction now. `included`: in a block that can still be undone (proof of work only). `rejected` is
 * remembered for a while. `bytes` are its encoding.
 */
export type TransactionState = Readonly<z.output<typeof transactionState>>;
