// Genesis files: the genesis as people write and read it, in JSON (docs/formats.md, section 15). Reading tells every
// mistake with its field, what was found and what was expected. The only file here that uses zod.
import { addressPrefixShape, formatAddress, parseAddress, parsePeerId } from "@witan/crypto";
import {
  AMOUNT_MAX,
  type Amount,
  type AssetId,
  INTEGER_MAX,
  LIMITS,
  type Member,
  type PolicyHash,
  type PublicKey,
  type Timestamp,
  ZERO_HASH,
} from "@witan/primitives";
import * as z from "zod";
import type { Chain } from "./chain.ts";
import { type Genesis, openChain } from "./genesis.ts";
import { type GenesisProblem, genesisProblems, type Readable } from "./genesis-rules.ts";
import type { Asset } from "./governance.ts";
import { type Json, toJson } from "./json.ts";
import { PARAMETER_DEFAULTS, type Parameters } from "./parameters.ts";
import { repeatedFields } from "./repeated-fields.ts";
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

/** How many unknown or repeated fields are told at most. */
const TOLD_MAX = 100;
/** Lists and objects inside one another: more than any file of ours has. */
const DEPTH_MAX = 32;

const hex = (bytes: number) => {
  const expected = `${bytes} bytes in lower-case hex`;
  return z.string(expected).regex(new RegExp(`^(?:[0-9a-f]{2}){${bytes}}$`), expected);
};
const publicKey = hex(33).transform((text) => text as PublicKey);
const policyHash = hex(32).transform((text) => text as PolicyHash);
const number = (max: number = INTEGER_MAX) => {
  const expected = `an integer from 0 to ${max}`;
  return z.int(expected).min(0, expected).max(max, expected);
};
/** What SSZ can hold as a text: printable ASCII, of so many characters. */
const plainText = (max: number) => {
  const expected = `a text of at most ${max} printable ASCII characters`;
  return z.string(expected).regex(new RegExp(`^[ -~]{0,${max}}$`), expected);
};
const name = plainText(LIMITS.nameBytes);
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

/**
 * How a file is read. `strict` refuses it for any mistake. `lenient` leaves undefined what it can't read, and passes over
 * fields that there are not, so that rules can be judged by the rest: what it gives is `Readable`, whatever the types say.
 */
class Form {
  static readonly strict = new Form(false);
  static readonly lenient = new Form(true);
  readonly #lenient: boolean;

  private constructor(lenient: boolean) {
    this.#lenient = lenient;
  }

