// A pending transaction as the pool keeps it, and the orders in which the pool looks at them.
import type { Coin, OutpointKey, SealedTransaction, WellFormed } from "@witan/ledger";
import type { Timestamp } from "@witan/primitives";

/** A pending transaction, as others see it. */
export interface PendingTransaction {
  readonly transaction: SealedTransaction;
  /** When the pool took it: the `now` of that call. */
  readonly since: Timestamp;
  /** Its place in the order of arrival: an integer, negative for what came back from an undone block. */
  readonly position: number;
}

/** What decides when a transaction may stand in a block, beside `validUntil`. */
export interface Readiness {
  /** The least timestamp of its block: the latest `after` that its policies show; 0 if none. */
  readonly notBefore: number;
  /** The least height of its block: that at which all rewards it spends are mature; 0 if it spends none. */
  readonly fromHeight: number;
}

/** A pending transaction and its place among the others. Only the graph changes it. */
export class Entry implements PendingTransaction {
  readonly transaction: SealedTransaction;
  readonly since: Timestamp;
  readonly position: number;
  readonly inputs: readonly OutpointKey[];
  readonly fee: bigint;
  /**
   * Encoded bytes, and signatures that count against `blockSignaturesMax` (of transfers): what it takes of a block.
   * Here, so that selection need not reach for them.
   */
  readonly size: number;
  readonly signatures: number;
  readonly validUntil: number;
  readonly notBefore: number;
  readonly fromHeight: number;
  /** The pending ones whose outputs it spends, each once; undefined: none. */
  parents: readonly Entry[] | undefined = undefined;
  /** The pending ones that spend its outputs; undefined: none. */
  children: Set<Entry> | undefined = undefined;
  /** Whether it has left the pool. */
  gone = false;
  /** Fees and weights of it and all its unconfirmed ancestors: what a block takes and gains for it. */
  packageFee: bigint;
  packageWeight: number;
  /** Their quotient, rounded: for telling most pairs apart quickly. 0 if and only if the fee is. */
  rate: number;

  constructor({ sealed, inputs }: WellFormed, since: Timestamp, position: number, readiness: Readiness) {
    const { body } = sealed;
    this.transaction = sealed;
    this.since = since;
    this.position = position;
    this.inputs = inputs;
    this.fee = body.kind === "transfer" ? body.fee : 0n;
    this.size = sealed.bytes.length;
    this.signatures = body.kind === "transfer" ? sealed.witness.signatures.length : 0;
    this.validUntil = body.kind === "reward" ? 0 : body.validUntil;
    this.notBefore = readiness.notBefore;
    this.fromHeight = readiness.fromHeight;
    this.packageFee = this.fee;
    this.packageWeight = sealed.weight;
    this.rate = Number(this.packageFee) / this.packageWeight;
  }

  /** Sets fee and weight of the package. It must be in no ranking that looks at them. */
  setPackage(fee: bigint, weight: number): void {
    this.packageFee = fee;
    this.packageWeight = weight;
    this.rate = Number(fee) / weight;
  }
}

/**
 * When a transfer may stand in a block.
 * @param coins those that it spends; undefined: made by a transaction that is being undone
 * @param maturity blocks that a mined reward must rest; undefined outside proof of work
 */
export function readinessOf(
  formed: WellFormed,
  coins: readonly (Coin | undefined)[],
  maturity: number | undefined,
): Readiness {
  let notBefore = 0;
  for (const policy of formed.policies) notBefore = Math.max(notBefore, policy.notBefore);
  let fromHeight = 0;
  if (maturity !== undefined)
    for (const coin of coins)
      if (coin?.reward && coin.height > 0) fromHeight = Math.max(fromHeight, coin.height + maturity);
  return { notBefore, fromHeight };
}

/** The order of arrival. A transaction arrives after all whose outputs it spends. */
export function byArrival(a: Entry, b: Entry): number {
  return a.position - b.position;
}

/** The order in which transactions end. */
export function byEnding(a: Entry, b: Entry): number {
  return a.validUntil - b.validUntil || a.position - b.position;
}

/** The order in which blocks want them: higher package fee rate first, then earlier arrival. */
export function byRank(a: Entry, b: Entry): number {
  return compareRates(a, b) || a.position - b.position;
}

/** Rates differ by far more than the rounding of `rate` (below 10^-15 of it) where this tells them apart. */
const ROUNDING = 1e-12;

/** What a package pays. */
export type PackagePrice = Pick<Entry, "packageFee" | "packageWeight" | "rate">;

/** Negative if `a` has the higher package fee rate, 0 if they are the same: exact, by cross-multiplication. */
export function compareRates(a: PackagePrice, b: PackagePrice): number {
  const difference = b.rate - a.rate;
  if (Math.abs(difference) > ROUNDING * (a.rate + b.rate)) return difference;
  if (a.packageFee === b.packageFee) return a.packageFee === 0n ? 0 : a.packageWeight - b.packageWeight;
  const left = a.packageFee * BigInt(b.packageWeight);
  const right = b.packageFee * BigInt(a.packageWeight);
  return left === right ? 0 : left > right ? -1 : 1;
}
