// The commands `witan transaction …`, and `decode` itself: what a transaction says, and each rule it breaks.
import { chooseScheme } from "@witan/crypto/node";
import {
  type BlockContext,
  type Broken,
  type Chain,
  decodeTransaction,
  everyBroken,
  genesisGovernance,
  RULES,
  type SealedTransaction,
  signatureChecks,
  TransactionHasher,
  toJson,
} from "@witan/ledger";
import { assert, type ChainId, type Height, isHex, NO_CHAIN, toTimestamp } from "@witan/primitives";
import type { Command } from "commander";
import { describeTransaction } from "../describe-transaction.ts";
import { examples } from "../examples.ts";
import { badInput, EXIT } from "../exit.ts";
import { readGenesisFile } from "../genesis-input.ts";
import { printResult, type Streams } from "../output.ts";
import { timeOf } from "../time.ts";
import { type TransactionInput, transactionBytesOf, withTransaction } from "../transaction-input.ts";
import { addCheckCommand } from "./transaction-check.ts";
import { addGetCommand } from "./transaction-get.ts";
import { addSubmitCommand } from "./transaction-submit.ts";

interface DecodeOptions extends TransactionInput {
  readonly genesis?: string;
  readonly chainId?: string;
  readonly time?: string;
  readonly json?: boolean;
}

/** Adds the commands `witan transaction …`. */
export function addTransactionCommands(
  program: Command,
  streams: Streams,
  setExit: (code: number) => void,
): void {
  const transaction = program
    .command("transaction")
    .description("submit a transaction, ask what became of one, and look into one")
    .addHelpText("after", "\nwitan transaction ID is short for witan transaction get ID.");
  addGetCommand(transaction, streams, setExit);
  addSubmitCommand(transaction, streams, setExit);
  addCheckCommand(transaction, streams, setExit);
  withTransaction(transaction.command("decode"))
    .option(
      "--genesis <file>",
      "judge it on this chain: its id, signatures, and rules of the chain as it begins",
    )
    .option("--chain-id <hash>", "its id and signatures on this chain, without a genesis at hand")
    .option("--time <time>", "judge it at this block time (default: now); needs --genesis")
    .option("--json", "print JSON")
    .description("show a transaction and each rule it breaks; exit code 1 if it breaks any")
    .addHelpText(
      "after",
      `\nWhat it spends is known to nodes only, so rules about inputs are left out.\n${examples([
        "witan transaction decode --file payment.hex",
        "witan transaction decode 0c00… --genesis genesis.json --json",
      ])}`,
    )
    .action(async (hex: string | undefined, options: DecodeOptions) => {
      const broken = await decode(streams, hex, options);
      setExit(broken ? EXIT.no : EXIT.done);
    });
}

async function decode(streams: Streams, hex: string | undefined, options: DecodeOptions): Promise<boolean> {
  if (options.time !== undefined && options.genesis === undefined)
    throw badInput(
      "arguments",
      "--time says when to judge a transaction on a chain: give --genesis FILE too",
    );
  const bytes = await transactionBytesOf(hex, options);
  const chain = options.genesis === undefined ? undefined : await readGenesisFile(options.genesis);
  const chainId = chainIdOf(options, chain);
  const json = options.json ?? false;
  const decoded = decodeTransaction(new TransactionHasher(chainId ?? NO_CHAIN), bytes);
  if (!decoded.ok) {
    const { code, detail = "" } = decoded;
    const result = { size: bytes.length, broken: [{ code, message: RULES[code], detail }] };
    printResult(streams, json, result, () => [
      `${bytes.length} bytes that are no transaction`,
      ...brokenLines([decoded]),
    ]);
    return true;
  }
  const sealed = decoded.value;
  const broken = everyBroken(sealed, chain && contextOf(chain, options));
  if (chainId !== undefined) broken.push(...(await signaturesBroken(sealed)));
  const result = {
    ...(chainId === undefined ? {} : { id: sealed.id, witnessHash: sealed.witnessHash }),
    size: bytes.length,
    weight: sealed.weight,
    body: toJson(sealed.body),
    witness: toJson(sealed.witness),
    broken: broken.map(({ code, detail = "" }) => ({ code, message: RULES[code], detail })),
  };
  printResult(streams, json, result, () => [
    ...describeTransaction(sealed, { chain, chainId }),
    "",
    ...brokenLines(broken),
  ]);
  return broken.length > 0;
}

function chainIdOf(options: DecodeOptions, chain: Chain | undefined): ChainId | undefined {
  const { chainId } = options;
  if (chainId !== undefined && !isHex(chainId, 32))
    throw badInput("chain-id", `--chain-id ${chainId}: expected 32 bytes in lower-case hex`);
  if (chain && chainId !== undefined && chainId !== chain.chainId)
    throw badInput("chain-id", `--chain-id is ${chainId}, but the genesis is that of ${chain.chainId}`);
  return chain?.chainId ?? (chainId as ChainId | undefined);
}

function contextOf(chain: Chain, options: DecodeOptions): BlockContext {
  const time = options.time === undefined ? Date.now() : timeOf("--time", options.time);
  return { chain, governance: genesisGovernance(chain), height: 1 as Height, timestamp: toTimestamp(time) };
}

async function signaturesBroken(sealed: SealedTransaction): Promise<readonly Broken[]> {
  const chosen = await chooseScheme("auto");
  assert(chosen.ok, "no signature backend");
  return signatureChecks(sealed)
    .filter((check) => !chosen.value.scheme.verify(check))
    .map(({ publicKey }) => ({ ok: false, code: "signature-invalid", detail: publicKey }));
}

function brokenLines(broken: readonly { code: Broken["code"]; detail?: string }[]): readonly string[] {
  if (broken.length === 0) return ["breaks no rule that can be judged from here"];
  return broken.map(({ code, detail }) => `breaks ${code}: ${RULES[code]}${detail ? ` (${detail})` : ""}`);
}
