// Genesis files: the genesis as people write and read it, in JSON (docs/formats.md, section 15). Reading tells every
// mistake with its field, what was found and what was expected. The only file here that uses zod.
import { addressPrefixShape, formatAddress, parseAddress, parsePeerId } from "@witan/crypto";
import {
  AMOUNT_MAX,
  type Amount,
  type AssetId,
  INTEGER_MAX,
  type Member,
  type PolicyHash,
  type PublicKey,
  type Timestamp,
  ZERO_HASH,
} from "@witan/primitives";
import * as z from "zod";
import type { Genesis } from "./genesis.ts";
import type { GenesisProblem } from "./genesis-rules.ts";
import type { Asset } from "./governance.ts";
import { type Json, toJson } from "./json.ts";
import { PARAMETER_DEFAULTS } from "./parameters.ts";
import type { Output } from "./transaction.ts";

/** One mistake in a file; `condition` as in `GenesisProblem`, 0 where the file does not have the form. */
export type FileProblem = GenesisProblem;

/** What a file holds, or every mistake in its form. */
export type FileResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: "file-invalid"; readonly problems: readonly FileProblem[] };

/** The native asset of a chain whose genesis file names none. */
export const DEFAULT_NATIVE_ASSET: Asset = Object.freeze({
  name: "WITAN",
  decimals: 8,
  issuancePolicyHash: ZERO_HASH as PolicyHash,
});

const hex = (bytes: number) => {
  const expected = `${bytes} bytes in lower-case hex`;
  return z.string(expected).regex(new RegExp(`^(?:[0-9a-f]{2}){${bytes}}$`), expected);
};
const publicKey = hex(33).transform((text) => text as PublicKey);
const policyHash = hex(32).transform((text) => text as PolicyHash);
const number = (max: number = INTEGER_MAX) => z.int(`an integer from 0 to ${max}`).min(0).max(max);
const name = z.string("a text of at most 32 characters").max(32, "at most 32 characters");
const decimal = "a decimal number from 0 to 2^64 - 1, in quotes";
const amount = z
  .string(decimal)
  .regex(/^(?:0|[1-9][0-9]{0,19})$/, decimal)
  .transform((text) => BigInt(text))
  .refine((value) => value <= AMOUNT_MAX, decimal)
  .transform((value) => value as Amount);
const asset = number(0xffff_ffff).transform((value) => value as AssetId);

const timeText = "milliseconds since 1970, or a time such as 2026-01-01T00:00:00.000Z";
const timestamp = z
  .union([number(), z.iso.datetime().transform((text) => Date.parse(text))], timeText)
  .refine((value) => Number.isSafeInteger(value) && value >= 0, timeText)
  .transform((value) => value as Timestamp);

const peerId = z.string("a peer id, 12D3KooW…").transform((text, context) => {
  const parsed = parsePeerId(text);
  if (parsed.ok) return parsed.value;
  context.addIssue({ code: "custom", message: `a peer id, 12D3KooW… (${parsed.detail})`, input: text });
  return z.NEVER;
});

const memberSchema = z.strictObject({
  name,
  role: z.enum(["validator", "proposer", "acceptor"], "validator, proposer or acceptor"),
  votingKey: publicKey,
  peerId,
  operatorKey: publicKey,
  rewardPolicy: policyHash.default(ZERO_HASH as PolicyHash),
});

const clientSchema = z.strictObject({
  publicKey,
  status: z.enum(["revoked", "permitted"], "revoked or permitted").default("permitted"),
  registerPrefixes: z.array(z.string("a text"), "a list of texts").default([]),
});

const parametersSchema = z.strictObject({
  blockBytesMax: number().default(PARAMETER_DEFAULTS.blockBytesMax),
  blockTransactionsMax: number().default(PARAMETER_DEFAULTS.blockTransactionsMax),
  blockSignaturesMax: number().default(PARAMETER_DEFAULTS.blockSignaturesMax),
  feeRateMin: number().default(PARAMETER_DEFAULTS.feeRateMin),
  validUntilAheadMsMax: number().default(PARAMETER_DEFAULTS.validUntilAheadMsMax),
  clockDriftMs: number().default(PARAMETER_DEFAULTS.clockDriftMs),
  emptyBlockIntervalMs: number().default(PARAMETER_DEFAULTS.emptyBlockIntervalMs),
  checkpointInterval: number().default(PARAMETER_DEFAULTS.checkpointInterval),
  rulesVersion: number(0xffff).default(PARAMETER_DEFAULTS.rulesVersion),
});

const consensusSchema = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({ kind: z.literal("pbft") }),
    z.strictObject({
      kind: z.literal("bp-fast-paxos"),
      promiseAuthentication: z.enum(["mac", "signature"], "mac or signature").default("mac"),
      detectByzantineAcceptors: z.boolean("true or false").default(false),
    }),
    z.strictObject({
      kind: z.literal("pow"),
      initialTarget: number(0xffff_ffff),
      targetLimit: number(0xffff_ffff),
      blockIntervalMs: number(),
      retargetInterval: number(),
      subsidy: amount,
      halvingInterval: number(),
      coinbaseMaturity: number(),
      maxFutureDriftMs: number(),
    }),
  ],
  `an object of kind "pbft", "bp-fast-paxos" or "pow"`,
);

