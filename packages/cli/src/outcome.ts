// What became of a transaction that a command submitted, as commands tell it, and the exit code that it means.
import type { TransactionOutcome } from "@witan/rpc";
import { EXIT, type ExitCode } from "./exit.ts";
import { timeText } from "./time.ts";

/** 0 if it is where it was to come: admitted or, if that was waited for, final. */
export function exitOf({ status }: TransactionOutcome, wait: boolean): ExitCode {
  return status === "final" || (status === "pending" && !wait) ? EXIT.done : EXIT.no;
}

/** An outcome as commands print it: the height only where it is that of the block. */
export function outcomeJson(outcome: TransactionOutcome) {
  const { transaction, status } = outcome;
  switch (outcome.status) {
    case "final":
      return { transaction, status, height: outcome.height };
    case "rejected":
      return { transaction, status, code: outcome.code, message: outcome.message };
    case "evicted": {
      const { code, message, possibleUntil } = outcome;
      return { transaction, status, code, message, possibleUntil };
    }
    default:
      return { transaction, status };
  }
}

/** An outcome in words, and what can be done about it. */
export function outcomeText(outcome: TransactionOutcome): string {
  switch (outcome.status) {
    case "final":
      return `final: in block ${outcome.height}`;
    case "rejected":
      return `rejected, ${outcome.code}: ${outcome.message}`;
    case "expired":
      return `expired: block ${outcome.height} is later than it was valid. Nothing was done; send it anew`;
    case "evicted":
      return (
        `dropped by this node, ${outcome.code}: ${outcome.message}. It can still come into a block until ` +
        `${timeText(outcome.possibleUntil)}; submitting it again is harmless`
      );
    case "pending":
      return "admitted, not final yet";
    case "waiting":
      return "waits for inputs that the node does not know yet";
    case "unknown":
      return "the node knows nothing of it any more; submitting it again is harmless";
  }
}
