// Proof of work: compact targets, the target prescribed, work, median time (docs/formats.md, section 11). Here because both
// need them: the ledger, by which blocks and proofs are judged, and the engine that chooses between branches.
import { assert } from "./assert.ts";
import { hexToBytes } from "./hex.ts";
import type { Hash, Height, Timestamp } from "./ids.ts";

const TARGET_MAX = (1n << 256n) - 1n;

/** The compact form of a target from 1 to 2^256 - 1; low bits are dropped. @throws {AssertionError} out of range */
export function compactOfTarget(target: bigint): number {
  assert(target >= 1n && target <= TARGET_MAX, `no target: ${target}`);
  let exponent = Math.ceil(target.toString(16).length / 2);
  let mantissa = Number(
    exponent >= 3 ? target >> BigInt(8 * (exponent - 3)) : target << BigInt(8 * (3 - exponent)),
  );
  if (mantissa >= 0x80_0000) {
    mantissa >>>= 8;
    exponent++;
  }
  return exponent * 0x100_0000 + mantissa;
}

/** The target of a compact form, or undefined if it is not a canonical one. */
export function targetOfCompact(compact: number): bigint | undefined {
  const exponent = Math.floor(compact / 0x100_0000);
  const mantissa = BigInt(compact % 0x100_0000);
  if (exponent > 34) return undefined;
  const shift = BigInt(8 * (exponent - 3));
  const target = shift >= 0n ? mantissa << shift : mantissa >> -shift;
  if (target < 1n || target > TARGET_MAX) return undefined;
  return compactOfTarget(target) === compact ? target : undefined;
}

/** Whether a block's hash, read as a little-endian number, is at most the target. False for no target. */
export function meetsTarget(hash: Hash, compact: number): boolean {
  const target = targetOfCompact(compact);
  if (target === undefined) return false;
  const bytes = hexToBytes(hash).reverse();
  let number = 0n;
  for (const byte of bytes) number = (number << 8n) + BigInt(byte);
  return number <= target;
}

/** The work that a block of this target stands for: floor(2^256 / (target + 1)); 0 for no target. */
export function blockWork(compact: number): bigint {
  const target = targetOfCompact(compact);
  return target === undefined ? 0n : (1n << 256n) / (target + 1n);
}

/** What of earlier blocks the next header depends on: a lookup by height, from 0 to the parent's. */
export interface HeaderHistory {
  readonly height: Height;
  /** The header at a height from 0 to `height`. */
  header(height: number): { readonly timestamp: Timestamp; readonly target: number };
}

/** What a genesis fixes of targets. */
export interface TargetParameters {
  /** Compact, of block 1. */
  readonly initialTarget: number;
  /** Compact; no target is easier. */
  readonly targetLimit: number;
  readonly blockIntervalMs: number;
  /** Blocks between changes of the target. */
  readonly retargetInterval: number;
}

/** The target prescribed for the block after a history. */
export function nextTarget(parameters: TargetParameters, history: HeaderHistory): number {
  const height = history.height + 1;
  const { initialTarget, targetLimit, retargetInterval, blockIntervalMs } = parameters;
  if (height === 1) return initialTarget;
  const last = history.header(height - 1);
  if ((height - 1) % retargetInterval !== 0) return last.target;
  // Block 0 is not mined, so the first period is measured from block 1 on.
  const first = Math.max(1, height - 1 - retargetInterval);
  const expected = BigInt(height - 1 - first) * BigInt(blockIntervalMs);
  const actual = BigInt(last.timestamp - history.header(first).timestamp);
  const held = clamp(actual, expected / 4n, expected * 4n);
  const old = targetOfCompact(last.target);
  const limit = targetOfCompact(targetLimit);
  assert(old !== undefined && limit !== undefined, "a header with a target that is none");
  return compactOfTarget(clamp((old * held) / expected, 1n, limit));
}

function clamp(value: bigint, least: bigint, greatest: bigint): bigint {
  if (value < least) return least;
  return value > greatest ? greatest : value;
}

/** The median of the timestamps of the last 11 blocks of a history, or of all if there are fewer. */
export function medianTimestamp(history: HeaderHistory): Timestamp {
  const from = Math.max(0, history.height - 10);
  const times: Timestamp[] = [];
  for (let height = from; height <= history.height; height++) times.push(history.header(height).timestamp);
  times.sort((a, b) => a - b);
  return times[Math.floor(times.length / 2)] as Timestamp;
}
