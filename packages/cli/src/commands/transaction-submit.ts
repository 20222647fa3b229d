// The command `witan transaction submit`: brings in a transaction that is signed already, as `send --sign-only` prints it.
import { fetchChain, submitTransaction } from "@witan/client";
import { decodeTransaction } from "@witan/ledger";
import type { Command } from "commander";
import { type ConnectionOptions, connect, told, withConnection } from "../connection.ts";
import { examples } from "../examples.ts";
import { badInput } from "../exit.ts";
import {
  exitOf,
  outcomeJson,
  outcomeText,
  patienceMs,
  timeoutMsOf,
  type WaitingOptions,
  withWaiting,
} from "../outcome.ts";
import { printResult, type Streams, table } from "../output.ts";
import { type TransactionInput, transactionBytesOf, withTransaction } from "../transaction-input.ts";

interface SubmitOptions extends ConnectionOptions, TransactionInput, WaitingOptions {
  readonly json?: boolean;
}

/** Adds the command `witan transaction submit`. */
export function addSubmitCommand(
  transaction: Command,
  streams: Streams,
  setExit: (code: number) => void,
): void {
  withWaiting(withConnection(withTransaction(transaction.command("submit"))))
    .description(
      "submit a signed transaction; exit code 1 if it is refused or, with --wait, not final in time",
    )
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `\nSubmitting the same again is harmless: it can be in one block only.\n${examples([
        "witan transaction submit --file payment.hex --wait",
        "witan transaction submit --file - --json < payment.hex",
      ])}`,
    )
    .action(async (hex: string | undefined, options: SubmitOptions) =>
      setExit(await submit(streams, hex, options)),
    );
}

async function submit(streams: Streams, hex: string | undefined, options: SubmitOptions): Promise<number> {
  const { wait = false, json = false } = options;
  const said = timeoutMsOf(options);
  const bytes = await transactionBytesOf(hex, options);
  const client = await connect(options);
  const chain = await told(() => fetchChain(client));
  if (!chain.ok) throw badInput(chain.code, chain.detail ?? chain.code);
  // Its id is that of this chain: without it nobody could be told what to ask for.
  const decoded = decodeTransaction(chain.value.transactions, bytes);
  if (!decoded.ok)
    throw badInput(
      "transaction-encoding",
      `${bytes.length} bytes that are no transaction: witan transaction decode says more`,
    );
  if (wait && !json) streams.err("waiting until it is final\n");
  const waitFor = wait ? "final" : "admitted";
  const timeoutMs = await patienceMs(said, client, wait);
  const outcome = await told(() => submitTransaction(client, decoded.value, { waitFor, timeoutMs }));
  printResult(streams, json, outcomeJson(outcome), () =>
    table([
      ["transaction", outcome.transaction],
      ["status", outcomeText(outcome)],
    ]),
  );
  return exitOf(outcome, wait);
}
