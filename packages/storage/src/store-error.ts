// What a store throws: one typed error, with a code for programs and a sentence that says what to do for people.
import type { StoreFailure, StoreFailureCode } from "@witan/primitives";

/** Where a failure happened, as far as it is known. */
export interface FailurePlace {
  /** The table of the key layout, and the key in hex. */
  readonly table?: string;
  readonly key?: string;
  readonly path?: string;
  readonly cause?: unknown;
}

/** The store can't do what was asked: an operational failure. */
export class StoreError extends Error implements StoreFailure {
  override readonly name = "StoreError";
  readonly code: StoreFailureCode;
  readonly table?: string;
  readonly key?: string;
  readonly path?: string;

  constructor(code: StoreFailureCode, message: string, place: FailurePlace = {}) {
    super(message, place.cause === undefined ? {} : { cause: place.cause });
    this.code = code;
    if (place.table !== undefined) this.table = place.table;
    if (place.key !== undefined) this.key = place.key;
    if (place.path !== undefined) this.path = place.path;
  }
}

/** The code of an error of LevelDB or the system, of its cause if it has one: `LEVEL_LOCKED`, `EACCES`, …. */
export function foreignCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const inner = foreignCode(error.cause);
  if (inner !== undefined) return inner;
  return "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** What an error says, with what its causes say. */
export function saidBy(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${saidBy(error.cause)}`;
}

/**
 * What to do about a database that is not whole. What a validator has signed is in its guard, beside the key: the data hold
 * nothing more that can't be fetched.
 */
export const RESTORE_ADVICE =
  "check the disk, move the directory away, and start again: the node fetches the chain from its peers. A validator keeps its voting key with the guard beside it, and votes again by itself; it needs a new key, by `witan governance`, only where the guard is lost too";
