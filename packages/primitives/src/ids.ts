// Branded ids. A brand exists for the compiler only: at run time these are strings, numbers and bigints.
// Bytes of a fixed size are kept as lower-case hex, so that `===`, Map and JSON mean what they say; hex sorts as
// the bytes do.
import { assert } from "./assert.ts";
import { isHex } from "./hex.ts";

declare const brand: unique symbol;
/** Names are kept as fields, so that one brand can refine another (a TransactionId is a Hash). */
type Brand<T, Name extends string> = T & { readonly [brand]: { readonly [name in Name]: true } };

/** Bytes as lower-case hex, two digits a byte. */
export type Hex = string;

/** 32 bytes: an SHA-256 hash, in lower-case hex. */
export type Hash = Brand<string, "Hash">;
/** The hash of a genesis: names a chain. */
export type ChainId = Brand<Hash, "ChainId">;
/** The hash of a block's header. */
export type BlockHash = Brand<Hash, "BlockHash">;
/** The hash of a transaction without its witness. */
export type TransactionId = Brand<Hash, "TransactionId">;
/** The hash of a transaction's witness. */
export type WitnessHash = Brand<Hash, "WitnessHash">;
/** The hash of a policy's root: what an output pays to. */
export type PolicyHash = Brand<Hash, "PolicyHash">;

/** A compressed secp256k1 point: 33 bytes, prefix 02 or 03, in lower-case hex. */
export type PublicKey = Brand<string, "PublicKey">;
/** An ECDSA signature, r then s, 64 bytes, in lower-case hex. */
export type Signature = Brand<string, "Signature">;
/** A libp2p peer id of an Ed25519 key: its 38-byte multihash, in lower-case hex. */
export type PeerId = Brand<string, "PeerId">;

/** The number of a block, from 0. An integer below 2^53. */
export type Height = Brand<number, "Height">;
/** Milliseconds since 1970-01-01T00:00:00Z, without leap seconds. An integer below 2^53. */
export type Timestamp = Brand<number, "Timestamp">;
/** A PBFT view or a BP Fast Paxos round, from 0 for each membership. An integer below 2^53. */
export type View = Brand<number, "View">;
/** A position in the list of members. 0 to 255. */
export type MemberIndex = Brand<number, "MemberIndex">;
/** A position in the list of assets; 0 is the native one. 0 to 4,095. */
export type AssetId = Brand<number, "AssetId">;
/** A number of base units of an asset: 0 to 2^64 - 1; sums may be greater. */
export type Amount = Brand<bigint, "Amount">;

/** The greatest integer that a height, a time or a view may be. */
export const INTEGER_MAX = Number.MAX_SAFE_INTEGER;
/** The greatest amount of one output: 2^64 - 1. */
export const AMOUNT_MAX = 18_446_744_073_709_551_615n;

/** 32 zero bytes. */
export const ZERO_HASH = "00".repeat(32) as Hash;

function integer(value: number, max: number, what: string): number {
  assert(Number.isInteger(value) && value >= 0 && value <= max, `${what} out of range: ${value}`);
  return value;
}

/** Brands 32 bytes in lower-case hex, as the kind of hash that is wanted. @throws {AssertionError} otherwise */
export function toHash<T extends Hash = Hash>(value: string): T {
  assert(isHex(value, 32), `not a hash: ${value}`);
  return value as T;
}

/** Brands a height. @throws {AssertionError} unless an integer from 0 to 2^53 - 1 */
export function toHeight(value: number): Height {
  return integer(value, INTEGER_MAX, "height") as Height;
}

/** Brands a time in milliseconds. @throws {AssertionError} unless an integer from 0 to 2^53 - 1 */
export function toTimestamp(value: number): Timestamp {
  return integer(value, INTEGER_MAX, "timestamp") as Timestamp;
}

/** Brands an asset id. @throws {AssertionError} unless an integer from 0 to 2^32 - 1 */
export function toAssetId(value: number): AssetId {
  return integer(value, 0xffff_ffff, "asset") as AssetId;
}

/** Brands an amount. @throws {AssertionError} unless from 0 to 2^64 - 1 */
export function toAmount(value: bigint): Amount {
  assert(value >= 0n && value <= AMOUNT_MAX, `amount out of range: ${value}`);
  return value as Amount;
}
