// Under proof of work: how deep a transaction lies while one waits for it, and how likely it still is to be undone.
import type { TransactionId } from "@witan/primitives";
import { isAskFailure } from "./outcome-loop.ts";
import type { RpcCaller } from "./rpc-client.ts";

/** Where a transaction stands: `null` confirmations: it is in no block, or in none any more. */
export interface Depth {
  readonly height: number | null;
  /** From its own block to the tip, both counted. */
  readonly confirmations: number | null;
  /** 0 to 1, by the attacker that the node assumes; null: in no block. */
  readonly reversalProbability: number | null;
}

/** How confirmations are followed. */
export interface FollowOptions {
  /** Ends it. */
  readonly signal: AbortSignal;
  /** How often the node is asked, in milliseconds. Default 500. */
  readonly everyMs?: number;
}

const EVERY_MS = 500;
const NOWHERE: Depth = { height: null, confirmations: null, reversalProbability: null };

/**
 * Asks a node again and again where a transaction stands, and tells each change, until the signal. Says nothing on a chain
 * whose blocks are final at once. A node that does not answer is asked again.
 * @throws as `RpcClient.call`, where the node refuses for good
 */
export async function followConfirmations(
  rpc: RpcCaller,
  transaction: TransactionId,
  tell: (depth: Depth) => void,
  { signal, everyMs = EVERY_MS }: FollowOptions,
): Promise<void> {
  let last = NOWHERE;
  while (!signal.aborted) {
    const depth = await depthOf(rpc, transaction, signal);
    if (signal.aborted) return;
    if (depth !== undefined && JSON.stringify(depth) !== JSON.stringify(last)) {
      last = depth;
      tell(depth);
    }
    await pause(everyMs, signal);
  }
}

/** Undefined: nothing to tell now. */
async function depthOf(
  rpc: RpcCaller,
  transaction: TransactionId,
  signal: AbortSignal,
): Promise<Depth | undefined> {
  try {
    const state = await rpc.call("chain_transaction", { transaction }, { signal });
    if (state.status !== "included" && state.status !== "final") return NOWHERE;
    const { height, confirmations, reversalProbability } = state;
    if (confirmations === undefined || reversalProbability === undefined) return undefined;
    return { height, confirmations, reversalProbability };
  } catch (error) {
    if (signal.aborted || isAskFailure(error)) return undefined;
    throw error;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done, { once: true });
  });
}
