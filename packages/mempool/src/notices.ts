// What a call on the pool answers beside its verdict: what happened to other transactions. Values, in the order in
// which it happened; there are no listeners.
import type { SealedTransaction } from "@witan/ledger";
import type { Timestamp } from "@witan/primitives";
import type { MempoolRefusal } from "./codes.ts";

/** One thing that happened to a transaction other than the one a call was about. */
export type Notice =
  | {
      /** It is pending now. */
      readonly kind: "admitted";
      readonly transaction: SealedTransaction;
      /** It waited for inputs, or it stood in a block that was undone. */
      readonly from: "waiting" | "block";
    }
  | {
      /** It waited for inputs, or stood in a block that was undone, and the pool does not take it. */
      readonly kind: "refused";
      readonly transaction: SealedTransaction;
      readonly refusal: MempoolRefusal;
    }
  | {
      /** It was pending, and is not any more. (What a block includes is not told: the block tells it.) */
      readonly kind: "dropped";
      readonly transaction: SealedTransaction;
      readonly refusal: MempoolRefusal;
    };

/** One call on the pool: its time, and what has happened in it so far. */
export interface Turn {
  readonly now: Timestamp;
  readonly notices: Notice[];
}

/** Begins a call. */
export function turnAt(now: Timestamp): Turn {
  return { now, notices: [] };
}
