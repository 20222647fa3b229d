// What became of a transaction that a command submitted, as commands tell it, and the exit code that it means.
import type { TransactionOutcome } from "@witan/rpc";
import type { Command } from "commander";
import { EXIT, type ExitCode } from "./exit.ts";
import { wholeNumber } from "./numbers.ts";
import { timeText } from "./time.ts";

const DAY_S = 24 * 60 * 60;

/** What the options say about waiting. */
export interface WaitingOptions {
  readonly wait?: boolean;
  readonly timeout: string;
}

/** Adds the options of commands that can wait for an outcome. */
export function withWaiting(command: Command): Command {
  return command
    .option("--wait", "wait until it is final")
    .option("--timeout <seconds>", "how long to wait at most", "30");
}

/** How long to wait at most, in milliseconds. */
export function timeoutMsOf({ timeout }: WaitingOptions): number {
  return wholeNumber("--timeout", timeout, DAY_S) * 1000;
}

/** 0 if it is where it was to come: admitted or, if that was waited for, final. */
export function exitOf({ status }: TransactionOutcome, wait: boolean): ExitCode {
  return status === "final" || (status === "pending" && !wait) ? EXIT.done : EXIT.no;
}

/** An outcome as commands print it. The height is that of the transaction's block, null as long as there is none. */
export function outcomeJson(outcome: TransactionOutcome) {
  const { transaction, status } = outcome;
  const none = { transaction, status, height: null };
  switch (outcome.status) {
    case "final":
      return { transaction, status, height: outcome.height };
    case "rejected":
      return { ...none, code: outcome.code, message: outcome.message };
    case "evicted": {
      const { code, message, possibleUntil } = outcome;
      return { ...none, code, message, possibleUntil };
    }
    default:
      return none;
  }
}

/** An outcome in words, and what can be done about it. */
export function outcomeText(outcome: TransactionOutcome): string {
  switch (outcome.status) {
    case "final":
      return outcome.confirmations === undefined || outcome.reversalProbability === undefined
        ? `final: in block ${outcome.height}`
        : `final: in block ${outcome.height}, with ${outcome.confirmations} confirmations: undone with a probability of ` +
            `${Number(outcome.reversalProbability.toPrecision(3))}`;
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
      return `pending: admitted, not final yet. What becomes of it: ${asking(outcome.transaction)}`;
    case "waiting":
      return `waiting for inputs that the node does not know yet. What becomes of it: ${asking(outcome.transaction)}`;
    case "unknown":
      return (
        "unknown: this node has not heard of it, or no longer knows of it. Compare the id, ask another node, or submit " +
        "it again, which is harmless"
      );
  }
}

/** The command that asks what becomes of a transaction. */
export function asking(transaction: string): string {
  return `witan transaction get ${transaction} --wait`;
}
