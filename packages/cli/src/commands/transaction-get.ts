// The command `witan transaction get`: what became of a transaction that someone has submitted.
import { type RpcClient, waitForTransaction } from "@witan/client";
import type { TransactionOutcome } from "@witan/rpc";
import type { Command } from "commander";
import { type ConnectionOptions, connect, told, withConnection } from "../connection.ts";
import { examples } from "../examples.ts";
import {
  exitOf,
  outcomeJson,
  outcomeText,
  timeoutMsOf,
  type WaitingOptions,
  withWaiting,
} from "../outcome.ts";
import { printResult, type Streams, table } from "../output.ts";
import { timeText } from "../time.ts";
import { transactionIdOf } from "../transaction-id.ts";

interface GetOptions extends ConnectionOptions, WaitingOptions {
  readonly json?: boolean;
}

/** Adds the command `witan transaction get`. */
export function addGetCommand(transaction: Command, streams: Streams, setExit: (code: number) => void): void {
  withWaiting(withConnection(transaction.command("get")))
    .argument("<transaction>", "a transaction's id")
    .description(
      "ask a node what became of a transaction; exit code 1 if it is neither final nor, without --wait, on its way",
    )
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples([
        "witan transaction get 5f3a… --rpc http://127.0.0.1:9545",
        "witan transaction get 5f3a… --wait --timeout 60 --json",
      ]),
    )
    .action(async (id: string, options: GetOptions) => setExit(await get(streams, id, options)));
}

async function get(streams: Streams, text: string, options: GetOptions): Promise<number> {
  const { wait = false, json = false } = options;
  const transaction = transactionIdOf(text);
  const timeoutMs = timeoutMsOf(options);
  const client = await connect(options);
  if (wait && !json) streams.err("waiting until it is final\n");
  const outcome = await told(() =>
    waitForTransaction(client, transaction, { timeoutMs: wait ? timeoutMs : 0 }),
  );
  const block = await blockOf(client, outcome);
  printResult(streams, json, { ...outcomeJson(outcome), ...block }, () =>
    table([
      ["transaction", transaction],
      ["status", outcomeText(outcome)],
      ...(block === undefined ? [] : [["block", `${block.hash} of ${timeText(block.timestamp)}`] as const]),
    ]),
  );
  return exitOf(outcome, wait);
}

interface FinalBlock {
  readonly hash: string;
  /** The transaction's position in it. */
  readonly index: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
}

async function blockOf(client: RpcClient, outcome: TransactionOutcome): Promise<FinalBlock | undefined> {
  if (outcome.status !== "final") return undefined;
  const { hash, index } = outcome;
  const { header } = await told(() => client.call("chain_block", { hash }));
  return { hash, index, timestamp: header.timestamp };
}
