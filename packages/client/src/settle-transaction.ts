// Bringing in a transaction until its end is known, whatever becomes of nodes and connections meanwhile: the same bytes to one
// node after another. The end is one of three: final, rejected by everyone, or expired; there is never a second one.
import type { SealedTransaction } from "@witan/ledger";
import { assert, present } from "@witan/primitives";
import type { TransactionOutcome } from "@witan/rpc";
import { OUTCOME_MS, type WaitOptions } from "./outcome-loop.ts";
import { PLATFORM_CLOCK, pause } from "./platform-clock.ts";
import type { RpcCaller } from "./rpc-client.ts";
import { SubmitError, submitTransaction } from "./submit-transaction.ts";

/** For how long, and what is known before. `timeoutMs` is for all nodes together. */
export interface SettleOptions extends WaitOptions {
  /** Whether it was sent before, and no end of it is known. */
  readonly wasSent?: boolean;
  /** Hears of each answer that is no end: `pending`, `waiting`, `evicted`. */
  readonly onOutcome?: (outcome: TransactionOutcome) => void;
}

/** How long one node is asked before the next is. */
const NODE_MS = 3_000;
/** Between one round and the next where a node answered at once that it does not take it now: doubled each time. */
const PAUSE_MS = 100;
const PAUSE_MS_MAX = 2_000;

/** Whether nothing can become of a transaction any more but what was told. */
export function isEnd({ status }: TransactionOutcome): boolean {
  return status === "final" || status === "rejected" || status === "expired";
}

/**
 * Submits a transaction to nodes of one chain in turn until it has come to its end. If the time is up before, the outcome is
 * the last that a node told: `pending`, `waiting` or `evicted`; asked again with `wasSent` it goes on. On a chain that makes
 * no empty blocks it may take long until one shows that a transaction has expired.
 * @param nodes at least one; the first is asked first
 * @throws {SubmitError} if no node told anything until the time was up; `refused` as soon as one does not let the call through
 */
export async function settleTransaction(
  nodes: readonly RpcCaller[],
  sealed: SealedTransaction,
  options: SettleOptions = {},
): Promise<TransactionOutcome> {
  const { timeoutMs = OUTCOME_MS, signal, clock = PLATFORM_CLOCK, onOutcome } = options;
  assert(nodes.length > 0, "a transaction is submitted to no node");
  const end = clock.monotonicMs() + timeoutMs;
  let { wasSent = false } = options;
  let pauseMs = PAUSE_MS;
  let last: TransactionOutcome | SubmitError | undefined;
  for (let turn = 0; ; turn++) {
    const leftMs = Math.max(0, end - clock.monotonicMs());
    const node = present(nodes[turn % nodes.length], "a node");
    const call = { wasSent, clock, timeoutMs: Math.min(leftMs, NODE_MS), ...given(signal) };
    try {
      const outcome = await submitTransaction(node, sealed, call);
      if (isEnd(outcome)) return outcome;
      onOutcome?.(outcome);
      last = outcome;
    } catch (error) {
      if (!(error instanceof SubmitError) || error.code !== "unanswered") throw error;
      last ??= error;
    }
    wasSent = true;
    if (clock.monotonicMs() >= end || signal?.aborted === true) {
      if (last instanceof SubmitError) throw last;
      return last;
    }
    if (turn % nodes.length < nodes.length - 1) continue;
    await pause(clock, Math.min(pauseMs, Math.max(0, end - clock.monotonicMs())), signal);
    pauseMs = Math.min(2 * pauseMs, PAUSE_MS_MAX);
  }
}

function given(signal: WaitOptions["signal"]): Pick<WaitOptions, "signal"> {
  return signal === undefined ? {} : { signal };
}
