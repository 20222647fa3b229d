// How deep a transaction lies under proof of work, in words: while a command waits for it.
import { type Depth, followConfirmations, type RpcCaller } from "@witan/client";
import type { TransactionId } from "@witan/primitives";
import type { Streams } from "./output.ts";

/** `confirmations 3: undone with a probability of 0.0128`. */
export function depthText({ height, confirmations, reversalProbability }: Depth): string {
  if (confirmations === null || reversalProbability === null) return "in no block any more: it waits for one";
  const block = confirmations === 1 ? `in block ${height}, ` : "";
  return `${block}confirmations ${confirmations}: undone with a probability of ${Number(reversalProbability.toPrecision(3))}`;
}

/** Tells people how deep a transaction lies, until it is told to stop. What it can't tell, who waits is told. */
export function tellDepth(
  streams: Streams,
  rpc: RpcCaller,
  transaction: TransactionId,
  signal: AbortSignal,
): Promise<void> {
  const tell = (depth: Depth): void => streams.err(`  ${depthText(depth)}\n`);
  return followConfirmations(rpc, transaction, tell, { signal }).catch(() => {});
}
