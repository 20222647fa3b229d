// The key that the acceptors of a chain of BP Fast Paxos share, and nobody else has: what they seal promises with, so that
// each can check all that a proposer shows (protocols/bp-fast-paxos.md, correction 5). Its file, and the seals themselves.
// Must never log the key, nor hand out one that is not what its file names.
import { createHmac, createSecretKey, randomBytes, timingSafeEqual } from "node:crypto";
import {
  asciiBytes,
  assert,
  bytesToHex,
  type Hash,
  type Hex,
  hexToBytes,
  isHex,
  ok,
  type Refusal,
  type Result,
  refuse,
} from "@witan/primitives";
import { createFileExclusively } from "./create-file.ts";
import { decryptSecret, encryptSecret, SCRYPT_COST } from "./key-cipher.ts";
import { bytes, is, type KeptSecret, object, parseSecretFile } from "./key-file-format.ts";
import type { KeyFileOptions, KeyWriteFault } from "./keystore.ts";
import { readSecretFile, type SecretFileFault } from "./secret-file.ts";

const SECRET_BYTES = 32;
const ID_BYTES = 16;

/** The acceptors' key. */
export interface AcceptorsKey {
  /** Names the key without telling anything of it: acceptors that show the same hold the same key. 16 bytes in hex. */
  readonly id: Hex;
  /** 32 bytes in hex. */
  readonly secretKey: Hex;
}

/** Seals digests under the acceptors' key, and checks the seals of others. */
export interface AcceptorsSealer {
  /** HMAC-SHA-256 (RFC 2104) of the digest's 32 bytes. */
  seal(digest: Hash): Hash;
  /** Whether that is the digest's seal; takes as long for a wrong one as for a right one. */
  check(digest: Hash, mac: Hash): boolean;
}

/** Makes a new key. */
export function createAcceptorsKey(): AcceptorsKey {
  return acceptorsKeyOf(bytesToHex(randomBytes(SECRET_BYTES)));
}

/** The key of a secret, 32 bytes in hex. */
export function acceptorsKeyOf(secretKey: Hex): AcceptorsKey {
  const id = hmac(secretKey, asciiBytes("witan-acceptors-key/1")).subarray(0, ID_BYTES);
  return { id: bytesToHex(id), secretKey };
}

/** What seals with a key. */
export function acceptorsSealer({ secretKey }: AcceptorsKey): AcceptorsSealer {
  const bytesOfKey = hexToBytes(secretKey);
  assert(bytesOfKey.length === SECRET_BYTES, "the acceptors' key has not 32 bytes");
  // Kept in the form that Node hashes with: from bytes it makes it for every seal, which takes four times as long.
  const key = createSecretKey(bytesOfKey);
  const macOf = (digest: Hash) => createHmac("sha256", key).update(hexToBytes(digest)).digest();
  return {
    seal: (digest) => bytesToHex(macOf(digest)) as string as Hash,
    // Of another length than a MAC it is none; how long it is is no secret.
    check: (digest, mac) => isHex(mac, 32) && timingSafeEqual(macOf(digest), hexToBytes(mac)),
  };
}

function hmac(secretKey: Hex, data: Uint8Array): Uint8Array {
  return createHmac("sha256", hexToBytes(secretKey)).update(data).digest();
}

interface AcceptorsKeyFile {
  readonly format: "witan-acceptors-key";
  readonly version: 1;
  readonly id: Hex;
  readonly secret: KeptSecret;
}

/**
 * Writes the key into a new file of mode 0600; when this returns, it is durable.
 * Codes: `exists` (something of that name is there, and stays), `passphrase-empty`.
 * @throws {FileError} if the file system fails
 */
export async function writeAcceptorsKeyFile(
  path: string,
  { id, secretKey }: AcceptorsKey,
  { passphrase, cost = SCRYPT_COST }: KeyFileOptions = {},
): Promise<Result<undefined, KeyWriteFault>> {
  if (passphrase === "") return refuse("passphrase-empty", "an empty passphrase protects nothing");
  const secret: KeptSecret =
    passphrase === undefined
      ? { kind: "plain", secretKey }
      : await encryptSecret(secretKey, passphrase, { purpose: "acceptors", publicKey: id }, cost);
  const file: AcceptorsKeyFile = { format: "witan-acceptors-key", version: 1, id, secret };
  const text = `${JSON.stringify(file, undefined, 2)}\n`;
  assert(parse(text).ok, "a key that could not be read back");
  if (await createFileExclusively(path, asciiBytes(text))) return ok(undefined);
  return refuse("exists", `${path} exists, and is not overwritten: move it away, or choose another name`);
}

/** Why a file gives no acceptors' key. */
export type AcceptorsKeyFault = SecretFileFault | Refusal<"passphrase-needed" | "passphrase" | "key-id">;

/** What the file says without its secret. */
export interface AcceptorsKeyHeader {
  readonly id: Hex;
  readonly encrypted: boolean;
}

/** Reads what the file says without its secret. Codes and exceptions as `readAcceptorsKeyFile`. */
export async function readAcceptorsKeyHeader(
  path: string,
): Promise<{ readonly ok: true; readonly value: AcceptorsKeyHeader } | AcceptorsKeyFault> {
  const file = await readSecretFile(path, parse);
  return file.ok ? ok({ id: file.value.id, encrypted: file.value.secret.kind === "scrypt" }) : file;
}

/**
 * Reads the key. A passphrase for a file that is not encrypted is not looked at.
 * Codes: `missing`, `permissions` (the detail says what to do), `malformed` (with field, found and expected),
 * `passphrase-needed`, `passphrase` (wrong, or the file was altered), `key-id` (the secret is not the one that it names).
 * @throws {FileError} if the file system fails
 */
export async function readAcceptorsKeyFile(
  path: string,
  passphrase?: string,
): Promise<{ readonly ok: true; readonly value: AcceptorsKey } | AcceptorsKeyFault> {
  const file = await readSecretFile(path, parse);
  if (!file.ok) return file;
  const { id, secret } = file.value;
  if (secret.kind === "plain") return keyOf(id, secret.secretKey);
  if (passphrase === undefined || passphrase === "")
    return refuse("passphrase-needed", `${path} is encrypted: it needs its passphrase`);
  const secretKey = await decryptSecret(secret, passphrase, { purpose: "acceptors", publicKey: id });
  if (secretKey === undefined)
    return refuse("passphrase", `wrong passphrase for ${path}, or the file was altered`);
  return keyOf(id, secretKey);
}

function parse(text: string) {
  const rules = { format: is("witan-acceptors-key"), version: is(1), id: bytes(ID_BYTES), secret: object };
  return parseSecretFile<AcceptorsKeyFile>(text, rules);
}

/** A key with a flipped bit would make an acceptor that refuses all others, and is refused by all. */
function keyOf(
  id: Hex,
  secretKey: Hex,
): { readonly ok: true; readonly value: AcceptorsKey } | AcceptorsKeyFault {
  const key = acceptorsKeyOf(secretKey);
  return key.id === id ? ok(key) : refuse("key-id", `the secret in the file is not that of the key ${id}`);
}
