// The command `witan transaction get`: what became of a transaction that someone has submitted.
import { isEnd, type RpcClient, waitForTransaction } from "@witan/client";
import type { Json } from "@witan/ledger";
import type { TransactionOutcome } from "@witan/rpc";
import { type Command, Option } from "commander";
import { type ConnectionOptions, connect, connectSocket, told, withConnection } from "../connection.ts";
import { examples } from "../examples.ts";
import {
  exitOf,
  outcomeJson,
  outcomeText,
  patienceMs,
  timeoutMsOf,
  type WaitingOptions,
  withWaiting,
} from "../outcome.ts";
import { printable, printResult, type Streams, table } from "../output.ts";
import { hearStopSignals } from "../stop-signals.ts";
import { timeText } from "../time.ts";
import { transactionIdOf } from "../transaction-id.ts";
import { watchTransaction } from "../transaction-watch.ts";

interface GetOptions extends ConnectionOptions, WaitingOptions {
  readonly watch?: boolean;
  readonly json?: boolean;
}

/** Adds the command `witan transaction get`. */
export function addGetCommand(transaction: Command, streams: Streams, setExit: (code: number) => void): void {
  withWaiting(withConnection(transaction.command("get")))
    .argument("<transaction>", "a transaction's id")
    .addOption(
      new Option(
        "--watch",
        "tell what happens to it until its end (or --timeout, or Ctrl-C), also while the node is started again",
      ).conflicts("wait"),
    )
    .description(
      "ask a node what became of a transaction; exit code 1 if it is neither final nor, without --wait, on its way",
    )
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nWith --watch and --json there is a line for each event: with event connected or disconnected, or with the status.\n" +
        examples([
          "witan transaction get 5f3a… --rpc http://127.0.0.1:9545",
          "witan transaction get 5f3a… --wait --timeout 60 --json",
          "witan transaction get 5f3a… --watch",
        ]),
    )
    .action(async (id: string, options: GetOptions) => {
      setExit(await (options.watch ? watch(streams, id, options) : get(streams, id, options)));
    });
}

async function get(streams: Streams, text: string, options: GetOptions): Promise<number> {
  const { wait = false, json = false } = options;
  const transaction = transactionIdOf(text);
  const said = timeoutMsOf(options);
  const client = await connect(options);
  const timeoutMs = await patienceMs(said, client, wait);
  if (wait && !json) streams.err("waiting until it is final\n");
  const outcome = await told(() =>
    waitForTransaction(client, transaction, { timeoutMs: wait ? timeoutMs : 0 }),
  );
  return finish(streams, { client, outcome, json, wait });
}

async function watch(streams: Streams, text: string, options: GetOptions): Promise<number> {
  const { json = false } = options;
  const transaction = transactionIdOf(text);
  const timeoutMs = timeoutMsOf(options);
  const client = await connect(options);
  // A node that was never there is no node that was lost.
  const known = await told(() => waitForTransaction(client, transaction, { timeoutMs: 0 }));
  const socket = await connectSocket(options);
  const signals = hearStopSignals();
  // Who watches a transaction wants to see its end, however long it takes.
  const patience = timeoutMs === undefined ? [] : [AbortSignal.timeout(timeoutMs)];
  const signal = AbortSignal.any([signals.stop, ...patience]);
  const say = (event: Json, line: string): void => {
    if (json) printResult(streams, json, event, () => []);
    else streams.err(`${printable(`${new Date().toISOString()}  ${line}`)}\n`);
  };
  try {
    const outcome = await told(() =>
      watchTransaction(
        { socket, transaction, known, signal },
        {
          outcome: (now) => {
            const { status: event, transaction: id, ...more } = now;
            if (!isEnd(now)) say({ event, transaction: id, ...more }, outcomeText(now));
          },
          connection: (isThere, why) =>
            isThere
              ? say({ event: "connected" }, "connected again")
              : say({ event: "disconnected", message: why }, `${why} Trying again`),
        },
      ),
    );
    return await finish(streams, { client, outcome, json, wait: true });
  } finally {
    signals.end();
    socket.close();
  }
}

/** Prints what became of it, and gives the exit code. */
async function finish(
  streams: Streams,
  {
    client,
    outcome,
    json,
    wait,
  }: {
    readonly client: RpcClient;
    readonly outcome: TransactionOutcome;
    readonly json: boolean;
    readonly wait: boolean;
  },
): Promise<number> {
  const block = await blockOf(client, outcome);
  printResult(streams, json, { ...outcomeJson(outcome), ...block }, () =>
    table([
      ["transaction", outcome.transaction],
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
