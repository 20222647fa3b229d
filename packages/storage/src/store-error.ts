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

/** What to do about a database that is not whole. */
export const RESTORE_ADVICE =
  "remove the directory, and let the node fetch the chain from its peers; a validator that has lost its data has forgotten what it voted for, and gets a new voting key by `witan governance` before it votes again";
