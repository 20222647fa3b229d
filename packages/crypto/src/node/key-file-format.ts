// The JSON of a key file, read strictly: every field known, in range, and no other. Bounds the work that a hostile
// file can ask for before any is done. A refusal names field, found and expected, and never quotes a secret.
import { type Hex, isHex, type PublicKey } from "@witan/primitives";
import type { SecretKey } from "../keys.ts";
import { publicKeyShape } from "../shape.ts";

/** What a key is for. No key serves two purposes. */
export type KeyPurpose = "client" | "voting" | "operator" | "peer";

/** A secret key and its public one. `peer` keys are Ed25519 (32 bytes each), all others secp256k1. */
export type KeyPair =
  | {
      readonly purpose: Exclude<KeyPurpose, "peer">;
      readonly publicKey: PublicKey;
      readonly secretKey: SecretKey;
    }
  | { readonly purpose: "peer"; readonly publicKey: Hex; readonly secretKey: Hex };

/** What scrypt costs (RFC 7914): memory is 128 · n · r bytes, time grows with n · r · p. */
export interface ScryptCost {
  /** A power of two, 2 to 2^20. */
  readonly n: number;
  /** 1 to 16. */
  readonly r: number;
  /** 1 to 4. */
  readonly p: number;
}

/** The secret as a key file holds it, encrypted. Bytes are in hex. */
export interface EncryptedSecret extends ScryptCost {
  readonly kind: "scrypt";
  readonly salt: Hex;
  readonly cipher: "aes-256-gcm";
  readonly nonce: Hex;
  readonly tag: Hex;
  readonly ciphertext: Hex;
}

/** A key file. */
export interface KeyFile {
  readonly format: "witan-key";
  readonly version: 1;
  readonly purpose: KeyPurpose;
  readonly publicKey: Hex;
  readonly secret: KeptSecret;
}

/** 32 bytes of secret as a file holds them. */
export type KeptSecret = { readonly kind: "plain"; readonly secretKey: Hex } | EncryptedSecret;

/** What is wrong with a key file. */
export interface MalformedKeyFile {
  readonly ok: false;
  readonly code: "malformed";
  /** The path of the field, such as `secret.salt`; `file` for the whole. */
  readonly field: string;
  readonly found: string;
  readonly expected: string;
  readonly detail: string;
}

/** The greatest key file: they have some 600 bytes. */
export const KEY_FILE_BYTES_MAX = 16_384;
/** 1 GiB: what n = 2^20 and r = 8 take. A file that asks for more wants to kill the process. */
const SCRYPT_BYTES_MAX = 2 ** 30;

/** Reads the text of a key file. */
export function parseKeyFile(
  text: string,
): { readonly ok: true; readonly value: KeyFile } | MalformedKeyFile {
  const rules = { format: is("witan-key"), version: is(1), purpose, publicKey: anything, secret: object };
  return parseSecretFile<KeyFile>(text, rules, publicKeyFault);
}

/** Reads the JSON of a file with a secret: its own fields by these rules and `more`, then the secret. */
export function parseSecretFile<T extends { readonly secret: KeptSecret }>(
  text: string,
  rules: Readonly<Record<Exclude<keyof T, symbol | number>, Rule>>,
  more: (file: T) => MalformedKeyFile | undefined = () => undefined,
): { readonly ok: true; readonly value: T } | MalformedKeyFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return malformed("file", "no JSON", "a key file in JSON");
  }
  const fault = fields(json, "", rules) ?? more(json as T) ?? secretFault((json as T).secret);
  return fault ?? { ok: true, value: json as T };
}

/** Makes the refusal of a field. */
export function malformed(field: string, found: string, expected: string): MalformedKeyFile {
  const detail = `${field}: found ${found}, expected ${expected}`;
  return { ok: false, code: "malformed", field, found, expected, detail };
}

/** What a field must be: undefined if it is, else what was expected. */
export type Rule = (value: unknown) => string | undefined;

