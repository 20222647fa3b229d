// Methods that bring transactions in and wait for their fate. Submitting again is harmless, and answers the same.
import { hexToBytes, type TransactionId } from "@witan/primitives";
import { RpcError, type TransactionOutcome } from "@witan/rpc";
import type { Patience } from "../pool/fates.ts";
import { type Calls, isBehind, type ServiceContext } from "./context.ts";

/** The methods named `transaction_…`. */
export function transactionCalls(context: ServiceContext): Calls<"transaction"> {
  const { intake, fates } = context;
  const refuseWhileStopping = (): void => {
    if (context.isStopping()) throw new RpcError("stopping");
  };
  const wait = async (id: TransactionId, patience: Patience): Promise<TransactionOutcome> => {
    try {
      return await fates.wait(id, patience);
    } catch (error) {
      // A store that failed tells nothing any more, and the node is on its way out.
      refuseWhileStopping();
      throw error;
    }
  };
  return {
    transaction_submit: async ({ transaction, waitFor, timeoutMs }, { source, signal }) => {
      refuseWhileStopping();
      if (isBehind(context)) throw new RpcError("syncing");
      if (intake.isFull) throw new RpcError("busy");
      const read = intake.read(hexToBytes(transaction));
      if (!read.ok)
        throw new RpcError("transaction-encoding", read.detail ? { data: { detail: read.detail } } : {});
      const verdict = await intake.submit(read.value, source);
      const outcome = fates.after(read.value, verdict);
      if (outcome === "busy") throw new RpcError("busy");
      const isOnItsWay = outcome.status === "pending" || outcome.status === "waiting";
      if (waitFor === "admitted" || !isOnItsWay) return outcome;
      return wait(read.value.id, { timeoutMs, signal });
    },
    transaction_wait: async ({ transaction, timeoutMs }, { signal }): Promise<TransactionOutcome> => {
      refuseWhileStopping();
      return wait(transaction as TransactionId, { timeoutMs, signal });
    },
  };
}
