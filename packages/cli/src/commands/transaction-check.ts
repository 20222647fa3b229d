// The command `witan transaction check`: what a node would say to a transaction, without submitting it.
import { bytesToHex } from "@witan/primitives";
import type { TransactionVerdict } from "@witan/rpc";
import type { Command } from "commander";
import { sumText } from "../amounts.ts";
import { type ConnectionOptions, connect, told, withConnection } from "../connection.ts";
import { examples } from "../examples.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { outcomeText } from "../outcome.ts";
import { printResult, type Streams, table } from "../output.ts";
import { assetsOf } from "../shown-assets.ts";
import { type TransactionInput, transactionBytesOf, withTransaction } from "../transaction-input.ts";

interface CheckOptions extends ConnectionOptions, TransactionInput {
  readonly json?: boolean;
}

/** Adds the command `witan transaction check`. */
export function addCheckCommand(
  transaction: Command,
  streams: Streams,
  setExit: (code: number) => void,
): void {
  withConnection(withTransaction(transaction.command("check")))
    .description(
      "ask a node what it would say to a transaction, and submit nothing; exit code 1 if it would not take it",
    )
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nUnlike decode it judges what is spent, too. The node must let the caller submit: it checks signatures for it.\n" +
        examples([
          "witan transaction check --file payment.hex --rpc http://127.0.0.1:9545",
          "witan transaction check 0c00… --json",
        ]),
    )
    .action(async (hex: string | undefined, options: CheckOptions) =>
      setExit(await check(streams, hex, options)),
    );
}

async function check(streams: Streams, hex: string | undefined, options: CheckOptions): Promise<ExitCode> {
  const { json = false } = options;
  const transaction = bytesToHex(await transactionBytesOf(hex, options));
  const client = await connect(options);
  const verdict = await told(() => client.call("transaction_check", { transaction }));
  // For people only: programs know their assets.
  const assets = json ? [] : await assetsOf(client);
  printResult(streams, json, verdict, () =>
    table([
      ["transaction", verdict.transaction],
      ["verdict", verdict.status === "valid" ? "valid: it would be taken in" : verdictText(verdict)],
      ...(verdict.status === "valid"
        ? [
            ["fee", sumText(BigInt(verdict.fee), 0, assets)] as const,
            ["fee rate", `${verdict.feeRate} base units for 1,000 of weight`] as const,
            ["size", `${verdict.bytes} bytes`] as const,
          ]
        : []),
    ]),
  );
  return verdict.status === "rejected" || verdict.status === "waiting" || verdict.status === "expired"
    ? EXIT.no
    : EXIT.done;
}

function verdictText(verdict: Exclude<TransactionVerdict, { readonly status: "valid" }>): string {
  switch (verdict.status) {
    case "rejected":
      return `it would be ${outcomeText(verdict)}`;
    case "waiting":
      return "it would wait for inputs that the node does not know";
    case "pending":
      return "it is pending already";
    default:
      return outcomeText(verdict);
  }
}
