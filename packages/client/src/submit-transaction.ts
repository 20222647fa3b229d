// Bringing in a transaction through a node that may be slow, busy, restarting or gone: the same bytes again and again until
// there is an outcome or the time is up. That is harmless by design: the same bytes are the same transaction, and it can be
// in one block only. Never changes the bytes, and never loses the id of what it has sent.
import type { SealedTransaction } from "@witan/ledger";
import { bytesToHex, type TransactionId } from "@witan/primitives";
import type { TransactionOutcome } from "@witan/rpc";
import {
  type AskFailure,
  askForOutcome,
  checkOutcome,
  isAskFailure,
  isNotNow,
  type OutcomeQuestion,
  type WaitOptions,
} from "./outcome-loop.ts";
import type { RpcCaller } from "./rpc-client.ts";
import { RpcCallError, RpcConnectionError } from "./rpc-failures.ts";

/** For how long, and until when in the way of a transaction. */
export interface SubmitOptions extends WaitOptions {
  /** `final` by default. With `admitted` a transaction that the node took in is enough: `pending`. */
  readonly waitFor?: "admitted" | "final";
}

/**
 * Why nobody can say what became of a transaction that was sent. `unanswered`: the node gave no answer until the time was
 * up. `cancelled`: the caller's signal. Either way it may still become final until its `validUntil`. `refused`: the node
 * did not let the call through, and says why.
 */
export type SubmitFailureCode = "unanswered" | "cancelled" | "refused";

/** A transaction was sent, and there is no outcome. Names it, so that it can be asked for, and sent again as it is. */
export class SubmitError extends Error {
  override readonly name = "SubmitError";
  readonly code: SubmitFailureCode;
  readonly transaction: TransactionId;
  /** What was sent, in hex: sending it again is harmless, building another transaction in its place is not. */
  readonly bytes: string;
  override readonly cause: AskFailure;

  constructor(code: SubmitFailureCode, sealed: SealedTransaction, cause: AskFailure) {
    super(
      code === "refused"
        ? `The node did not take transaction ${sealed.id}: ${cause.message}`
        : `What became of transaction ${sealed.id} is not known: ${cause.message} It may still become final: ask for it ` +
            "by its id before you pay again (transaction_wait), or submit the same bytes again.",
    );
    this.code = code;
    this.transaction = sealed.id;
    this.bytes = bytesToHex(sealed.bytes);
    this.cause = cause;
  }
}

/**
 * Submits a transaction and waits for what becomes of it. When the time is up and the node still has it, the outcome is
 * `pending` or `waiting`, which is no error.
 * @throws {SubmitError} if no outcome could be had
 */
export async function submitTransaction(
  rpc: RpcCaller,
  sealed: SealedTransaction,
  options: SubmitOptions = {},
): Promise<TransactionOutcome> {
  const { waitFor = "final" } = options;
  const transaction = bytesToHex(sealed.bytes);
  const method = "transaction_submit";
  const question: OutcomeQuestion = {
    ask: async (waitMs, call) => {
      const outcome = await rpc.call(method, { transaction, waitFor, timeoutMs: waitMs }, call);
      checkOutcome(outcome, { id: sealed.id, url: rpc.url, method });
      return outcome;
    },
    isSettled: ({ status }) =>
      status === "pending" ? waitFor === "admitted" : status !== "waiting" && status !== "unknown",
  };
  try {
    return await askForOutcome(question, options);
  } catch (error) {
    if (!isAskFailure(error)) throw error;
    throw new SubmitError(codeOf(error), sealed, error);
  }
}

function codeOf(failure: AskFailure): SubmitFailureCode {
  if (failure instanceof RpcCallError) return isNotNow(failure) ? "unanswered" : "refused";
  return failure instanceof RpcConnectionError && failure.code === "cancelled" ? "cancelled" : "unanswered";
}
