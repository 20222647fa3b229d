// What the pool may hold, and how memory is counted. A node's own limits: no part of validity.

import type { SealedTransaction } from "@witan/ledger";
import { assert, MEMPOOL_LIMITS } from "@witan/primitives";

/** Limits of a pool. All are integers from 0. */
export interface MempoolLimits {
  /** Memory of the pending transfers, as `memoryOf` counts it. */
  readonly bytes: number;
  /** Pending transfers. */
  readonly transactions: number;
  /** Unconfirmed ancestors of one transaction: bounds what selection and eviction walk. */
  readonly ancestors: number;
  /** Unconfirmed descendants of one transaction: bounds what a block and a drop touch. */
  readonly descendants: number;
  /** Pending transfers that carry a signature of one key. */
  readonly perClient: number;
  /** Transactions that wait for inputs; and how long each may, in milliseconds. */
  readonly orphans: number;
  readonly orphanMs: number;
  /** Memory of those that wait, as `memoryOf` counts it. */
  readonly orphanBytes: number;
  /** Those that wait and were handed in by one source, or carry a signature of one key. */
  readonly orphansPerClient: number;
  /** Refused and dropped transactions that are remembered with their reason. */
  readonly rejections: number;
}

/** What a pool holds unless told otherwise; the reasons are with the numbers (primitives, limits). */
export const MEMPOOL_DEFAULTS: MempoolLimits = Object.freeze({ ...MEMPOOL_LIMITS });

/**
 * The limits of a pool: the defaults, but for these.
 * @throws {AssertionError} unless integers from 0
 */
export function limitsOf(some: Partial<MempoolLimits>): MempoolLimits {
  const limits: MempoolLimits = { ...MEMPOOL_DEFAULTS, ...some };
  for (const [name, value] of Object.entries(limits))
    assert(Number.isSafeInteger(value) && value >= 0, `limit ${name} of ${value}`);
  return Object.freeze(limits);
}

/** The objects that every transaction consists of, and its places in maps and rankings. */
const MEMORY_BASE = 1_024;
/** The bytes themselves, twice as many hex digits, and the objects that hold them. */
const MEMORY_PER_BYTE = 5;
/** The name of the output spent, and its place in a map. */
const MEMORY_PER_INPUT = 200;

/**
 * Bytes of memory that a transaction counts for: 1,024, 5 for each encoded byte and 200 for each input. For one input
 * and two outputs 2,814; measured, all told, below 3 KB.
 */
export function memoryOf({ body, bytes }: SealedTransaction): number {
  const inputs = body.kind === "transfer" ? body.inputs.length : 0;
  return MEMORY_BASE + MEMORY_PER_BYTE * bytes.length + MEMORY_PER_INPUT * inputs;
}
