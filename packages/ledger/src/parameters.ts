// The parameters of a chain that governance can change, each with its default and the range no change can leave
// (docs/formats.md, section 8).
import { type Codec, container, uint16, uint53 } from "@witan/primitives";

/** Values that genesis sets and governance may change, within ranges. */
export interface Parameters {
  /** Bytes of a block. */
  readonly blockBytesMax: number;
  readonly blockTransactionsMax: number;
  /** Signatures in all transfers of a block. */
  readonly blockSignaturesMax: number;
  /** Base units of asset 0 for 1,000 of weight. */
  readonly feeRateMin: number;
  readonly validUntilAheadMsMax: number;
  /** How far from its own clock a validator votes for a timestamp; no part of validity. */
  readonly clockDriftMs: number;
  /** A block without transactions after so long; 0: never. */
  readonly emptyBlockIntervalMs: number;
  /** Blocks from one checkpoint to the next. */
  readonly checkpointInterval: number;
  /** Which rules hold. Changed by `changeRules` only. */
  readonly rulesVersion: number;
}

/** The parameters that `changeParameter` can change, in the order of their encoding. */
export const PARAMETER_NAMES = [
  "blockBytesMax",
  "blockTransactionsMax",
  "blockSignaturesMax",
  "feeRateMin",
  "validUntilAheadMsMax",
  "clockDriftMs",
  "emptyBlockIntervalMs",
  "checkpointInterval",
] as const;

/** The name of a parameter that governance can change. */
export type ParameterName = (typeof PARAMETER_NAMES)[number];

const DAY_MS = 24 * 60 * 60 * 1000;

/** What a new chain has unless its genesis says otherwise. */
export const PARAMETER_DEFAULTS: Parameters = Object.freeze({
  blockBytesMax: 2 * 1024 * 1024,
  blockTransactionsMax: 8_192,
  // Without it a 2 MiB block could hold 15,000 signatures: over 2 s for a node on WASM.
  blockSignaturesMax: 8_192,
  feeRateMin: 0,
  // Every outcome is known a week later.
  validUntilAheadMsMax: 7 * DAY_MS,
  clockDriftMs: 2_000,
  // Expiry and liveness are seen on an idle chain.
  emptyBlockIntervalMs: 60_000,
  // Hashing a million outputs costs 2 s of CPU.
  checkpointInterval: 10_000,
  rulesVersion: 1,
});

/** The least and the greatest value of each parameter. */
export const PARAMETER_RANGES: Readonly<Record<ParameterName, readonly [number, number]>> = Object.freeze({
  // A block of the least size still holds the largest transaction.
  blockBytesMax: [131_072, 33_554_432],
  blockTransactionsMax: [16, 65_536],
  blockSignaturesMax: [64, 65_536],
  feeRateMin: [0, 1_000_000_000_000],
  validUntilAheadMsMax: [60_000, 365 * DAY_MS],
  clockDriftMs: [100, 60_000],
  emptyBlockIntervalMs: [0, DAY_MS],
  checkpointInterval: [10, 1_000_000],
});

/** SSZ of the parameters. */
export const parametersCodec: Codec<Parameters> = container<Parameters>({
  blockBytesMax: uint53(),
  blockTransactionsMax: uint53(),
  blockSignaturesMax: uint53(),
  feeRateMin: uint53(),
  validUntilAheadMsMax: uint53(),
  clockDriftMs: uint53(),
  emptyBlockIntervalMs: uint53(),
  checkpointInterval: uint53(),
  rulesVersion: uint16(),
});

/** Whether a parameter may have a value. */
export function parameterInRange(name: ParameterName, value: number): boolean {
  const [least, greatest] = PARAMETER_RANGES[name];
  return value >= least && value <= greatest;
}
