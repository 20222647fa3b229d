// The command `witan send`: pays from a key to addresses.
import { prepareTransfer, type SendRequest, type SendResult, sendTransfer, type Wallet } from "@witan/client";
import { bytesToHex, LIMITS, type TransactionId } from "@witan/primitives";
import { type Command, Option } from "commander";
import { prefixOfAddress } from "../address.ts";
import { sumText } from "../amounts.ts";
import { type ConnectionOptions, connect, told, withConnection } from "../connection.ts";
import { tellDepth } from "../depth.ts";
import { examples } from "../examples.ts";
import { badInput, CommandFailure, EXIT } from "../exit.ts";
import { readGenesisFile } from "../genesis-input.ts";
import { amountOf, collect } from "../numbers.ts";
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
import { type PaymentOptions, paymentsGiven, paymentsOf } from "../payments.ts";
import { type Assets, assetsOf } from "../shown-assets.ts";
import { type WalletOptions, walletOf } from "../wallet-options.ts";

interface SendOptions extends ConnectionOptions, WalletOptions, WaitingOptions, PaymentOptions {
  readonly fee?: string;
  readonly memo?: string;
  readonly genesis?: string;
  readonly signOnly?: boolean;
  readonly json?: boolean;
}

/** Adds the command `witan send`. */
export function addSendCommand(program: Command, streams: Streams, setExit: (code: number) => void): void {
  withWaiting(withConnection(program.command("send")))
    .description(
      "pay from a key to an address, or to several at once; exit code 1 if it is refused or, with --wait, not final in time",
    )
    .option("--key <file>", "the key file that pays")
    .addOption(
      new Option(
        "--secret-key <hex>",
        "the secret key that pays, for development: others can see it",
      ).conflicts("key"),
    )
    .option("--passphrase-file <file>", "read the passphrase of the key file from a file")
    .requiredOption("--to <address>", "who is paid; may be repeated, each with its --amount", collectFirst)
    .requiredOption(
      "--amount <amount>",
      "how much: in base units, or with the asset's name, as in '1.5 WITAN'",
      collectFirst,
    )
    .option("--asset <number>", "the asset of an amount without a name (default: 0)")
    .option("--fee <number>", "base units of asset 0 (default: the least that the chain takes)")
    .option("--memo <text>", `at most ${LIMITS.memoBytes} bytes that everyone can read`)
    .option("--genesis <file>", "refuse a node of another chain than this")
    .addOption(
      new Option("--sign-only", "send nothing: print the signed transaction in hex").conflicts("wait"),
    )
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nA payment that needs what comes back from one before waits until that is final.\n" +
        "With --json it prints transaction, status and height: null unless the status is final. A status other than pending\n" +
        "and final has a code and a message beside it where there is a reason.\n" +
        examples([
          "witan send --key alice.json --to wit1q… --amount 250000000 --wait",
          "witan send --key alice.json --to wit1q… --amount '1.5 WITAN' --to wit1p… --amount '2 WITAN'",
          "witan send --secret-key 01ab… --to wit1q… --amount 5 --asset 1 --memo 'invoice 7' --json",
        ]),
    )
    .action(async (options: SendOptions) => setExit(await send(streams, options)));
}