  object<S extends Record<string, z.ZodType>>(what: string, shape: S): z.ZodObject<S, z.core.$strict> {
    if (!this.#lenient) return z.strictObject(shape, what);
    const readable = Object.entries(shape).map(([field, schema]) => [field, this.#part(schema)]);
    return z.object(Object.fromEntries(readable) as S, what) as unknown as z.ZodObject<S, z.core.$strict>;
  }

  list<S extends z.ZodType>(what: string, element: S, max: number): z.ZodArray<S> {
    const expected = `a list of at most ${max} ${what}`;
    // The length comes first: a long list of mistakes must not become a long list of problems.
    const short = z.array(z.unknown(), expected).max(max, expected);
    return short.pipe(
      z.array(this.#part(element)) as unknown as z.ZodArray<z.ZodUnknown>,
    ) as unknown as z.ZodArray<S>;
  }

  #part<S extends z.ZodType>(schema: S): S {
    return this.#lenient ? (schema.catch(undefined as never) as unknown as S) : schema;
  }
}

function memberSchema(form: Form) {
  return form.object("a member: an object", {
    name,
    role: z.enum(["validator", "proposer", "acceptor"], "validator, proposer or acceptor"),
    votingKey: publicKey,
    peerId,
    operatorKey: publicKey,
    rewardPolicy: policyHash.default(ZERO_HASH as PolicyHash),
  });
}

function clientSchema(form: Form) {
  const prefix = plainText(LIMITS.registerPrefixBytes);
  return form.object("a client: an object", {
    publicKey,
    status: z.enum(["revoked", "permitted"], "revoked or permitted").default("permitted"),
    registerPrefixes: form.list("texts", prefix, LIMITS.registerPrefixes).default([]),
  });
}

function parametersSchema(form: Form) {
  const fields = Object.entries(PARAMETER_DEFAULTS).map(([name, value]) => {
    const greatest = name === "rulesVersion" ? 0xffff : INTEGER_MAX;
    return [name, number(greatest).default(value)];
  });
  const shape = Object.fromEntries(fields) as Record<keyof Parameters, z.ZodDefault<z.ZodInt>>;
  return form.object("parameters: an object", shape);
}

function consensusSchema(form: Form) {
  const what = `an object of kind "pbft", "bp-fast-paxos" or "pow"`;
  const pbft = form.object(what, { kind: z.literal("pbft") });
  const fast = form.object(what, {
    kind: z.literal("bp-fast-paxos"),
    promiseAuthentication: z.enum(["mac", "signature"], "mac or signature").default("mac"),
    detectByzantineAcceptors: z.boolean("true or false").default(false),
  });
  const work = form.object(what, {
    kind: z.literal("pow"),
    initialTarget: number(0xffff_ffff),
    targetLimit: number(0xffff_ffff),
    blockIntervalMs: number(),
    retargetInterval: number(),
    subsidy: amount,
    halvingInterval: number(),
    coinbaseMaturity: number(),
    maxFutureDriftMs: number(),
  });
  return z.discriminatedUnion("kind", [pbft, fast, work], what);
}

function assetSchema(form: Form) {
  return form.object("an asset: an object", {
    name,
    decimals: number(255),
    issuancePolicyHash: policyHash,
  });
}

function outputSchema(prefix: string) {
  const address = z.string("an address").transform((text, context) => {
    const parsed = addressPrefixShape(prefix) ? parseAddress(text, prefix) : undefined;
    if (parsed?.ok) return parsed.value;
    const wanted = addressPrefixShape(prefix)
      ? `${prefix}1… (${parsed?.detail})`
      : "and an addressPrefix that is right";
    const message = `an address of this chain, ${wanted}`;
    context.addIssue({ code: "custom", message, input: text });
    return z.NEVER;
  });
  const rest = { amount, asset: asset.default(0 as AssetId) };
  const shape = { address: address.optional(), policyHash: policyHash.optional(), ...rest };
  // Read strictly even where the rest is not: an output with a mistake is no output to judge.
  return Form.strict.object("an output: an object", shape).transform((output, context): Output => {
    const hash = output.address ?? output.policyHash;
    if (hash !== undefined && (output.address === undefined) !== (output.policyHash === undefined))
      return { asset: output.asset, amount: output.amount, policyHash: hash };
    const found = hash === undefined ? "neither" : "both";
    const message = `either address or policyHash; ${found} given`;
    context.addIssue({ code: "custom", message, input: output });
    return z.NEVER;
  });
}

function genesisSchema(form: Form, prefix: string) {
  return form.object("a genesis: an object", {
    version: number(0xffff).default(1),
    name,
    addressPrefix: z
      .string("1 to 12 letters a-z")
      .regex(new RegExp(`^[ -~]{0,${LIMITS.addressPrefixBytes}}$`), "1 to 12 letters a-z"),
    timestamp,
    consensus: consensusSchema(form),
    clientsMode: z.enum(["open", "permitted"], "open or permitted").default("open"),
    members: form.list("members", memberSchema(form), LIMITS.members).default([]),
    parameters: parametersSchema(form).default(PARAMETER_DEFAULTS),
    assets: form.list("assets", assetSchema(form), LIMITS.assets).default([DEFAULT_NATIVE_ASSET]),
    clients: form.list("clients", clientSchema(form), LIMITS.clients).default([]),
    allocations: form.list("outputs", outputSchema(prefix), LIMITS.outputs).default([]),
  });
}

/** Reads the JSON of a genesis file. Says nothing about validity: `openGenesisFile` does. */
export function parseGenesisFile(text: string): FileResult<Genesis> {
  const json = parseJson(text);
  return json.ok ? parse(genesisSchema(Form.strict, prefixOf(json.value)), json) : json;
}

/**
 * Reads a genesis file and opens its chain, or tells every mistake: of form, and, as far as the file can be read, of the
 * rules.
 */
export function openGenesisFile(text: string): FileResult<Chain> {
  const json = parseJson(text);
  if (!json.ok) return json;
  const prefix = prefixOf(json.value);
  const genesis = parse(genesisSchema(Form.strict, prefix), json);
  if (genesis.ok) {
    const opened = openChain(genesis.value);
    return opened.ok ? opened : invalid(opened.problems);
  }
  const lenient = genesisSchema(Form.lenient, prefix).safeParse(json.value);
  const rest = lenient.success ? genesisProblems(lenient.data as Readable<Genesis>) : [];
  return invalid([...genesis.problems, ...rest]);
}

/** Reads the JSON of a member file: a member as a genesis names it. */
export function parseMemberFile(text: string): FileResult<Member> {
  const json = parseJson(text);
  return json.ok ? parse(memberSchema(Form.strict), json) : json;
}

function prefixOf(json: unknown): string {
  const prefix = (json as { addressPrefix?: unknown } | null)?.addressPrefix;
  return typeof prefix === "string" ? prefix : "";
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

/** JSON as it was read. */
interface ReadJson {
  readonly ok: true;
  readonly value: unknown;
  /** Fields that stand twice in their object: which of them counts is not said anywhere, so neither does. */
  readonly repeated: readonly FileProblem[];
}

function parseJson(text: string): ReadJson | Extract<FileResult<never>, { ok: false }> {
  // Some editors put a byte order mark first; it says nothing.
  const plain = text.startsWith("\ufeff") ? text.slice(1) : text;
  try {
    const value = JSON.parse(plain) as unknown;
    const repeated = repeatedFields(plain, DEPTH_MAX, TOLD_MAX).map((path) => ({
      condition: 0,
      field: fieldOf(path),
      found: "a second field of that name",
      expected: "each field once",
    }));
    return { ok: true, value, repeated };
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return invalid([{ condition: 0, field: "", found, expected: "JSON" }]);
  }
}

function parse<T>(schema: z.ZodType<T>, json: ReadJson): FileResult<T> {
  const parsed = schema.safeParse(json.value, { reportInput: true });
  if (parsed.success && json.repeated.length === 0) return { ok: true, value: parsed.data };
  return invalid([...json.repeated, ...(parsed.error?.issues.flatMap(problemsOf) ?? [])]);
}

function invalid(problems: readonly FileProblem[]): Extract<FileResult<never>, { ok: false }> {
  return { ok: false, code: "file-invalid", problems };
}

function problemsOf(issue: z.core.$ZodIssue): readonly FileProblem[] {
  if (issue.code === "unrecognized_keys")
    return issue.keys.slice(0, TOLD_MAX).map((key) => ({
      condition: 0,
      field: fieldOf([...issue.path, key]),
      found: "a field of that name",
      expected: "no such field",
    }));
  return [
    { condition: 0, field: fieldOf(issue.path), found: shown(inputOf(issue)), expected: issue.message },
  ];
}

/** What was found; for a wrong `kind` the word itself, not the whole object. */
function inputOf(issue: z.core.$ZodIssue): unknown {
  const { input } = issue;
  const last = issue.path.at(-1);
  const inside =
    issue.code === "invalid_union" && typeof input === "object" && input !== null && last !== undefined;
  return inside && last in input ? (input as Record<PropertyKey, unknown>)[last] : input;
}

/** A path as people write it. A name that is no plain word is quoted: a file may hold anything as a name. */
function fieldOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((field, part) => {
    if (typeof part === "number") return `${field}[${part}]`;
    const text = String(part);
    if (!/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/.test(text)) return `${field}[${shown(text)}]`;
    return field === "" ? text : `${field}.${text}`;
  }, "");
}

/** A value in few words, however large or deep it is. */
function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  const text = JSON.stringify(typeof value === "string" ? value.slice(0, 100) : toJson(value));
  return typeof value === "string" && value.length > 100 ? `${text}…` : text;
}