const PURPOSES: readonly unknown[] = ["client", "voting", "operator", "peer"] satisfies KeyPurpose[];
const anything: Rule = () => undefined;
/** An object, looked at by itself. */
export const object: Rule = (value) => (isObject(value) ? undefined : "an object");
const purpose: Rule = (value) =>
  PURPOSES.includes(value) ? undefined : "one of client, voting, operator, peer";

/** Nothing but this. */
export function is(wanted: string | number): Rule {
  return (value) => (value === wanted ? undefined : JSON.stringify(wanted));
}

/** So many bytes. */
export function bytes(length: number): Rule {
  return (value) => (isHex(value, length) ? undefined : `${length} bytes in lower-case hex`);
}

function integer(min: number, max: number): Rule {
  return (value) =>
    typeof value === "number" && Number.isInteger(value) && value >= min && value <= max
      ? undefined
      : `an integer from ${min} to ${max}`;
}

const scryptN: Rule = (value) => {
  const power =
    typeof value === "number" && value >= 2 && value <= 2 ** 20 && Number.isInteger(Math.log2(value));
  return power ? undefined : "a power of two from 2 to 1048576";
};

const PLAIN: Readonly<Record<string, Rule>> = { kind: is("plain"), secretKey: bytes(32) };
const SCRYPT: Readonly<Record<string, Rule>> = {
  kind: is("scrypt"),
  n: scryptN,
  r: integer(1, 16),
  p: integer(1, 4),
  salt: bytes(32),
  cipher: is("aes-256-gcm"),
  nonce: bytes(12),
  tag: bytes(16),
  ciphertext: bytes(32),
};

function publicKeyFault(file: KeyFile): MalformedKeyFile | undefined {
  const { purpose, publicKey } = file;
  const fits = purpose === "peer" ? isHex(publicKey, 32) : publicKeyShape(publicKey);
  if (fits) return undefined;
  const expected =
    purpose === "peer" ? "an Ed25519 public key, 32 bytes in hex" : "a secp256k1 public key, 33 bytes in hex";
  return malformed("publicKey", shown(publicKey), expected);
}

function secretFault(secret: KeptSecret): MalformedKeyFile | undefined {
  if (secret.kind === "plain") return fields(secret, "secret.", PLAIN);
  if (secret.kind !== "scrypt") {
    return malformed("secret.kind", shown((secret as { kind: unknown }).kind), '"plain" or "scrypt"');
  }
  const fault = fields(secret, "secret.", SCRYPT);
  if (fault !== undefined) return fault;
  const memory = 128 * secret.n * secret.r;
  if (memory <= SCRYPT_BYTES_MAX) return undefined;
  return malformed("secret.n", `${memory} bytes of memory by n and r`, `at most ${SCRYPT_BYTES_MAX}`);
}

function fields(
  value: unknown,
  path: string,
  rules: Readonly<Record<string, Rule>>,
): MalformedKeyFile | undefined {
  if (!isObject(value)) return malformed("file", kindOf(value), "an object");
  for (const [name, rule] of Object.entries(rules)) {
    if (!Object.hasOwn(value, name)) return malformed(path + name, "nothing", "this field");
    const expected = rule(value[name]);
    if (expected === undefined) continue;
    const found = name === "secretKey" ? kindOf(value[name]) : shown(value[name]);
    return malformed(path + name, found, expected);
  }
  const unknownName = Object.keys(value).find((name) => !Object.hasOwn(rules, name));
  if (unknownName === undefined) return undefined;
  return malformed(path + unknownName, "an unknown field", `none but ${Object.keys(rules).join(", ")}`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (typeof value === "string") return `a text of ${value.length} characters`;
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : typeof value;
}

/** Part of a value that is no secret. */
function shown(value: unknown): string {
  if (typeof value === "number" || (typeof value === "string" && value.length <= 80))
    return JSON.stringify(value);
  return kindOf(value);
}
