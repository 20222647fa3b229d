// Key files: making keys, writing them (owner only, whole or not at all, never over another file), reading them back.
// Must never log a secret or a passphrase, nor hand out a key that does not fit what the file says of it.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import {
  assert,
  bytesToHex,
  type Hex,
  hexToBytes,
  ok,
  type Refusal,
  type Result,
  refuse,
} from "@witan/primitives";
import { generateSecretKey, parseSecretKey } from "../keys.ts";
import { createFileExclusively } from "./create-file.ts";
import { decryptSecret, encryptSecret, SCRYPT_COST } from "./key-cipher.ts";
import {
  type KeyFile,
  type KeyPair,
  type KeyPurpose,
  malformed,
  parseKeyFile,
  type ScryptCost,
} from "./key-file-format.ts";
import { choosePublicKeyOf } from "./native-sign.ts";
import { readSecretFile, type SecretFileFault } from "./secret-file.ts";

/** Makes a new key for a purpose: Ed25519 for `peer`, else secp256k1. */
export function createKey(purpose: KeyPurpose): KeyPair {
  if (purpose === "peer") {
    const { privateKey } = generateKeyPairSync("ed25519");
    const jwk = privateKey.export({ format: "jwk" });
    return { purpose, publicKey: hexOfBase64Url(jwk.x), secretKey: hexOfBase64Url(jwk.d) };
  }
  return keyOfSecret(purpose, generateSecretKey());
}

/** The key of a secret that is one: 32 bytes in hex; for secp256k1 in range. @throws {AssertionError} if it is none */
export function keyOfSecret(purpose: KeyPurpose, secretKey: Hex): KeyPair {
  if (purpose === "peer") return { purpose, publicKey: ed25519PublicKeyOf(secretKey), secretKey };
  const parsed = parseSecretKey(secretKey);
  assert(parsed.ok, "a secret that is no secret key");
  return { purpose, publicKey: choosePublicKeyOf()(parsed.value), secretKey: parsed.value };
}

/** The Ed25519 public key (RFC 8032) of a 32-byte secret, both in hex. */
export function ed25519PublicKeyOf(secretKey: Hex): Hex {
  return hexOfBase64Url(createPublicKey(ed25519KeyOf(secretKey)).export({ format: "jwk" }).x);
}

/** PKCS #8 of an Ed25519 secret is these bytes, then the secret (RFC 8410). */
const ED25519_PKCS8_HEADER = "302e020100300506032b657004220420";

function ed25519KeyOf(secretKey: Hex): KeyObject {
  const key = Buffer.from(hexToBytes(ED25519_PKCS8_HEADER + secretKey));
  return createPrivateKey({ key, format: "der", type: "pkcs8" });
}

function hexOfBase64Url(text: string | undefined): Hex {
  assert(text !== undefined, "an Ed25519 key without its bytes");
  return bytesToHex(Buffer.from(text, "base64url"));
}

/** How a key is written. */
export interface KeyFileOptions {
  /** Encrypts the secret. Without it the file holds the secret as it is, guarded by its mode only. */
  readonly passphrase?: string;
  /** What guessing a passphrase costs; the default is right except in tests. */
  readonly cost?: ScryptCost;
}

/** Why a key file is not written. */
export type KeyWriteFault = "exists" | "passphrase-empty";

/**
 * Writes a key into a new file of mode 0600; when this returns, it is durable.
 * Codes: `exists` (something of that name is there, and stays), `passphrase-empty`.
 * @throws {FileError} if the file system fails
 */
export async function writeKeyFile(
  path: string,
  key: KeyPair,
  options: KeyFileOptions = {},
): Promise<Result<undefined, KeyWriteFault>> {
  const { passphrase, cost = SCRYPT_COST } = options;
  if (passphrase === "") return refuse("passphrase-empty", "an empty passphrase protects nothing");
  const { purpose, publicKey, secretKey } = key;
  const secret: KeyFile["secret"] =
    passphrase === undefined
      ? { kind: "plain", secretKey }
      : await encryptSecret(secretKey, passphrase, { purpose, publicKey }, cost);
  const file: KeyFile = { format: "witan-key", version: 1, purpose, publicKey, secret };
  const text = `${JSON.stringify(file, undefined, 2)}\n`;
  assert(parseKeyFile(text).ok, "a key that could not be read back");
  if (await createFileExclusively(path, Buffer.from(text))) return ok(undefined);
  return refuse("exists", `${path} exists, and is not overwritten: move it away, or choose another name`);
}

/** Why a key file gives no key. */
export type KeyReadFault = SecretFileFault | Refusal<"passphrase-needed" | "passphrase" | "public-key">;

/** What a key file says without its secret: enough to ask for a passphrase. */
export interface KeyFileHeader {
  readonly purpose: KeyPurpose;
  readonly publicKey: Hex;
  readonly encrypted: boolean;
}

/**
 * Reads what a key file says without its secret. Whether the public key is the secret's is not known before
 * `readKeyFile`. Codes and exceptions as there.
 */
export async function readKeyFileHeader(
  path: string,
): Promise<{ readonly ok: true; readonly value: KeyFileHeader } | KeyReadFault> {
  const file = await load(path);
  if (!file.ok) return file;
  const { purpose, publicKey, secret } = file.value;
  return ok({ purpose, publicKey, encrypted: secret.kind === "scrypt" });
}

/**
 * Reads a key. A passphrase for a file that is not encrypted is not looked at.
 * Codes: `missing`, `permissions` (group or others may read it; the detail says what to do), `malformed` (with field,
 * found and expected), `passphrase-needed`, `passphrase` (wrong, or the file was altered), `public-key` (it is not
 * that of the secret).
 * @throws {FileError} if the file system fails
 */
export async function readKeyFile(
  path: string,
  passphrase?: string,
): Promise<{ readonly ok: true; readonly value: KeyPair } | KeyReadFault> {
  const file = await load(path);
  if (!file.ok) return file;
  const { secret } = file.value;
  if (secret.kind === "plain") return keyOf(file.value, secret.secretKey);
  if (passphrase === undefined || passphrase === "") {
    return refuse("passphrase-needed", `${path} is encrypted: it needs its passphrase`);
  }
  const secretKey = await decryptSecret(secret, passphrase, file.value);
  if (secretKey === undefined)
    return refuse("passphrase", `wrong passphrase for ${path}, or the file was altered`);
  return keyOf(file.value, secretKey);
}

function load(path: string): Promise<{ readonly ok: true; readonly value: KeyFile } | KeyReadFault> {
  return readSecretFile(path, parseKeyFile);
}

/** The key, if the file's public key is that of the secret: else someone would sign with a key they don't know. */
function keyOf(file: KeyFile, secretKey: Hex): { readonly ok: true; readonly value: KeyPair } | KeyReadFault {
  const { purpose, publicKey } = file;
  const mismatch = refuse("public-key", `the public key ${publicKey} is not that of the secret in the file`);
  if (purpose === "peer") {
    return ed25519PublicKeyOf(secretKey) === publicKey ? ok({ purpose, publicKey, secretKey }) : mismatch;
  }
  const parsed = parseSecretKey(secretKey);
  if (!parsed.ok)
    return malformed("secret.secretKey", "a number out of range", "a secret key from 1 to n - 1");
  const expected = choosePublicKeyOf()(parsed.value);
  return expected === publicKey ? ok({ purpose, publicKey: expected, secretKey: parsed.value }) : mismatch;
}
