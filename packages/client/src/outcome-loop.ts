// Asking a node what becomes of a transaction until there is an outcome or the time is up, through a node that is slow,
// busy, restarting or gone. Asks the same thing each time, and knows nothing of what is asked.
import type { CancelSignal } from "@witan/primitives";
import type { TransactionOutcome } from "@witan/rpc";
import { type ClientClock, PLATFORM_CLOCK, pause } from "./platform-clock.ts";
import { QuorumError } from "./quorum-failures.ts";
import type { CallOptions } from "./rpc-client.ts";
import { RpcAnswerError, RpcCallError, RpcConnectionError } from "./rpc-failures.ts";

/** For how long a node is asked. */
export interface WaitOptions {
  /** In all, asking again included; 30,000 by default. 0: asked once, for what is known now. */
  readonly timeoutMs?: number;
  readonly signal?: CancelSignal;
  readonly clock?: ClientClock;
}

/** One question to a node. */
export interface OutcomeQuestion {
  /** Asks once. @param waitMs how long the node is to wait before it answers */
  readonly ask: (waitMs: number, options: CallOptions) => Promise<TransactionOutcome>;
  /** Whether there is nothing more to wait for. */
  readonly isSettled: (outcome: TransactionOutcome) => boolean;
}

/** What asking a node can end in other than an answer. */
export type AskFailure = RpcCallError | RpcConnectionError | RpcAnswerError | QuorumError;

/** For how long a node is asked unless told otherwise. */
export const OUTCOME_MS = 30_000;
/** Between one attempt and the next: doubled each time, so that a node that comes back is not run over. */
const PAUSE_MS = 100;
const PAUSE_MS_MAX = 2_000;
/** How long the node is asked to wait at a time: a connection that died in silence is given up after that. */
const WAIT_MS_MAX = 10_000;
/** How long an answer may take beyond that. */
const ANSWER_MS = 2_000;
/** The node's own words for: not now. */
export const NOT_NOW: readonly string[] = [
  "busy",
  "syncing",
  "stopping",
  "calls-too-many",
  "waits-too-many",
  "subscriptions-too-many",
  "connections-too-many",
  "rate-limited",
];

/**
 * Asks until the outcome is settled. When the time is up it is the last one that the node told, which is no error.
 * @throws {RpcCallError | RpcConnectionError | RpcAnswerError | QuorumError} if no outcome could be had
 */
export async function askForOutcome(
  { ask, isSettled }: OutcomeQuestion,
  { timeoutMs = OUTCOME_MS, signal, clock = PLATFORM_CLOCK }: WaitOptions,
): Promise<TransactionOutcome> {
  const end = clock.monotonicMs() + timeoutMs;
  let pauseMs = PAUSE_MS;
  let last: TransactionOutcome | undefined;
  for (;;) {
    const leftMs = Math.max(0, Math.floor(end - clock.monotonicMs()));
    const waitMs = Math.min(leftMs, WAIT_MS_MAX);
    try {
      // Who asks once has no second try: the answer may take as long as that of any call.
      const outcome = await ask(waitMs, {
        ...(timeoutMs === 0 ? {} : { timeoutMs: waitMs + ANSWER_MS }),
        ...(signal === undefined ? {} : { signal }),
      });
      if (isSettled(outcome) || clock.monotonicMs() >= end) return outcome;
      last = outcome;
    } catch (error) {
      if (!isAskFailure(error)) throw error;
      const isOver = clock.monotonicMs() >= end || signal?.aborted === true;
      if (!isPassing(error) || isOver) {
        // What the node said before it fell silent is still true: it has the transaction.
        if (last !== undefined && isPassing(error)) return last;
        throw error;
      }
    }
    await pause(clock, Math.min(pauseMs, Math.max(0, end - clock.monotonicMs())), signal);
    pauseMs = Math.min(2 * pauseMs, PAUSE_MS_MAX);
  }
}

/** Whether asking ended in one of the known ways. */
export function isAskFailure(error: unknown): error is AskFailure {
  return (
    error instanceof RpcCallError ||
    error instanceof RpcConnectionError ||
    error instanceof RpcAnswerError ||
    error instanceof QuorumError
  );
}

/** Whether the node said that it can't answer now, but may in a moment. */
export function isNotNow(failure: AskFailure): boolean {
  return failure instanceof RpcCallError && NOT_NOW.includes(failure.reason);
}

/** Whether the same question may be answered a moment later. */
export function isPassing(failure: AskFailure): boolean {
  if (failure instanceof QuorumError) return failure.code === "no-agreement";
  return failure instanceof RpcConnectionError ? failure.isPassing : isNotNow(failure);
}

/** A node that answers for another transaction would have its caller pay twice. @throws {RpcAnswerError} */
export function checkOutcome(
  { transaction }: TransactionOutcome,
  asked: { readonly id: string; readonly url: string; readonly method: string },
): void {
  if (transaction === asked.id) return;
  throw new RpcAnswerError("result", `found the outcome of ${transaction}, asked was ${asked.id}`, asked);
}
