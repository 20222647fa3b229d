// Why the pool refuses or drops a transaction: the ledger's rules, and codes of its own. A code never changes its
// meaning.

import type { Broken, RuleCode } from "@witan/ledger";
import type { TransactionId, WitnessHash } from "@witan/primitives";

/** What each code of the pool means, as a person would be told. */
export const MEMPOOL_CODES = {
  "reward-not-admitted": "a reward is made by who makes the block, and is never sent",
  "known-otherwise": "the same transaction is pending already, with another witness",
  conflict: "another transaction that came first spends one of the inputs, or takes the governance sequence",
  "client-limit":
    "a signing key has as many pending transactions as one client may have: wait for some to be final",
  "ancestors-too-many": "it would rest on too many unconfirmed transactions: wait for some to be final",
  "descendants-too-many":
    "an unconfirmed transaction that it would rest on has as many resting on it as one may have: wait for some to be final",
  "mempool-full": "the mempool is full, and nothing in it pays a lower fee rate: pay more, or wait",
  evicted: "the mempool was full, and a transaction with a higher fee rate took the place",
  "ancestor-dropped": "an unconfirmed transaction that it rests on has left the mempool",
  "waiting-full": "too many transactions wait for inputs that are not known: send the missing ones first",
} as const satisfies Record<string, string>;

/** A stable code of the pool. */
export type MempoolCode = keyof typeof MEMPOOL_CODES;

/** Codes that come with nothing but themselves. */
type PlainCode =
  | "reward-not-admitted"
  | "client-limit"
  | "ancestors-too-many"
  | "descendants-too-many"
  | "evicted"
  | "waiting-full";

/** Why the pool does not take, or does not keep, a transaction. `detail` is for people. */
export type MempoolRefusal =
  | Broken
  | { readonly ok: false; readonly code: PlainCode; readonly detail?: string }
  | {
      readonly ok: false;
      readonly code: "known-otherwise";
      /** Of the one that is pending. */
      readonly witnessHash: WitnessHash;
      readonly detail?: string;
    }
  | {
      readonly ok: false;
      readonly code: "conflict";
      /** The one that came first: pending, or final in a block. */
      readonly with: TransactionId;
      readonly detail?: string;
    }
  | {
      readonly ok: false;
      readonly code: "mempool-full";
      /**
       * Base units for 1,000 of weight, its unconfirmed ancestors taken in, that would have made room; rounded up.
       * Undefined if no fee would: it is too large for the whole pool.
       */
      readonly feeRateNeeded: bigint | undefined;
      readonly detail?: string;
    }
  | {
      readonly ok: false;
      readonly code: "ancestor-dropped";
      /** The ancestor that was dropped first, and why. */
      readonly ancestor: TransactionId;
      readonly cause: MempoolCode | RuleCode;
      readonly detail?: string;
    };
