// Bringing in a transaction through a node that may be slow, busy, restarting or gone: the same bytes again and again until
// there is an outcome or the time is up. That is harmless by design: the same bytes are the same transaction, and it can be
// in one block only. Never changes the bytes, and never loses the id of what it has sent.
import type { SealedTransaction } from "@witan/ledger";
import { bytesToHex, type CancelSignal, type TransactionId } from "@witan/primitives";
import type { TransactionOutcome } from "@witan/rpc";
import { type ClientClock, PLATFORM_CLOCK, pause } from "./platform-clock.ts";
import type { RpcCaller } from "./rpc-client.ts";
import { RpcAnswerError, RpcCallError, RpcConnectionError } from "./rpc-failures.ts";

/** For how long, and until when in the way of a transaction. */
export interface SubmitOptions {
  /** `final` by default. With `admitted` a transaction that the node took in is enough: `pending`. */
  readonly waitFor?: "admitted" | "final";
  /** In all, asking again included; 30,000 by default. */
  readonly timeoutMs?: number;
  readonly signal?: CancelSignal;
  readonly clock?: ClientClock;
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
  override readonly cause: RpcCallError | RpcConnectionError | RpcAnswerError;

  constructor(code: SubmitFailureCode, sealed: SealedTransaction, cause: SubmitError["cause"]) {
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

const TIMEOUT_MS = 30_000;
/** Between one attempt and the next: doubled each time, so that a node that comes back is not run over. */
const PAUSE_MS = 100;
const PAUSE_MS_MAX = 2_000;
/** How long the node is asked to wait at a time: a connection that died in silence is given up after that. */
const WAIT_MS_MAX = 10_000;
/** How long an answer may take beyond that. */
const ANSWER_MS = 2_000;
/** The node's own words for: not now. */
const NOT_NOW = ["busy", "syncing", "stopping", "calls-too-many", "waits-too-many"];

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
  const { waitFor = "final", timeoutMs = TIMEOUT_MS, signal, clock = PLATFORM_CLOCK } = options;
  const transaction = bytesToHex(sealed.bytes);
  const end = clock.monotonicMs() + timeoutMs;
  let pauseMs = PAUSE_MS;
  let last: TransactionOutcome | undefined;
  for (;;) {
    const leftMs = Math.max(0, Math.floor(end - clock.monotonicMs()));
    const waitMs = Math.min(leftMs, WAIT_MS_MAX);
    try {
      const outcome = await rpc.call(
        "transaction_submit",
        { transaction, waitFor, timeoutMs: waitMs },
        { timeoutMs: waitMs + ANSWER_MS, ...(signal === undefined ? {} : { signal }) },
      );
      checkOutcome(outcome, sealed, rpc);
      if (isSettled(outcome, waitFor) || clock.monotonicMs() >= end) return outcome;
      last = outcome;
    } catch (error) {
      const failure = failureOf(error);
      const isOver = clock.monotonicMs() >= end || signal?.aborted === true;
      if (!isPassing(failure) || isOver) {
        // What the node said before it fell silent is still true: it has the transaction.
        if (last !== undefined && isPassing(failure)) return last;
        throw new SubmitError(codeOf(failure), sealed, failure);
      }
    }
    await pause(clock, Math.min(pauseMs, Math.max(0, end - clock.monotonicMs())), signal);
    pauseMs = Math.min(2 * pauseMs, PAUSE_MS_MAX);
  }
}

function isSettled({ status }: TransactionOutcome, waitFor: "admitted" | "final"): boolean {
  if (status === "pending") return waitFor === "admitted";
  return status !== "waiting" && status !== "unknown";
}

/** A node that answers for another transaction would have its caller pay twice. */
function checkOutcome(
  { transaction }: TransactionOutcome,
  { id }: SealedTransaction,
  { url }: RpcCaller,
): void {
  if (transaction === id) return;
  const found = `found the outcome of ${transaction}, asked was ${id}`;
  throw new RpcAnswerError("result", found, { url, method: "transaction_submit" });
}

function failureOf(error: unknown): SubmitError["cause"] {
  const isKnown =
    error instanceof RpcCallError || error instanceof RpcConnectionError || error instanceof RpcAnswerError;
  if (!isKnown) throw error;
  return error;
}

function isPassing(failure: SubmitError["cause"]): boolean {
  if (failure instanceof RpcConnectionError) return failure.isPassing;
  return failure instanceof RpcCallError && NOT_NOW.includes(failure.reason);
}

function codeOf(failure: SubmitError["cause"]): SubmitFailureCode {
  if (failure instanceof RpcCallError) return NOT_NOW.includes(failure.reason) ? "unanswered" : "refused";
  return failure instanceof RpcConnectionError && failure.code === "cancelled" ? "cancelled" : "unanswered";
}