async function send(streams: Streams, options: SendOptions): Promise<number> {
  const { json = false, wait = false } = options;
  const given = paymentsGiven(options);
  const to = given.first;
  const fee = options.fee === undefined ? undefined : amountOf("--fee", options.fee);
  const memo = memoOf(options.memo);
  const said = timeoutMsOf(options);
  const chain = options.genesis === undefined ? undefined : await readGenesisFile(options.genesis);
  const rpc = await connect(options);
  const from = await walletOf(options, "who pays?");
  const assets = await assetsOf(rpc);
  const payments = paymentsOf(given, assets);
  // A payment that rests on another waits until that is final, too.
  const timeoutMs = await patienceMs(said, rpc, !options.signOnly);
  const onPending = json ? () => {} : tellOnce(streams);
  const request = {
    ...{ rpc, from, payments, memo, timeoutMs, onPending },
    ...(fee === undefined ? {} : { fee }),
    ...(chain === undefined ? {} : { chainId: chain.chainId }),
  };
  if (options.signOnly === true) {
    const signed = await told(() => prepareTransfer(request));
    if (!signed.ok) throw refused(signed, { to, from, assets });
    const { id, bytes } = signed.value.transaction;
    printResult(streams, json, { transaction: id, bytes: bytesToHex(bytes) }, () => [bytesToHex(bytes)]);
    return EXIT.done;
  }
  if (wait && !json) streams.err("waiting until it is final\n");
  const over = new AbortController();
  let following: Promise<void> | undefined;
  const onPrepared: SendRequest["onPrepared"] = ({ id }, { mode }) => {
    if (mode === "pow" && wait && !json) following = tellDepth(streams, rpc, id, over.signal);
  };
  const sent = await told(() =>
    sendTransfer({ ...request, onPrepared, waitFor: wait ? "final" : "admitted" }).finally(() =>
      over.abort(),
    ),
  );
  await following;
  if (!sent.ok) throw refused(sent, { to, from, assets });
  const { outcome } = sent.value;
  printResult(streams, json, outcomeJson(outcome), () =>
    table([
      ["transaction", outcome.transaction],
      ...payments.map(
        (paid) => ["pays", `${sumText(paid.amount, paid.asset, assets)} to ${paid.to}`] as const,
      ),
      ["fee", sumText(sent.value.fee, 0, assets)],
      ["status", outcomeText(outcome)],
    ]),
  );
  return exitOf(outcome, wait);
}

/** Collects an option that has to be given. */
function collectFirst(value: string, before: readonly string[] = []): readonly string[] {
  return collect(value, before);
}

function memoOf(text = ""): string {
  const bytes = Buffer.from(text, "utf8");
  if (bytes.length > LIMITS.memoBytes)
    throw badInput("memo", `--memo has ${bytes.length} bytes in UTF-8, expected at most ${LIMITS.memoBytes}`);
  return bytes.toString("hex");
}

/** Tells people of the first wait for pending transactions: without that a command seems to hang. */
function tellOnce(streams: Streams): (pending: readonly TransactionId[]) => void {
  let isTold = false;
  return ([first = "", ...others]) => {
    if (isTold) return;
    isTold = true;
    const more = others.length === 0 ? "" : ` and ${others.length} more`;
    streams.err(`waiting for what comes back of pending transactions when they are final: ${first}${more}\n`);
  };
}

type SendRefusal = Exclude<SendResult, { readonly ok: true }>;

function refused(
  refusal: SendRefusal,
  { to, from, assets }: { readonly to: string; readonly from: Wallet; readonly assets: Assets },
): CommandFailure {
  const { code, detail = code } = refusal;
  if (code === "address-invalid") return badInput(code, `--to ${to}: ${detail}`);
  if (code !== "insufficient-funds" && code !== "funds-pending") return badInput(code, detail);
  const { asset, available, wanted, fee } = refusal;
  const needed = fee === 0n ? "" : `, and ${sumText(fee, asset, assets)} for the fee`;
  const lack =
    `the key of ${from.address(prefixOfAddress(to))} can spend ${sumText(available, asset, assets)}, and ` +
    `${sumText(wanted, asset, assets)} is to be paid${needed}. Nothing was sent`;
  const advice =
    code === "insufficient-funds"
      ? "pay less, or pay that address first"
      : `pending transactions spend the rest, ${refusal.pending[0]} for one, and what comes back of it can be spent ` +
        "when they are final: pay again then, wait for longer by --timeout, or pay several at once by repeating --to and " +
        "--amount";
  return new CommandFailure(EXIT.no, code, `${lack}: ${advice}`);
}
