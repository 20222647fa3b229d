// The commands `witan transaction …`, and `decode` itself: what a transaction says, and each rule it breaks.
import { formatAddress } from "@witan/crypto";
import { chooseScheme } from "@witan/crypto/node";
import {
  type BlockContext,
  type Broken,
  type Chain,
  decodeTransaction,
  everyBroken,
  genesisGovernance,
  type Json,
  type Output,
  RULES,
  type SealedTransaction,
  signatureChecks,
  TransactionHasher,
  toJson,
} from "@witan/ledger";
import {
  assert,
  type ChainId,
  type Height,
  hexToBytes,
  isHex,
  NO_CHAIN,
  toTimestamp,
} from "@witan/primitives";
import type { Command } from "commander";
import { examples } from "../examples.ts";
import { badInput, EXIT } from "../exit.ts";
import { readText } from "../files.ts";
import { DEFAULT_ADDRESS_PREFIX, readGenesisFile } from "../genesis-input.ts";
import { printResult, type Streams, table } from "../output.ts";
import { timeOf, timeText } from "../time.ts";
import { addGetCommand } from "./transaction-get.ts";

interface DecodeOptions {
  readonly file?: string;
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
    .description("ask what became of a transaction, and look into one");
  addGetCommand(transaction, streams, setExit);
  transaction
    .command("decode")
    .argument("[hex]", "an encoded transaction in hex")
    .option("--file <file>", "read the hex from a file; - is standard input")
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
  const bytes = await bytesOf(hex, options);
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
  printResult(streams, json, result, () => [...describe(sealed, chainId, chain), "", ...brokenLines(broken)]);
  return broken.length > 0;
}

async function bytesOf(hex: string | undefined, options: DecodeOptions): Promise<Uint8Array> {
  if ((hex === undefined) === (options.file === undefined))
    throw badInput("arguments", "give the transaction either as hex or by --file FILE");
  const text = hex ?? (await readText(options.file as string)).trim();
  if (!isHex(text) || text === "")
    throw badInput("hex", "the transaction is not lower-case hex with two digits for each byte");
  return hexToBytes(text);
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

function describe(
  sealed: SealedTransaction,
  chainId: ChainId | undefined,
  chain: Chain | undefined,
): string[] {
  const { body, witness } = sealed;
  const prefix = chain?.genesis.addressPrefix ?? DEFAULT_ADDRESS_PREFIX;
  const paid = (outputs: readonly Output[]) =>
    outputs.map(({ asset, amount, policyHash }, at): [string, string] => [
      `output ${at}`,
      `${amount} of ${assetName(asset, chain)} to ${formatAddress(prefix, policyHash)}`,
    ]);
  const rows: [string, string][] = [["kind", body.kind]];
  if (chainId === undefined) rows.push(["id", "depends on the chain: give --genesis or --chain-id"]);
  else rows.push(["id", sealed.id], ["witness hash", sealed.witnessHash]);
  rows.push(["size", `${sealed.bytes.length} bytes, weight ${sealed.weight}`]);
  if (body.kind === "transfer") {
    rows.push(
      ...body.inputs.map(({ transaction, index }, at): [string, string] => [
        `input ${at}`,
        `output ${index} of ${transaction}`,
      ]),
    );
    rows.push(...paid(body.outputs), ["fee", `${body.fee} of ${assetName(0, chain)}`]);
    for (const { asset, amount } of body.issued)
      rows.push(["issued", `${amount} of ${assetName(asset, chain)}`]);
    for (const { asset, amount } of body.destroyed)
      rows.push(["destroyed", `${amount} of ${assetName(asset, chain)}`]);
    rows.push(["valid until", timeText(body.validUntil)]);
    if (body.memo !== "") rows.push(["memo", body.memo]);
  } else if (body.kind === "reward") rows.push(["height", `${body.height}`], ...paid(body.outputs));
  else {
    rows.push(["sequence", `${body.sequence}`], ["change", JSON.stringify(toJson(body.change))]);
    rows.push(["valid until", timeText(body.validUntil)]);
  }
  for (const policy of witness.policies) rows.push(["policy", JSON.stringify(toJson(policy) as Json)]);
  for (const { publicKey } of witness.signatures) rows.push(["signed by", publicKey]);
  for (const preimage of witness.preimages) rows.push(["preimage", preimage]);
  return [...table(rows)];
}

function assetName(asset: number, chain: Chain | undefined): string {
  return chain?.genesis.assets[asset]?.name ?? `asset ${asset}`;
}
