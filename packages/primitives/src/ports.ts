// Ports, types only: what pure packages ask of the world, and what adapters give.
import type { Hash, PublicKey, Signature, Timestamp } from "./ids.ts";

/** One question to a signature scheme: did the owner of `publicKey` sign `digest`? */
export interface SignatureCheck {
  /** The 32 bytes that were signed; not hashed again. */
  readonly digest: Hash;
  readonly publicKey: PublicKey;
  readonly signature: Signature;
}

/** A signature scheme: who can tell whether signatures hold, at once. All real schemes accept the same set. */
export interface SignatureScheme {
  /** For status pages and logs: `native`, `wasm`, `noble` or `fake`. */
  readonly name: string;
  /** Whether the signature holds. Total: false for what is malformed, never an exception. */
  verify(check: SignatureCheck): boolean;
}

/** What tells that an answer is no longer wanted. AbortSignal is one. */
export interface CancelSignal {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** Checks signatures off the main thread, in batches. */
export interface SignatureVerifier {
  /** The name of the scheme behind it. */
  readonly name: string;
  /**
   * Answers each check in the order asked.
   * Refused with `busy` if more would wait than the bound allows, with `cancelled` if `signal` was aborted first.
   */
  verify(checks: readonly SignatureCheck[], signal?: CancelSignal): Promise<VerifierAnswer>;
  /** Ends the workers. What still waits is answered `cancelled`. */
  close(): Promise<void>;
}

/** The answers of a verifier, or why there are none. */
export type VerifierAnswer =
  | { readonly ok: true; readonly value: readonly boolean[] }
  | { readonly ok: false; readonly code: "busy" | "cancelled"; readonly detail?: string };

// Store: an ordered map from bytes to bytes that survives the process. Keys sort as unsigned bytes.

/** One change to a store. */
export type StoreChange =
  | { readonly kind: "put"; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly kind: "delete"; readonly key: Uint8Array };

/** A key with its value. */
export interface StoreEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** A part of the keys, in ascending order unless `reverse`. */
export interface StoreRange {
  /** The first key that belongs to it. Left out: from the beginning. */
  readonly from?: Uint8Array;
  /** The first key behind it. Left out: to the end. */
  readonly to?: Uint8Array;
  readonly reverse?: boolean;
  /** How many entries at most. Left out: all. */
  readonly limit?: number;
}

/** Reading. Every value is checked as it is read; each method throws a StoreFailure, none gives a damaged value. */
export interface StoreReader {
  /** The value of a key, at once, undefined if there is none. Blocks while the disk is read. */
  get(key: Uint8Array): Uint8Array | undefined;
  /** The values of keys in the order asked, at once. */
  getMany(keys: readonly Uint8Array[]): readonly (Uint8Array | undefined)[];
  /** The same, off the main thread: for what is likely to lie on the disk. */
  fetchMany(keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]>;
  /** The entries of a range as they were when the first was asked for. Memory is bounded, whatever the range. */
  range(range: StoreRange): AsyncIterable<StoreEntry>;
}

/** The store as it was at one moment. It costs disk space for as long as it is open. */
export interface StoreSnapshot extends StoreReader {
  close(): Promise<void>;
}

/** Where a node keeps what it must not forget. One process at a time. */
export interface Store extends StoreReader {
  /**
   * Makes all changes or none, in order; a later one to the same key wins. Writes happen in the order of the calls and
   * are seen by reads once they have ended, not before. With `sync` it ends when the changes are durable, without it
   * when they would survive the process but not the machine. The changes are gone through once, in slices: neither they
   * nor their bytes may change before the write has ended.
   *
   * After a failed write the store is poisoned: this and every later call fails, with the first cause.
   */
  write(changes: Iterable<StoreChange>, options: { readonly sync: boolean }): Promise<void>;
  /** The store as it is now. */
  snapshot(): StoreSnapshot;
  /** Ends what was begun, then closes. Harmless a second time. */
  close(): Promise<void>;
}

/**
 * Why a store can't be used: `missing`, `not-a-database`, `locked` (by another process), `permission`,
 * `wrong-version` (of the key layout), `damaged`, `read-failed`, `write-failed`, `poisoned` (a write failed before),
 * `closed`.
 */
export type StoreFailureCode =
  | "missing"
  | "not-a-database"
  | "locked"
  | "permission"
  | "wrong-version"
  | "damaged"
  | "read-failed"
  | "write-failed"
  | "poisoned"
  | "closed";

/** What a store throws: an operational failure, neither a bug nor a user's mistake. Says what to do about it. */
export interface StoreFailure extends Error {
  readonly name: "StoreError";
  readonly code: StoreFailureCode;
  /** The table of the key layout and the key in hex, where one record is what failed. */
  readonly table?: string;
  readonly key?: string;
  /** The directory or file, where there is one. */
  readonly path?: string;
}

// Time, for hosts: engines know ticks only.

/** A clock and its timers. Simulated worlds have their own. */
export interface Clock {
  /** Milliseconds since 1970: the wall clock, which may jump. */
  now(): Timestamp;
  /** Milliseconds since some moment, never going back: for measuring. */
  monotonicMs(): number;
  /** Calls once, after so many milliseconds, unless what it returns is called before. */
  after(ms: number, call: () => void): () => void;
  /** Calls again and again. */
  every(ms: number, call: () => void): () => void;
}
