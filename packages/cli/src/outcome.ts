// What became of a transaction that a command submitted, as commands tell it, and the exit code that it means.
import { fetchChain, type RpcCaller } from "@witan/client";
import type { TransactionOutcome } from "@witan/rpc";
import type { Command } from "commander";
import { EXIT, type ExitCode } from "./exit.ts";
import { wholeNumber } from "./numbers.ts";
import { timeText } from "./time.ts";

const DAY_S = 24 * 60 * 60;
/** How long to wait at most, unless it is said. */
const WAIT_MS = 30_000;
/**
 * Under proof of work: for so many times the blocks that make a transaction final, and one more to get into one. Blocks come
 * by chance: the devnet's six take longer than twice as long as they do in the mean in one of fifty cases.
 */
const TIMES_LONGER = 3;

/** What the options say about waiting. */
export interface WaitingOptions {
  readonly wait?: boolean;
  readonly timeout?: string;
}

/** Adds the options of commands that can wait for an outcome. */
export function withWaiting(command: Command): Command {
  return command
    .option("--wait", "wait until it is final")
    .option(
      "--timeout <seconds>",
      "how long to wait at most (default: 30; under proof of work three times as long as it takes in the mean, if that is more)",
    );
}

/** How long to wait at most, in milliseconds; undefined: it is not said. */
export function timeoutMsOf({ timeout }: WaitingOptions): number | undefined {
  return timeout === undefined ? undefined : wholeNumber("--timeout", timeout, DAY_S) * 1000;
}

/** The same, or what is right for the chain of a node. What the node does not tell, the call that waits will. */
export async function patienceMs(said: number | undefined, rpc: RpcCaller, waits: boolean): Promise<number> {
  if (said !== undefined) return said;
  if (!waits) return WAIT_MS;
  const usual = await finalMs(rpc).catch(() => 0);
  return Math.min(Math.max(WAIT_MS, TIMES_LONGER * usual), DAY_S * 1_000);
}

/** How long a transaction takes in the mean to be final under proof of work; 0 in other modes. */
async function finalMs(rpc: RpcCaller): Promise<number> {
  const status = await rpc.call("consensus_status", {});
  if (status.mode !== "pow" || status.finalConfirmations === null) return 0;
  const chain = await fetchChain(rpc);
  const work = chain.ok ? chain.value.proofOfWork : undefined;
  return work === undefined ? 0 : (status.finalConfirmations + 1) * work.blockIntervalMs;
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
