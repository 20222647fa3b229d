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
  type ProofOfWorkParameters,
} from "@witan/ledger";
import { type AssetId, compactOfTarget, isHex, type PolicyHash, toAmount } from "@witan/primitives";
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

/** What options say of proof of work. */
export interface WorkOptions {
  readonly blockInterval?: string;
  readonly subsidy?: string;
}

/** Milliseconds between blocks, unless something else is said. */
export const BLOCK_INTERVAL_MS = 5_000;
/** The easiest target there may be: about 16 hashes. */
const WORK_LIMIT = (1n << 252n) - 1n;

/**
 * What a genesis says of proof of work.
 * @param hashRate hashes a second of all miners together: block 1 is as hard as they need the interval for
 */
export function workOf({ blockInterval, subsidy }: WorkOptions, hashRate: number): ProofOfWorkParameters {
  const blockIntervalMs = durationMs("--block-interval", blockInterval ?? `${BLOCK_INTERVAL_MS}`);
  const hashes = BigInt(Math.max(1, Math.round((hashRate * blockIntervalMs) / 1_000)));
  const target = (1n << 256n) / hashes - 1n;
  return {
    kind: "pow",
    initialTarget: compactOfTarget(target < WORK_LIMIT ? target : WORK_LIMIT),
    targetLimit: compactOfTarget(WORK_LIMIT),
    blockIntervalMs,
    retargetInterval: 20,
    subsidy: amountOf("--subsidy", subsidy ?? "5000000000"),
    halvingInterval: 210_000,
    coinbaseMaturity: 100,
    maxFutureDriftMs: 7_200_000,
  };
}

/** Refuses options of proof of work where the mode is another. */
export function refuseWork(options: WorkOptions & { readonly hashRate?: string }, mode: string): void {
  const names = { blockInterval: "--block-interval", subsidy: "--subsidy", hashRate: "--hash-rate" } as const;
  for (const [name, typed] of Object.entries(names))
    if (options[name as keyof typeof names] !== undefined)
      throw badInput("arguments", `${typed} is for --consensus pow only; the mode is ${mode}`);
}

/** A time such as 5s or 500ms; a bare number is milliseconds. */
export function durationMs(option: string, text: string): number {
  const [, number = "", unit = "ms"] = /^([0-9]{1,9})(ms|s)?$/.exec(text) ?? [];
  const value = Number(number) * (unit === "s" ? 1_000 : 1);
  if (number !== "" && value > 0) return value;
  throw badInput("number", `${option} ${text}: expected a time such as 5s or 500ms`);
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
