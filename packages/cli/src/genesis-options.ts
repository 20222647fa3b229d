// What options of commands say of a genesis: parameters, assets, allocations.
import { parseAddress } from "@witan/crypto";
import {
  type Asset,
  type BpFastPaxosParameters,
  DEFAULT_NATIVE_ASSET,
  type Output,
  PARAMETER_DEFAULTS,
  PARAMETER_NAMES,
  type ParameterName,
  type Parameters,
} from "@witan/ledger";
import { type AssetId, isHex, type PolicyHash, toAmount } from "@witan/primitives";
import { type Command, Option } from "commander";
import { badInput } from "./exit.ts";
import { amountOf, wholeNumber } from "./numbers.ts";

/** The parameters of a chain: the defaults, but for those given as name=value. */
export function parametersOf(texts: readonly string[]): Parameters {
  const changed: Partial<Record<ParameterName, number>> = {};
  for (const text of texts) {
    const [name, value, ...more] = text.split("=");
    const known = PARAMETER_NAMES.find((one) => one === name);
    if (known === undefined || value === undefined || more.length > 0)
      throw badInput(
        "parameter",
        `--parameter ${text}: expected name=value, the name one of ${PARAMETER_NAMES.join(", ")}`,
      );
    if (changed[known] !== undefined) throw badInput("parameter", `--parameter ${known} is given twice`);
    changed[known] = wholeNumber(`--parameter ${known}`, value);
  }
  return { ...PARAMETER_DEFAULTS, ...changed };
}

/** What options say of BP Fast Paxos. */
export interface FastPaxosOptions {
  readonly promiseAuthentication?: "mac" | "signature";
  readonly detectByzantineAcceptors?: boolean;
}

/** Adds the options of BP Fast Paxos to a command that makes a genesis. */
export function withFastPaxos(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--promise-authentication <how>",
        "bp-fast-paxos: acceptors seal promises by a key that they share (mac, the default), or sign them",
      ).choices(["mac", "signature"]),
    )
    .option(
      "--detect-byzantine-acceptors",
      "bp-fast-paxos: proposers sign their blocks, so that an acceptor that lies can be named",
    );
}

/** What a genesis says of BP Fast Paxos. */
export function fastPaxosOf(options: FastPaxosOptions): BpFastPaxosParameters {
  const { promiseAuthentication = "mac", detectByzantineAcceptors = false } = options;
  return { kind: "bp-fast-paxos", promiseAuthentication, detectByzantineAcceptors };
}

/** Refuses options of BP Fast Paxos where the mode is another. */
export function refuseFastPaxos(options: FastPaxosOptions, mode: string): void {
  if ((options.promiseAuthentication ?? options.detectByzantineAcceptors) === undefined) return;
  throw badInput(
    "arguments",
    `--promise-authentication and --detect-byzantine-acceptors are for --consensus bp-fast-paxos only; the mode is ${mode}`,
  );
}

/** The native asset, given as name:decimals. */
export function nativeOf(text: string): Asset {
  const [name = "", decimals = "", ...more] = text.split(":");
  if (decimals === "" || more.length > 0)
    throw badInput("asset", `--native ${text}: expected name:decimals, such as WITAN:8`);
  return { ...DEFAULT_NATIVE_ASSET, name, decimals: wholeNumber("--native", decimals) };
}

/** Another asset, given as name:decimals:policy-hash. */
export function assetOf(text: string): Asset {
  const [name = "", decimals = "", issuancePolicyHash = "", ...more] = text.split(":");
  if (more.length > 0 || !isHex(issuancePolicyHash, 32))
    throw badInput("asset", `--asset ${text}: expected name:decimals:policy-hash, the hash 32 bytes in hex`);
  const hash = issuancePolicyHash as string as PolicyHash;
  return { name, decimals: wholeNumber("--asset", decimals), issuancePolicyHash: hash };
}

/** What block 0 pays, given as address=amount or address=amount:asset. */
export function allocationOf(text: string, prefix: string): Output {
  const [address = "", value = "", ...more] = text.split("=");
  const [amount = "", asset = "0", ...rest] = value.split(":");
  const parsed = parseAddress(address, prefix);
  if (!parsed.ok || more.length + rest.length > 0)
    throw badInput(
      "allocation",
      `--allocation ${text}: expected address=amount or address=amount:asset` +
        (parsed.ok ? "" : `; the address: ${parsed.detail ?? parsed.code}`),
    );
  const id = wholeNumber("--allocation", asset) as AssetId;
  return { asset: id, amount: toAmount(amountOf("--allocation", amount)), policyHash: parsed.value };
}
