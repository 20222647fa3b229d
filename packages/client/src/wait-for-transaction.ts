// Waiting for what becomes of a transaction that someone has submitted, known by its id alone. Submits nothing.
import type { TransactionOutcome } from "@witan/rpc";
import { askForOutcome, checkOutcome, type WaitOptions } from "./outcome-loop.ts";
import type { RpcCaller } from "./rpc-client.ts";

/**
 * Waits until a node knows what became of a transaction. When the time is up the outcome is `pending`, `waiting` or
 * `unknown`, which is no error; with `timeoutMs: 0` it is what the node knows now.
 * @throws as `RpcClient.call`, if the node told nothing until the time was up
 */
export function waitForTransaction(
  rpc: RpcCaller,
  transaction: string,
  options: WaitOptions = {},
): Promise<TransactionOutcome> {
  const method = "transaction_wait";
  return askForOutcome(
    {
      ask: async (waitMs, call) => {
        const outcome = await rpc.call(method, { transaction, timeoutMs: waitMs }, call);
        checkOutcome(outcome, { id: transaction, url: rpc.url, method });
        return outcome;
      },
      isSettled: ({ status }) => status !== "pending" && status !== "waiting" && status !== "unknown",
    },
    options,
  );
}