function outputSchema(prefix: string) {
  const address = z.string("an address").transform((text, context) => {
    const parsed = addressPrefixShape(prefix) ? parseAddress(text, prefix) : undefined;
    if (parsed?.ok) return parsed.value;
    const message = `an address of this chain, ${prefix}1… (${parsed?.detail ?? "addressPrefix is wrong"})`;
    context.addIssue({ code: "custom", message, input: text });
    return z.NEVER;
  });
  const rest = { amount, asset: asset.default(0 as AssetId) };
  return z
    .strictObject({ address: address.optional(), policyHash: policyHash.optional(), ...rest })
    .transform((output, context): Output => {
      const hash = output.address ?? output.policyHash;
      if (hash !== undefined && (output.address === undefined) !== (output.policyHash === undefined))
        return { asset: output.asset, amount: output.amount, policyHash: hash };
      const found = hash === undefined ? "neither" : "both";
      context.addIssue({
        code: "custom",
        message: `either address or policyHash; ${found} given`,
        input: output,
      });
      return z.NEVER;
    });
}

function genesisSchema(prefix: string) {
  return z.strictObject({
    version: number(0xffff).default(1),
    name,
    addressPrefix: z.string("1 to 12 letters a-z").max(12, "1 to 12 letters a-z"),
    timestamp,
    consensus: consensusSchema,
    clientsMode: z.enum(["open", "permitted"], "open or permitted").default("open"),
    members: z.array(memberSchema, "a list of members").max(256, "at most 256 members").default([]),
    parameters: parametersSchema.default(PARAMETER_DEFAULTS),
    assets: z
      .array(
        z.strictObject({ name, decimals: number(255), issuancePolicyHash: policyHash }),
        "a list of assets",
      )
      .max(4_096, "at most 4,096 assets")
      .default([DEFAULT_NATIVE_ASSET]),
    clients: z.array(clientSchema, "a list of clients").max(16_384, "at most 16,384 clients").default([]),
    allocations: z
      .array(outputSchema(prefix), "a list of outputs")
      .max(256, "at most 256 outputs")
      .default([]),
  });
}

/** Reads the JSON of a genesis file. Says nothing about validity: `openChain` does. */
export function parseGenesisFile(text: string): FileResult<Genesis> {
  const json = parseJson(text);
  if (!json.ok) return json;
  const prefix = (json.value as { addressPrefix?: unknown } | null)?.addressPrefix;
  return parse(genesisSchema(typeof prefix === "string" ? prefix : ""), json.value);
}

/** Reads the JSON of a member file: a member as a genesis names it. */
export function parseMemberFile(text: string): FileResult<Member> {
  const json = parseJson(text);
  return json.ok ? parse(memberSchema, json.value) : json;
}

/** A genesis as the JSON of a genesis file, with addresses, and nothing left out. */
export function genesisToJson(genesis: Genesis): Json {
  const allocations = genesis.allocations.map(({ asset, amount, policyHash }) => ({
    address: formatAddress(genesis.addressPrefix, policyHash),
    asset,
    amount,
  }));
  return toJson({ ...genesis, allocations });
}

function parseJson(text: string): FileResult<unknown> {
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return invalid([{ condition: 0, field: "", found, expected: "JSON" }]);
  }
}

function parse<T>(schema: z.ZodType<T>, json: unknown): FileResult<T> {
  const parsed = schema.safeParse(json, { reportInput: true });
  if (parsed.success) return { ok: true, value: parsed.data };
  return invalid(parsed.error.issues.flatMap(problemsOf));
}

function invalid(problems: readonly FileProblem[]): FileResult<never> {
  return { ok: false, code: "file-invalid", problems };
}

function problemsOf(issue: z.core.$ZodIssue): readonly FileProblem[] {
  const field = fieldOf(issue.path);
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({
      condition: 0,
      field: field === "" ? key : `${field}.${key}`,
      found: "a field of that name",
      expected: "no such field",
    }));
  const found =
    issue.input === undefined
      ? "nothing"
      : shorten(JSON.stringify(toJson(inputOf(issue))) ?? "something else");
  return [{ condition: 0, field, found, expected: issue.message }];
}

/** What was found; for a wrong `kind` the word itself, not the whole object. */
function inputOf(issue: z.core.$ZodIssue): unknown {
  const { input } = issue;
  const last = issue.path.at(-1);
  const inside =
    issue.code === "invalid_union" && typeof input === "object" && input !== null && last !== undefined;
  return inside && last in input ? (input as Record<PropertyKey, unknown>)[last] : input;
}

function fieldOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((field, part) => {
    if (typeof part === "number") return `${field}[${part}]`;
    return field === "" ? String(part) : `${field}.${String(part)}`;
  }, "");
}

function shorten(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
