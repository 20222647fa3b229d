// What an address holds of each asset, in one number: so that a balance costs as much for an address of a million outputs
// as for one of ten. The sums follow from the outputs alone; blocks change them by differences, and only a flush, which
// knows what the disk has, makes new sums of these.
import {
  type AssetId,
  assert,
  type Codec,
  container,
  type PolicyHash,
  present,
  type StoreChange,
  type StoreEntry,
  uint53,
  uint64,
} from "@witan/primitives";
import { keyOf, parseKey } from "@witan/storage";
import type { AddressEvent } from "./address-records.ts";

/** The outputs of an address in one asset, summed up; or by how much they changed, and then both may be below zero. */
export interface AddressSum {
  readonly amount: bigint;
  /** How many outputs it is made of: with none the sum is not kept. */
  readonly outputs: number;
}

/** Sums of one address. */
export type AddressSums = ReadonlyMap<AssetId, AddressSum>;

/** What a database has of sums, each undefined where it has none. */
export interface StoredSums {
  sum(name: SumName): AddressSum | undefined;
  /** Reads off the main thread. */
  fetch(names: readonly SumName[]): Promise<readonly (AddressSum | undefined)[]>;
}

/** Which sum. */
export interface SumName {
  readonly policyHash: PolicyHash;
  readonly asset: AssetId;
}

/** Of a database that has none yet. */
export const NO_STORED_SUMS: StoredSums = {
  sum: () => undefined,
  fetch: async (names) => names.map(() => undefined),
};

/** No outputs. */
export const NO_SUM: AddressSum = Object.freeze({ amount: 0n, outputs: 0 });

const NO_SUMS: AddressSums = new Map();

/**
 * SSZ of a sum: 24 bytes, a value of table `addressSum`. Fewer than 2^53 outputs of less than 2^64 each come to less than
 * 2^117, so what is above 64 bits fits 53.
 */
const sumCodec: Codec<{ low: bigint; high: number; outputs: number }> = container({
  low: uint64(),
  high: uint53(),
  outputs: uint53(),
});

/** The key of a sum. */
export function sumKey({ policyHash, asset }: SumName): Uint8Array {
  return keyOf("addressSum", policyHash, asset);
}

/** The change that writes a sum, or takes away one of no outputs. */
export function sumChange({ policyHash, asset }: SumName, { amount, outputs }: AddressSum): StoreChange {
  const key = sumKey({ policyHash, asset });
  if (outputs === 0) return { kind: "delete", key };
  const value = { low: BigInt.asUintN(64, amount), high: Number(amount >> 64n), outputs };
  return { kind: "put", key, value: sumCodec.encode(value) };
}

/** A sum from its bytes. @throws {AssertionError} if it is none */
export function sumOf(bytes: Uint8Array): AddressSum {
  const read = sumCodec.decode(bytes);
  const { low, high, outputs } = present(read.ok ? read.value : undefined, "a sum of an address");
  return { amount: (BigInt(high) << 64n) + low, outputs };
}

/** A record of table `addressSum`. */
export function storedSum({ key, value }: StoreEntry): { readonly asset: AssetId; readonly sum: AddressSum } {
  const parsed = parseKey(key);
  assert(parsed?.table === "addressSum", "a key of table addressSum");
  return { asset: parsed.fields[1] as AssetId, sum: sumOf(value) };
}

/** A sum after a change. @throws {AssertionError} if more went than was there */
export function changedSum(sum: AddressSum, { amount, outputs }: AddressSum): AddressSum {
  const changed = { amount: sum.amount + amount, outputs: sum.outputs + outputs };
  const isSum = changed.outputs > 0 ? changed.amount >= 0n : changed.outputs === 0 && changed.amount === 0n;
  assert(isSum, `${changed.outputs} outputs of an address with ${changed.amount} in all`);
  return changed;
}

/** By how much blocks since the last flush changed sums. Those that came to nothing again are not among them. */
export class SumChanges {
  readonly #changes = new Map<PolicyHash, Map<AssetId, AddressSum>>();
  readonly #stored: StoredSums;
  /** What the database has of those that changed, as far as it was fetched. */
  readonly #fetched = new Map<string, AddressSum>();
  /** Changed, and not fetched yet. */
  #toFetch: SumName[] = [];
  /** The new sums, as far as they were asked for. */
  readonly #made = new Map<PolicyHash, AddressSums>();
  #records = 0;

  /** @param stored what the database has once the flush before these changes is done */
  constructor(stored: StoredSums) {
    this.#stored = stored;
  }

  /** How many sums changed. */
  get records(): number {
    return this.#records;
  }

  /** Takes in what a transaction did to an address. */
  add(policyHash: PolicyHash, { received, spent }: AddressEvent): void {
    assert(this.#made.size === 0, "no change once sums were made of the changes");
    const known = this.#changes.get(policyHash) ?? new Map<AssetId, AddressSum>();
    const before = known.size;
    const change = (asset: AssetId, by: bigint, outputs: number): void => {
      const changed = known.get(asset);
      if (changed === undefined) this.#toFetch.push({ policyHash, asset });
      const { amount, outputs: count } = changed ?? NO_SUM;
      const sum = { amount: amount + by, outputs: count + outputs };
      if (sum.amount === 0n && sum.outputs === 0) known.delete(asset);
      else known.set(asset, sum);
    };
    for (const { asset, amount } of received) change(asset, amount, 1);
    for (const { asset, amount } of spent) change(asset, -amount, -1);
    this.#records += known.size - before;
    if (known.size === 0) this.#changes.delete(policyHash);
    else this.#changes.set(policyHash, known);
  }

  /**
   * Begins to read what the database has of those that changed, so that a flush need not. What is not there in time, or
   * can't be read, the flush reads itself, and hears what is wrong.
   * @param isBeingWritten whether a flush before these changes writes that one: what the database has of it will change
   */
  async fetch(isBeingWritten: (name: SumName) => boolean): Promise<void> {
    const names = this.#toFetch.filter((name) => !isBeingWritten(name));
    this.#toFetch = [];
    if (names.length === 0) return;
    const found = await this.#stored.fetch(names).catch(() => []);
    for (const [at, sum] of found.entries()) this.#fetched.set(textOf(names[at] as SumName), sum ?? NO_SUM);
  }

  /** By how much the sums of an address changed. */
  of(policyHash: PolicyHash): AddressSums {
    return this.#changes.get(policyHash) ?? NO_SUMS;
  }

  /**
   * The sums of an address that changed, as they are after these changes. Reads the database the first time, and not
   * again: by then it may hold these very sums.
   */
  made(policyHash: PolicyHash): AddressSums {
    const known = this.#made.get(policyHash);
    if (known !== undefined) return known;
    const changes = this.#changes.get(policyHash);
    if (changes === undefined) return NO_SUMS;
    const made = new Map<AssetId, AddressSum>();
    for (const [asset, change] of changes) {
      const name = { policyHash, asset };
      const before = this.#fetched.get(textOf(name)) ?? this.#stored.sum(name) ?? NO_SUM;
      made.set(asset, changedSum(before, change));
    }
    this.#made.set(policyHash, made);
    return made;
  }

  /** What writes the new sums. */
  *storeChanges(): Generator<StoreChange, void, undefined> {
    for (const policyHash of this.#changes.keys())
      for (const [asset, sum] of this.made(policyHash)) yield sumChange({ policyHash, asset }, sum);
  }
}

function textOf({ policyHash, asset }: SumName): string {
  return `${policyHash} ${asset}`;
}
