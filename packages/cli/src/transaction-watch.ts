// Following one transaction until its end, over a connection that may break and to a node that may be started again: tells
// each thing that happens to it once. What the node told while nobody listened is asked for.
import { isAskFailure, isEnd, type RpcSocket, type StreamedEvent, waitForTransaction } from "@witan/client";
import type { TransactionId } from "@witan/primitives";
import type { TransactionOutcome } from "@witan/rpc";

/** How often the node is asked beside what it tells by itself: what it has dropped ends without an event. */
const LOOK_MS = 5_000;

/** What a watch tells. */
export interface WatchListener {
  /** What is known of the transaction now; not the same twice in a row. */
  outcome(outcome: TransactionOutcome): void;
  /** The connection was lost, or is back. */
  connection(isThere: boolean, why: string): void;
}

/** Which transaction is watched, and until when. */
export interface WatchRequest {
  readonly socket: RpcSocket;
  readonly transaction: TransactionId;
  /** What is known already. */
  readonly known: TransactionOutcome;
  readonly signal: AbortSignal;
}

/**
 * Watches until the end of the transaction, or the signal.
 * @returns what is known then
 * @throws as `RpcClient.call`, where the node refuses for good
 */
export async function watchTransaction(
  request: WatchRequest,
  listener: WatchListener,
): Promise<TransactionOutcome> {
  const { socket, transaction, signal } = request;
  let last = request.known;
  listener.outcome(last);
  if (isEnd(last)) return last;
  const done = new AbortController();
  const stop = AbortSignal.any([signal, done.signal]);
  const tell = (outcome: TransactionOutcome): void => {
    if (isEnd(last) || JSON.stringify(outcome) === JSON.stringify(last)) return;
    last = outcome;
    listener.outcome(outcome);
    if (isEnd(outcome)) done.abort();
  };
  let heard = 0;
  const look = (): void => {
    const before = heard;
    waitForTransaction(socket, transaction, { timeoutMs: 0, signal: stop }).then(
      (outcome) => {
        // What was heard since then is newer than the answer; only an end is never overtaken.
        if (before === heard || isEnd(outcome)) tell(outcome);
      },
      (error: unknown) => {
        // The stream tells what becomes of the connection.
        if (!isAskFailure(error)) throw error;
      },
    );
  };
  let isLost = false;
  const stream = socket.subscribe(
    { to: "transactions", transactions: [transaction] },
    {
      signal: stop,
      onState: (state) => {
        if (state.connected) look();
        if (isLost === !state.connected) return;
        isLost = !state.connected;
        listener.connection(state.connected, state.connected ? "" : state.failure.message);
      },
    },
  );
  const timer = setInterval(look, LOOK_MS);
  try {
    for await (const { event } of stream) {
      if (event.type === "gap") {
        look();
        continue;
      }
      heard++;
      const outcome = outcomeOf(transaction, event);
      if (outcome !== undefined) tell(outcome);
    }
  } finally {
    clearInterval(timer);
    done.abort();
  }
  return last;
}

/** What an event means for the transaction; undefined: nothing. */
function outcomeOf(
  transaction: TransactionId,
  event: StreamedEvent["event"],
): TransactionOutcome | undefined {
  switch (event.type) {
    case "admitted":
    case "undone":
      return { transaction, status: "pending" };
    case "final": {
      const { height, hash, index } = event;
      return { transaction, status: "final", height, hash, index };
    }
    case "expired":
      return { transaction, status: "expired", height: event.height };
    case "evicted": {
      const { code, message, possibleUntil } = event;
      return possibleUntil === null
        ? { transaction, status: "rejected", code, message }
        : { transaction, status: "evicted", code, message, possibleUntil };
    }
    default:
      return undefined;
  }
}
