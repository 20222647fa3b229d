// What became of a transaction, and what is known of one. The states are exclusive: `status` says which fields there are.
import * as z from "zod";
import {
  amount,
  code,
  count,
  hash,
  height,
  probability,
  sentence,
  sum,
  time,
  transactionHex,
} from "./values.ts";

const place = { height, hash, index: height };

const confirmations = count.describe("blocks from its own to the tip, both counted");
const reversalProbability = probability.describe(
  "that its block is undone by an attacker of the hash power that this node assumes",
);

/** In proof of work alone. */
const depth = {
  confirmations: confirmations.exactOptional(),
  reversalProbability: reversalProbability.exactOptional(),
};

/** Those that are the same in both: there are no bytes of them to tell. */
const withoutBytes = [
  z.strictObject({ transaction: hash, status: z.literal("rejected"), code, message: sentence }),
  z.strictObject({ transaction: hash, status: z.literal("expired"), height }),
  z.strictObject({
    transaction: hash,
    status: z.literal("evicted"),
    code,
    message: sentence,
    possibleUntil: time,
  }),
  z.strictObject({ transaction: hash, status: z.literal("waiting") }),
  z.strictObject({ transaction: hash, status: z.literal("unknown") }),
] as const;

/** What `transaction_submit` and `transaction_wait` answer. */
export const transactionOutcome = z
  .discriminatedUnion("status", [
    z.strictObject({ transaction: hash, status: z.literal("final"), ...place, ...depth }),
    z.strictObject({ transaction: hash, status: z.literal("pending") }),
    ...withoutBytes,
  ])
  .meta({ id: "outcome", description: "what became of a transaction; status says which fields there are" });

/** What `chain_transaction` answers. */
export const transactionState = z
  .discriminatedUnion("status", [
    z.strictObject({
      ...{ transaction: hash, status: z.literal("final"), ...place, ...depth },
      bytes: transactionHex,
    }),
    z.strictObject({
      ...{ transaction: hash, status: z.literal("included"), ...place },
      ...{ confirmations, reversalProbability },
      bytes: transactionHex,
    }),
    z.strictObject({ transaction: hash, status: z.literal("pending"), bytes: transactionHex }),
    ...withoutBytes,
  ])
  .meta({
    id: "state",
    description: "what is known of a transaction now; status says which fields there are",
  });

/** What `transaction_check` answers. */
export const transactionVerdict = z
  .discriminatedUnion("status", [
    z.strictObject({
      transaction: hash,
      status: z.literal("valid"),
      fee: amount,
      bytes: count,
      feeRate: sum,
    }),
    z.strictObject({ transaction: hash, status: z.literal("rejected"), code, message: sentence }),
    z.strictObject({ transaction: hash, status: z.literal("waiting") }),
    z.strictObject({ transaction: hash, status: z.literal("pending") }),
    z.strictObject({ transaction: hash, status: z.literal("final"), ...place, ...depth }),
    z.strictObject({ transaction: hash, status: z.literal("expired"), height }),
  ])
  .meta({
    id: "verdict",
    description: "what submitting a transaction would do; status says which fields there are",
  });

/**
 * What became of a transaction. `final`: in block `hash` at `height`, at position `index`, for good (in proof of work: it
 * would be undone with `reversalProbability`, which is at most what this node calls final; if it is all the same,
 * subscribers hear `undone`). `rejected`: it was
 * not taken, by rule or limit `code`. `expired`: final block `height` is later than its `validUntil`, so it never will be
 * in one; this is the node's word, which nothing in the answer proves. `evicted`: this node has dropped it, or does not
 * take it now though others may have it: until `possibleUntil` (milliseconds since 1970) a block may still take it from
 * elsewhere. `pending`: admitted, not final yet, in proof of work maybe in a block; no error. `waiting`: for inputs that are not known yet. `unknown`: this
 * node has not heard of it.
 */
export type TransactionOutcome = Readonly<z.output<typeof transactionOutcome>>;

/**
 * What is known of a transaction now: the same words as of `TransactionOutcome`, as `transaction_wait` tells them to who
 * knows its id only, and `included`: in a block that can still be undone (proof of work only). `rejected`, `evicted` and
 * `expired` are remembered for a while, and are about the transaction with whatever witness: that a copy with a broken
 * one was refused is not told. `bytes` are its encoding.
 */
export type TransactionState = Readonly<z.output<typeof transactionState>>;

/**
 * What submitting a transaction would do now. `valid`: it would be pending; `fee` in base units of asset 0, `bytes` its
 * encoded length, `feeRate` the fee for 1,000 of weight (bytes, and 200 for each signature), rounded down. `waiting`: it
 * would wait for inputs that are not known. `pending`, `final`, `expired`: it is that already, so nothing would happen.
 */
export type TransactionVerdict = Readonly<z.output<typeof transactionVerdict>>;
