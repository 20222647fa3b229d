// Reading the secret of a swap out of the chain on which the other side took its money. Nobody needs to be believed: a
// secret shows by itself that it is the one.
import { type Chain, decodeTransaction, type SealedTransaction } from "@witan/ledger";
import { type CancelSignal, hexToBytes, sha256Hex, type TransactionId } from "@witan/primitives";
import { HISTORY_PAGE } from "@witan/rpc";
import type { Spender } from "./lock.ts";
import { isAskFailure, isPassing } from "./outcome-loop.ts";
import { PLATFORM_CLOCK, pause } from "./platform-clock.ts";
import type { RpcCaller } from "./rpc-client.ts";
import { RpcAnswerError } from "./rpc-failures.ts";
import type { RpcSocket } from "./rpc-socket.ts";

/** Which secret is looked for. */
export interface SecretSearch {
  readonly chain: Chain;
  /** The lock that the secret opens, as the other side spends from it. */
  readonly lock: Spender;
  /** SHA-256 of the secret. */
  readonly digest: string;
  readonly signal?: CancelSignal;
}

/** A secret, and the transaction that shows it. */
export interface FoundSecret {
  readonly preimage: string;
  readonly transaction: TransactionId;
}

/** The preimage of a digest that a transaction shows, if it does. */
export function revealedPreimage({ witness }: SealedTransaction, digest: string): string | undefined {
  return witness.preimages.find((preimage) => sha256Hex(hexToBytes(preimage)) === digest);
}

/**
 * Looks for a secret in the final transactions of a lock, the newest first; undefined if none shows it.
 * @throws as `RpcClient.call`
 */
export async function findSecret(rpc: RpcCaller, search: SecretSearch): Promise<FoundSecret | undefined> {
  const { chain, lock, signal } = search;
  const call = signal === undefined ? {} : { signal };
  const address = lock.address(chain.genesis.addressPrefix);
  let after: string | undefined;
  do {
    const params = { address, limit: HISTORY_PAGE.max, order: "descending" } as const;
    const page = await rpc.call("chain_history", after === undefined ? params : { ...params, after }, call);
    for (const { transaction, changes } of page.entries) {
      const isSpent = Object.values(changes).some((change) => change.startsWith("-"));
      const found = isSpent ? await secretOf(rpc, transaction as TransactionId, search) : undefined;
      if (found !== undefined) return found;
    }
    // The end of an index that is being built may come with a cursor and no entries.
    if (page.next === after) break;
    after = page.next ?? undefined;
  } while (after !== undefined);
  return undefined;
}

/**
 * Waits for a secret: in the lock's final transactions, and in those that are admitted from now on, which show it as well.
 * Resolves with undefined when the signal is given first. A connection that is lost is made anew, and what was asked is
 * asked again: money hangs on it.
 * @throws as `RpcSocket.subscribe` and `RpcClient.call`, where asking again would not help
 */
export async function waitForSecret(
  socket: RpcSocket,
  search: SecretSearch,
): Promise<FoundSecret | undefined> {
  const { chain, lock, signal } = search;
  const rpc = persistent(socket, signal);
  const addresses = [lock.address(chain.genesis.addressPrefix)];
  const stand = new AbortController();
  const stream = socket.subscribe(
    { to: "transactions", addresses },
    {
      ...(signal === undefined ? {} : { signal }),
      onState: ({ connected }) => connected && stand.abort(),
    },
  );
  const events = stream[Symbol.asyncIterator]();
  try {
    let next = events.next();
    next.catch(() => {});
    await Promise.race([given(stand.signal), next]);
    // What became final before the subscription stood is in the history.
    let found = signal?.aborted === true ? undefined : await findSecret(rpc, search);
    while (found === undefined) {
      const { done, value } = await next;
      if (done === true) return undefined;
      next = events.next();
      next.catch(() => {});
      const { event } = value;
      // What is lost in a gap was not final, or comes again when it is.
      if ("transaction" in event) found = await secretOf(rpc, event.transaction as TransactionId, search);
    }
    return found;
  } catch (error) {
    if (signal?.aborted === true && isAskFailure(error)) return undefined;
    throw error;
  } finally {
    stream.close();
    await events.return(undefined);
  }
}

/** The secret that a transaction shows, as a node has it: pending or final. */
async function secretOf(
  rpc: RpcCaller,
  transaction: TransactionId,
  { chain, digest, signal }: SecretSearch,
): Promise<FoundSecret | undefined> {
  const method = "chain_transaction";
  const state = await rpc.call(method, { transaction }, signal === undefined ? {} : { signal });
  if (!("bytes" in state)) return undefined;
  const decoded = decodeTransaction(chain.transactions, hexToBytes(state.bytes));
  if (!decoded.ok || decoded.value.id !== transaction) {
    const found = `found other bytes than those of ${transaction}`;
    throw new RpcAnswerError("result", found, { url: rpc.url, method });
  }
  const preimage = revealedPreimage(decoded.value, digest);
  return preimage === undefined ? undefined : { preimage, transaction };
}

/** Between one attempt and the next: doubled each time. */
const PAUSE_MS = 100;
const PAUSE_MS_MAX = 5_000;

/** A node that is asked again, until the signal, where that may help: it restarts, is busy, or the connection was cut. */
function persistent(socket: RpcSocket, signal: CancelSignal | undefined): RpcCaller {
  return {
    url: socket.url,
    call: async (method, params, options) => {
      for (let pauseMs = PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, PAUSE_MS_MAX)) {
        try {
          return await socket.call(method, params, options);
        } catch (error) {
          if (!isAskFailure(error) || !isPassing(error) || signal?.aborted === true) throw error;
        }
        await pause(PLATFORM_CLOCK, pauseMs, signal);
      }
    },
  };
}

/** Resolves when the signal is given. */
function given(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
