// Proof of work, section 11 of docs/formats.md.
import { littleEndian } from "./bytes.ts";
import type { Header, ProofOfWork } from "./formats.ts";

/** The compact form of a target. */
export function encodeTarget(target: bigint): bigint {
  let e = 0n;
  while (256n ** e <= target) e++;
  let m = e >= 3n ? target / 256n ** (e - 3n) : target * 256n ** (3n - e);
  if (m >= 0x800000n) {
    m = m / 256n;
    e = e + 1n;
  }
  return e * 2n ** 24n + m;
}

/** The target of a compact form, or undefined if it is not a valid one. */
export function decodeTarget(compact: bigint): bigint | undefined {
  const e = compact / 2n ** 24n;
  const m = compact % 2n ** 24n;
  const target = e >= 3n ? m * 256n ** (e - 3n) : m / 256n ** (3n - e);
  if (target < 1n || target > 2n ** 256n - 1n) return undefined;
  return encodeTarget(target) === compact ? target : undefined;
}

/** Whether a block hash is above the target. */
export function isAboveTarget(hash: string, compact: bigint): boolean {
  return littleEndian(hash) > decodeTarget(compact)!;
}

/** The target of the next height; `headers` are all from height 0 on. */
export function nextTarget(headers: readonly Header[], pow: ProofOfWork): bigint {
  const h = BigInt(headers.length);
  const R = pow.retargetInterval;
  const I = pow.blockIntervalMs;
  const timestamp = (height: bigint): bigint => headers[Number(height)]!.timestamp;
  if (h === 1n) return pow.initialTarget;
  const old = headers[Number(h - 1n)]!.target;
  if ((h - 1n) % R !== 0n) return old;
  let actual = timestamp(h - 1n) - timestamp(h - 1n - R);
  let expected = R * I;
  if (h - 1n === R) {
    actual = timestamp(R) - timestamp(1n);
    expected = (R - 1n) * I;
  }
  if (actual < expected / 4n) actual = expected / 4n;
  if (actual > expected * 4n) actual = expected * 4n;
  let target = (decodeTarget(old)! * actual) / expected;
  const limit = decodeTarget(pow.targetLimit)!;
  if (target > limit) target = limit;
  if (target < 1n) target = 1n;
  return encodeTarget(target);
}

/** The median of the timestamps of the 11 headers before the next. */
export function median(headers: readonly Header[]): bigint {
  const times = headers.slice(-11).map((header) => header.timestamp);
  times.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return times[Math.floor(times.length / 2)]!;
}

/** What a block of this height may create. */
export function subsidyAt(height: bigint, pow: ProofOfWork): bigint {
  return pow.subsidy / 2n ** ((height - 1n) / pow.halvingInterval);
}
