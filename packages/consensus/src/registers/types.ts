// What a register is about: its name and type, timestamps and versions, and the two kinds of proof
// (protocols/bft-bc.md). Plain data; how any of it is checked is in checks.ts.
import type { Hash, Height, MemberSignature, PublicKey, Signature } from "@witan/primitives";
import { ZERO_HASH } from "@witan/primitives";

/** How a register is written, and what replicas demand of who writes it. */
export type RegisterVariant = "base" | "optimized" | "strong";

/** The types of registers, in the order of their encoding. */
export const REGISTER_VARIANTS: readonly RegisterVariant[] = ["base", "optimized", "strong"];

/**
 * Which register: its name, and its type. Registers of one name and different types are different registers: what a type
 * guarantees holds because nobody can write to the register in the manner of another.
 */
export interface RegisterId {
  /** 1 to 64 characters of `a-z`, `0-9`, `.`, `_`, `/` and `-`. */
  readonly name: string;
  readonly variant: RegisterVariant;
}

/** A place in the order of writes. */
export interface RegisterTimestamp {
  /** 0 for a register never written; below 2^53. */
  readonly counter: number;
  /** Who chose it; `NO_CLIENT` with counter 0. */
  readonly client: PublicKey;
}

/** A timestamp with the value that it is for, by its SHA-256. */
export interface RegisterVersion {
  readonly timestamp: RegisterTimestamp;
  readonly hash: Hash;
}

/** The list that an entry is in: of what clients prepared, or of what replicas predicted (optimized registers). */
export type RegisterList = "prepared" | "optimistic";

/** Shows that a version may be written: a quorum has it in this list, and its client wants it. */
export interface PrepareProof {
  readonly version: RegisterVersion;
  /** The height from which the members count that signed. */
  readonly membership: Height;
  /** The list that all of them have it in: entries of two lists make no proof together. */
  readonly list: RegisterList;
  /** Of the client whose timestamp it is, over the version. */
  readonly authorization: Signature;
  /** By member, strictly ascending; exactly a quorum. */
  readonly signatures: readonly MemberSignature[];
}

/** Shows that a quorum holds a version, or a later one. */
export interface WriteProof {
  readonly version: RegisterVersion;
  readonly membership: Height;
  /** By member, strictly ascending; exactly a quorum. */
  readonly signatures: readonly MemberSignature[];
}

/** Stands in the timestamp of a register never written: 33 zero bytes, which are no key. */
export const NO_CLIENT = "00".repeat(33) as PublicKey;

/** The version of a register never written. It needs no proof. */
export const UNWRITTEN: RegisterVersion = Object.freeze({
  timestamp: Object.freeze({ counter: 0, client: NO_CLIENT }),
  hash: ZERO_HASH,
});

/** Limits of registers beside those of names and values, each with its reason. */
export const REGISTER_LIMITS = {
  /** Entries of one answer to a request for a list (format): some 40 KB with proofs of four members. */
  listed: 64,
  /** Clients with an entry in a list of one register (format): as many as can have a record in the ledger. */
  clients: 16_384,
} as const;

/** Whether no write has come to a register yet. */
export function isUnwritten({ timestamp }: RegisterVersion): boolean {
  return timestamp.counter === 0;
}

/** Below 0: a before b; above 0: behind it. */
export function compareTimestamps(a: RegisterTimestamp, b: RegisterTimestamp): number {
  if (a.counter !== b.counter) return a.counter - b.counter;
  return a.client === b.client ? 0 : a.client < b.client ? -1 : 1;
}

/** The order of versions: by timestamp, and where that is the same by hash. */
export function compareVersions(a: RegisterVersion, b: RegisterVersion): number {
  const order = compareTimestamps(a.timestamp, b.timestamp);
  if (order !== 0) return order;
  return a.hash === b.hash ? 0 : a.hash < b.hash ? -1 : 1;
}

/** Whether two versions are the same: timestamp and hash. */
export function sameVersion(a: RegisterVersion, b: RegisterVersion): boolean {
  return compareVersions(a, b) === 0;
}

/** The timestamp that a client's write has which follows another. */
export function successor({ counter }: RegisterTimestamp, client: PublicKey): RegisterTimestamp {
  return { counter: counter + 1, client };
}
