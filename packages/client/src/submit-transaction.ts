// Bringing in a transaction through a node that may be slow, busy, restarting or gone: the same bytes again and again until
// there is an outcome or the time is up. That is harmless by design: the same bytes are the same transaction, and it can be
// in one block only. Never changes the bytes, and never loses the id of what it has sent.
import type { SealedTransaction } from "@witan/ledger";
import { assert, bytesToHex, type TransactionId } from "@witan/primitives";
import { isLastingCode, type TransactionOutcome } from "@witan/rpc";
import {
  type AskFailure,
  askForOutcome,
  checkOutcome,
  isAskFailure,
  isNotNow,
  type OutcomeQuestion,
  type WaitOptions,
} from "./outcome-loop.ts";
import type { CallOptions, RpcCaller } from "./rpc-client.ts";
import { RpcCallError, RpcConnectionError } from "./rpc-failures.ts";

/** For how long, and until when in the way of a transaction. */
export interface SubmitOptions extends WaitOptions {
  /** `final` by default. With `admitted` a transaction that the node took in is enough: `pending`. */
  readonly waitFor?: "admitted" | "final";
  /**
   * Whether it was sent before, to this node or another, and no end of it is known. A refusal that other nodes need not
   * share is no end then, and told as `evicted`.
   */
  readonly wasSent?: boolean;
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
 * `pending` or `waiting`, which is no error. `rejected` is told only where it is the end: nobody can have the transaction, or
 * nobody would take it. Where an attempt before may have reached someone (the connection was cut, or the node has lost it
 * since), a refusal of the moment such as `conflict` is told as `evicted`: a block may still take it.
 * @throws {SubmitError} if no outcome could be had
 */
export async function submitTransaction(
  rpc: RpcCaller,
  sealed: SealedTransaction,
  options: SubmitOptions = {},
): Promise<TransactionOutcome> {
  const { waitFor = "final" } = options;
  const question: OutcomeQuestion = {
    ask: asker(rpc, sealed, options),
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

/** Asks once, and tells of a refusal what it means after all that was asked before. */
function asker(
  rpc: RpcCaller,
  sealed: SealedTransaction,
  { waitFor = "final", wasSent = false }: SubmitOptions,
): OutcomeQuestion["ask"] {
  const transaction = bytesToHex(sealed.bytes);
  const method = "transaction_submit";
  let mayBeTaken = wasSent;
  const submit = async (until: "admitted" | "final", timeoutMs: number, call: CallOptions) => {
    const outcome = await rpc.call(method, { transaction, waitFor: until, timeoutMs }, call);
    checkOutcome(outcome, { id: sealed.id, url: rpc.url, method });
    return outcome;
  };
  /** Whether another change has the sequence: there is one for each. */
  const isTaken = async (call: CallOptions) => {
    const { sequence } = await rpc.call("governance_state", {}, call);
    return sealed.body.kind === "governance" && sealed.body.sequence < sequence;
  };
  return async (waitMs, call) => {
    try {
      const outcome = await submit(waitFor, waitMs, call);
      if (outcome.status === "pending" || outcome.status === "evicted") mayBeTaken = true;
      if (outcome.status !== "rejected" || isEnd(outcome.code, mayBeTaken)) return outcome;
      if (outcome.code === "governance-sequence" && (await isTaken(call))) return outcome;
      if (outcome.code !== "input-missing") return openRefusal(outcome, sealed);
      // It has waited for it in vain, or its input is spent for good: only then it is refused at once.
      const again = await submit("admitted", 0, call);
      if (again.status !== "rejected" || again.code === "input-missing") return again;
      return isEnd(again.code, mayBeTaken) ? again : openRefusal(again, sealed);
    } catch (error) {
      // The node may have taken it, and passed it on, though it did not come to say so.
      if (!(error instanceof RpcCallError)) mayBeTaken = true;
      throw error;
    }
  };
}

/** Whether a transaction that was refused by this code will never be in a block, as far as is known here. */
function isEnd(code: string, mayBeTaken: boolean): boolean {
  // A node refuses what is late by its clock. Its end is that a block is later: then it is told as `expired`.
  return code !== "expired" && (!mayBeTaken || isLastingCode(code));
}

/** A refusal of the moment. */
function openRefusal(
  { transaction, code, message }: TransactionOutcome & { readonly status: "rejected" },
  { body }: SealedTransaction,
): TransactionOutcome {
  assert(body.kind !== "reward", "a reward is refused for good");
  return { transaction, status: "evicted", code, message, possibleUntil: body.validUntil };
}

function codeOf(failure: AskFailure): SubmitFailureCode {
  if (failure instanceof RpcCallError) return isNotNow(failure) ? "unanswered" : "refused";
  return failure instanceof RpcConnectionError && failure.code === "cancelled" ? "cancelled" : "unanswered";
}
