// Methods that bring transactions in and wait for their fate. Submitting again is harmless, and answers the same.
import type { SealedTransaction } from "@witan/ledger";
import { hexToBytes, type TransactionId } from "@witan/primitives";
import { RpcError, type TransactionOutcome, type TransactionVerdict } from "@witan/rpc";
import type { Asker, Patience } from "../pool/fates.ts";
import type { Verdict } from "../pool/intake.ts";
import { type Calls, isBehind, type ServiceContext } from "./context.ts";
import { feeRateOf } from "./mempool-calls.ts";

/** The methods named `transaction_…`. */
export function transactionCalls(context: ServiceContext): Calls<"transaction"> {
  const { intake, fates } = context;
  const refuseWhileStopping = (): void => refuseIfStopping(context);
  const wait = async (id: TransactionId, patience: Patience, asker: Asker): Promise<TransactionOutcome> => {
    try {
      return await fates.wait(id, patience, asker);
    } catch (error) {
      // A store that failed tells nothing any more, and the node is on its way out.
      refuseWhileStopping();
      throw error;
    }
  };
  return {
    transaction_submit: async ({ transaction, waitFor, timeoutMs }, { source, signal }) => {
      const sealed = readTransaction(context, transaction);
      const outcome = fates.after(sealed, await intake.submit(sealed, source));
      if (outcome === "busy") throw new RpcError("busy");
      const isOnItsWay = outcome.status === "pending" || outcome.status === "waiting";
      if (waitFor === "admitted" || !isOnItsWay) return outcome;
      return wait(sealed.id, { timeoutMs, signal }, "submitter");
    },
    transaction_check: async ({ transaction }): Promise<TransactionVerdict> => {
      const sealed = readTransaction(context, transaction);
      return verdictOn(context, sealed, await intake.check(sealed));
    },
    transaction_wait: async ({ transaction, timeoutMs }, { signal }): Promise<TransactionOutcome> => {
      refuseWhileStopping();
      return wait(transaction as TransactionId, { timeoutMs, signal }, "anyone");
    },
  };
}

function verdictOn(
  { fates }: ServiceContext,
  sealed: SealedTransaction,
  verdict: Verdict,
): TransactionVerdict {
  const { id: transaction, body, bytes, weight } = sealed;
  switch (verdict.status) {
    case "admitted": {
      const fee = body.kind === "transfer" ? body.fee : 0n;
      const price = { fee: fee.toString(), bytes: bytes.length, feeRate: feeRateOf(fee, weight) };
      return { transaction, status: "valid", ...price };
    }
    case "known":
      return { transaction, status: "pending" };
    case "waiting":
      return { transaction, status: "waiting" };
    default: {
      const outcome = fates.outcomeOf(sealed, verdict);
      // It was pending or in a block when it was looked at, and is not any more: the pool dropped it, or its block was
      // undone. What submitting would do now nobody has found out.
      if (outcome === "busy" || outcome.status === "evicted" || outcome.status === "unknown")
        throw new RpcError("busy");
      return outcome;
    }
  }
}

/**
 * Reads a transaction that is handed in, while the node can take one.
 * @throws {RpcError} `stopping`, `syncing`, `busy`, `transaction-encoding`
 */
export function readTransaction(context: ServiceContext, hex: string): SealedTransaction {
  refuseIfStopping(context);
  if (isBehind(context)) throw new RpcError("syncing");
  if (context.intake.isFull) throw new RpcError("busy");
  const read = context.intake.read(hexToBytes(hex));
  if (read.ok) return read.value;
  throw new RpcError("transaction-encoding", read.detail ? { data: { detail: read.detail } } : {});
}

/** @throws {RpcError} `stopping` */
export function refuseIfStopping({ isStopping }: ServiceContext): void {
  if (isStopping()) throw new RpcError("stopping");
}
