// Secret keys, public keys and signing: ECDSA over secp256k1 with the deterministic nonces of RFC 6979. Reads texts
// that people and files bring, as results with codes. Must never log or quote a secret key, not even in a refusal.
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { hashes, Point, getPublicKey as pointOf, sign as signBytes } from "@noble/secp256k1";
import {
  AssertionError,
  assert,
  bytesToHex,
  type Hash,
  hexToBytes,
  isHex,
  ok,
  type PublicKey,
  type Result,
  refuse,
  type Signature,
} from "@witan/primitives";
import { publicKeyShape, scalarShape, signatureShape } from "./shape.ts";

declare const secretKeyBrand: unique symbol;
/** A secp256k1 secret key: 32 bytes in lower-case hex, as a number from 1 to n - 1. */
export type SecretKey = string & { readonly [secretKeyBrand]: "SecretKey" };

/** Gives `byteCount` bytes that nobody else can guess. */
export type RandomSource = (byteCount: number) => Uint8Array;

/** Random bytes of the platform, fit for keys: `crypto.getRandomValues`, in Node and in browsers. */
export function platformRandom(byteCount: number): Uint8Array {
  return globalThis.crypto.getRandomValues(new Uint8Array(byteCount));
}

/** 2^-128 of all 32-byte numbers are out of range: a source that misses this often in a row is broken. */
const DRAWS_MAX = 16;

/**
 * Draws a secret key: 32 random bytes, drawn again while out of range, so every key is equally likely.
 * @param random where the bytes come from; the platform's by default
 * @throws {AssertionError} if the source is broken: wrong lengths, or never in range
 */
export function generateSecretKey(random: RandomSource = platformRandom): SecretKey {
  for (let draw = 0; draw < DRAWS_MAX; draw++) {
    const bytes = random(32);
    assert(bytes.length === 32, `a source of randomness gave ${bytes.length} bytes for 32`);
    const key = bytesToHex(bytes);
    if (scalarShape(key)) return key as SecretKey;
  }
  throw new AssertionError("a source of randomness gives no number in range");
}

/** The public key of a secret key: the point secretKey · G, compressed (SEC 1, section 2.3.3). */
export function publicKeyOf(secretKey: SecretKey): PublicKey {
  return bytesToHex(pointOf(hexToBytes(secretKey), true)) as PublicKey;
}

/**
 * Signs a digest: ECDSA over secp256k1 (SEC 1, section 4.1.3), nonce by RFC 6979 with HMAC-SHA-256, low s.
 * The same digest and key always give the same signature.
 * @param digest the 32 bytes to sign; they are not hashed again
 * @throws {AssertionError} if `digest` is not 32 bytes in hex
 */
export function sign(digest: Hash, secretKey: SecretKey): Signature {
  assert(isHex(digest, 32), "only digests of 32 bytes are signed");
  assert(scalarShape(secretKey), "a secret key out of range");
  return withHashes(
    () => bytesToHex(signBytes(hexToBytes(digest), hexToBytes(secretKey), { prehash: false })) as Signature,
  );
}

/**
 * Runs `work` with the hashes that @noble/secp256k1 needs for signing, then puts back what was there. The library
 * keeps them in one place for the whole program; `work` is synchronous, so nobody else ever sees ours, and nobody
 * else's (a weak HMAC would give away the key) is ever used by us.
 */
function withHashes<T>(work: () => T): T {
  const before = { sha256: hashes.sha256, hmacSha256: hashes.hmacSha256 };
  hashes.sha256 = (message) => sha256(message);
  hashes.hmacSha256 = (key, message) => hmac(sha256, key, message);
  try {
    return work();
  } finally {
    Object.assign(hashes, before);
  }
}

/**
 * Reads a secret key. The detail of a refusal never quotes it.
 * Codes: `encoding` (not 32 bytes in lower-case hex), `range` (zero, or not below the order of the group).
 */
export function parseSecretKey(text: string): Result<SecretKey, "encoding" | "range"> {
  if (!isHex(text, 32)) return refuse("encoding", "a secret key is 64 lower-case hex digits");
  if (!scalarShape(text)) return refuse("range", "a secret key is from 1 to n - 1");
  return ok(text as SecretKey);
}

/** Why a public key is refused. */
export type PublicKeyFault = "encoding" | "prefix" | "range" | "curve";

/**
 * Reads a public key, and makes sure that it is a point of the curve (a square root: too slow for hot paths, which
 * leave that to the scheme).
 * Codes: `encoding` (not 33 bytes in lower-case hex), `prefix` (not 02 or 03), `range` (x not below p),
 * `curve` (no point has that x).
 */
export function parsePublicKey(text: string): Result<PublicKey, PublicKeyFault> {
  if (!isHex(text, 33))
    return refuse("encoding", `a public key is 66 lower-case hex digits, found ${shown(text)}`);
  const prefix = text.slice(0, 2);
  if (prefix !== "02" && prefix !== "03")
    return refuse("prefix", `found prefix ${prefix}, expected 02 or 03`);
  if (!publicKeyShape(text)) return refuse("range", `x is not below the order of the field: ${text}`);
  try {
    Point.fromHex(text);
  } catch {
    return refuse("curve", `no point of secp256k1 has this x: ${text}`);
  }
  return ok(text as PublicKey);
}

/** Why a signature is refused before any backend looks at it. */
export type SignatureFault = "encoding" | "range" | "high-s";

/**
 * Reads a signature; whether it holds is for a scheme to say.
 * Codes: `encoding` (not 64 bytes in lower-case hex), `range` (r or s not from 1 to n - 1), `high-s` (s above
 * (n - 1) / 2).
 */
export function parseSignature(text: string): Result<Signature, SignatureFault> {
  if (!isHex(text, 64))
    return refuse("encoding", `a signature is 128 lower-case hex digits, found ${shown(text)}`);
  if (!scalarShape(text.slice(0, 64))) return refuse("range", "r is not from 1 to n - 1");
  if (!scalarShape(text.slice(64))) return refuse("range", "s is not from 1 to n - 1");
  if (!signatureShape(text)) return refuse("high-s", "s is above (n - 1) / 2: use n - s");
  return ok(text as Signature);
}

/** Part of what was found, so that a refusal stays short. */
function shown(text: unknown): string {
  if (typeof text !== "string") return typeof text;
  return text.length > 80 ? `${text.length} characters` : JSON.stringify(text);
}
