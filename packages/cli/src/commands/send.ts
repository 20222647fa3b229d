// The command `witan send`: pays from a key to an address.
import { prepareTransfer, type SendResult, sendTransfer, Wallet } from "@witan/client";
import { parseSecretKey, type SecretKey } from "@witan/crypto";
import { bytesToHex, LIMITS } from "@witan/primitives";
import type { ResultOf } from "@witan/rpc";
import { type Command, Option } from "commander";
import { amountText } from "../amounts.ts";
import { type ConnectionOptions, connect, told, withConnection } from "../connection.ts";
import { examples } from "../examples.ts";
import { badInput, CommandFailure, EXIT } from "../exit.ts";
import { readGenesisFile } from "../genesis-input.ts";
import { openKey } from "../key-files.ts";
import { amountOf, wholeNumber } from "../numbers.ts";
import { exitOf, outcomeJson, outcomeText } from "../outcome.ts";
import { printResult, type Streams, table } from "../output.ts";
import type { PassphraseOptions } from "../passphrase.ts";

interface SendOptions extends ConnectionOptions, PassphraseOptions {
  readonly secretKey?: string;
  readonly key?: string;
  readonly to: string;
  readonly amount: string;
  readonly asset: string;
  readonly fee?: string;
  readonly memo?: string;
  readonly genesis?: string;
  readonly wait?: boolean;
  readonly signOnly?: boolean;
  readonly timeout: string;
  readonly json?: boolean;
}

const DAY_S = 24 * 60 * 60;

/** Adds the command `witan send`. */
export function addSendCommand(program: Command, streams: Streams, setExit: (code: number) => void): void {
  withConnection(program.command("send"))
    .description(
      "pay from a key to an address; exit code 1 if it is refused or, with --wait, not final in time",
    )
    .option("--key <file>", "the key file that pays")
    .addOption(
      new Option(
        "--secret-key <hex>",
        "the secret key that pays, for development: others can see it",
      ).conflicts("key"),
    )
    .option("--passphrase-file <file>", "read the passphrase of the key file from a file")
    .requiredOption("--to <address>", "who is paid")
    .requiredOption("--amount <number>", "how much, in base units")
    .option("--asset <number>", "of which asset", "0")
    .option("--fee <number>", "base units of asset 0 (default: the least that the chain takes)")
    .option("--memo <text>", `at most ${LIMITS.memoBytes} bytes that everyone can read`)
    .option("--genesis <file>", "refuse a node of another chain than this")
    .option("--wait", "wait until it is final")
    .addOption(
      new Option("--sign-only", "send nothing: print the signed transaction in hex").conflicts("wait"),
    )
    .option("--timeout <seconds>", "how long to wait at most", "30")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples([
        "witan send --key alice.json --to wit1q… --amount 250000000 --wait",
        "witan send --secret-key 01ab… --to wit1q… --amount 5 --asset 1 --memo 'invoice 7' --json",
      ]),
    )
    .action(async (options: SendOptions) => setExit(await send(streams, options)));
}

async function send(streams: Streams, options: SendOptions): Promise<number> {
  const { to, json = false, wait = false } = options;
  const payment = {
    to,
    amount: amountOf("--amount", options.amount),
    asset: wholeNumber("--asset", options.asset, LIMITS.assets - 1),
  };
  if (payment.amount === 0n) throw badInput("amount", "--amount 0: expected at least 1 base unit");
  const fee = options.fee === undefined ? undefined : amountOf("--fee", options.fee);
  const memo = memoOf(options.memo);
  const timeoutMs = wholeNumber("--timeout", options.timeout, DAY_S) * 1000;
  const chain = options.genesis === undefined ? undefined : await readGenesisFile(options.genesis);
  const rpc = await connect(options);
  const from = await walletOf(options);
  const { assets } = await told(() => rpc.call("chain_assets", {}));
  const request = {
    ...{ rpc, from, payments: [payment], memo },
    ...(fee === undefined ? {} : { fee }),
    ...(chain === undefined ? {} : { chainId: chain.chainId }),
  };
  if (options.signOnly === true) {
    const signed = await told(() => prepareTransfer(request));
    if (!signed.ok) throw refused(signed, to, assets);
    const { id, bytes } = signed.value.transaction;
    printResult(streams, json, { transaction: id, bytes: bytesToHex(bytes) }, () => [bytesToHex(bytes)]);
    return EXIT.done;
  }
  if (wait && !json) streams.err("waiting until it is final\n");
  const sent = await told(() =>
    sendTransfer({ ...request, timeoutMs, waitFor: wait ? "final" : "admitted" }),
  );
  if (!sent.ok) throw refused(sent, to, assets);
  const { outcome } = sent.value;
  printResult(streams, json, outcomeJson(outcome), () =>
    table([
      ["transaction", outcome.transaction],
      ["pays", `${shown(payment.amount, payment.asset, assets)} to ${to}`],
      ["fee", shown(sent.value.fee, 0, assets)],
      ["status", outcomeText(outcome)],
    ]),
  );
  return exitOf(outcome, wait);
}

async function walletOf(options: SendOptions): Promise<Wallet> {
  const { key: file, secretKey } = options;
  if (secretKey !== undefined) {
    const parsed = parseSecretKey(secretKey);
    // The text itself is never repeated: it may be a secret with a slip.
    if (!parsed.ok) throw badInput("secret-key", `--secret-key: ${parsed.detail}`);
    return new Wallet(parsed.value);
  }
  if (file === undefined) throw badInput("arguments", "who pays? Give --key FILE or --secret-key HEX");
  const key = await openKey(file, options);
  if (key.purpose !== "client")
    throw badInput(
      "key-purpose",
      `${file} holds a key for the purpose ${key.purpose}, expected client: money is not paid by it`,
    );
  return new Wallet(key.secretKey as SecretKey);
}

function memoOf(text = ""): string {
  const bytes = Buffer.from(text, "utf8");
  if (bytes.length > LIMITS.memoBytes)
    throw badInput("memo", `--memo has ${bytes.length} bytes in UTF-8, expected at most ${LIMITS.memoBytes}`);
  return bytes.toString("hex");
}

type Assets = ResultOf<"chain_assets">["assets"];

function shown(amount: bigint, asset: number, assets: Assets): string {
  const known = assets.find((one) => one.asset === asset);
  return amountText(amount, known ?? { name: `of asset ${asset}, in base units`, decimals: 0 });
}

type SendRefusal = Exclude<SendResult, { readonly ok: true }>;

function refused(refusal: SendRefusal, to: string, assets: Assets): CommandFailure {
  const { code, detail = code } = refusal;
  if (code === "address-invalid") return badInput(code, `--to ${to}: ${detail}`);
  if (code !== "insufficient-funds") return badInput(code, detail);
  const { asset, available, wanted, fee } = refusal;
  const needed = fee === 0n ? "" : `, and ${shown(fee, asset, assets)} for the fee`;
  return new CommandFailure(
    EXIT.no,
    code,
    `the key can spend ${shown(available, asset, assets)}, and ${shown(wanted, asset, assets)} is to be paid${needed}. ` +
      "What pending transactions spend does not count: if some of it comes back, try again when they are final",
  );
}
