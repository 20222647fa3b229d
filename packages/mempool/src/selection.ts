// What the next block should hold: deterministic, parents before children, the most wanted first, within all limits of
// a block. Looks at the pool in the order of its ranking, which is always at hand; changes nothing.
import { EMPTY_WITNESS, type Output, type SealedTransaction, transactionCodec } from "@witan/ledger";
import {
  type Amount,
  type AssetId,
  assert,
  type PolicyHash,
  type Timestamp,
  ZERO_HASH,
} from "@witan/primitives";
import { byArrival, type Entry } from "./entry.ts";
import type { Pool } from "./pool.ts";

/** What a block is wanted for. Height and governance state are those of the tip that the pool was told last. */
export interface SelectionInput {
  /** Of the block; at least the tip's `laterThan` + 1. */
  readonly timestamp: Timestamp;
  /** Bytes that the block may have, if less than the chain allows. */
  readonly bytesMax?: number;
  /** Outputs of the reward that room is left for; 1 if not given, 0 if there will be no reward. */
  readonly rewardOutputs?: number;
}

/** Bytes of a block without transactions: the header and one offset. */
const BLOCK_BASE_BYTES = 128 + 4;
/** Bytes that a transaction takes in a block beside its own: its offset. */
const OFFSET_BYTES = 4;
/** After so many in a row that do not fit, a block counts as full: the rest is not looked through. */
const MISFITS_MAX = 1_000;

/** What is left of a block. */
class Room {
  #bytes: number;
  #transactions: number;
  #signatures: number;

  constructor(bytes: number, transactions: number, signatures: number) {
    this.#bytes = bytes - BLOCK_BASE_BYTES;
    this.#transactions = transactions;
    this.#signatures = signatures;
  }

  /** Whether one fits by itself; without this, its package need not be looked at. */
  fits({ size, signatures }: Entry): boolean {
    return size + OFFSET_BYTES <= this.#bytes && signatures <= this.#signatures && this.#transactions > 0;
  }

  /** Takes the room of some transactions. @returns false, and takes nothing, if they do not fit together */
  take(entries: readonly Entry[]): boolean {
    let bytes = 0;
    let signatures = 0;
    for (const entry of entries) {
      bytes += entry.size + OFFSET_BYTES;
      signatures += entry.signatures;
    }
    const fit =
      bytes <= this.#bytes && entries.length <= this.#transactions && signatures <= this.#signatures;
    if (!fit) return false;
    this.#bytes -= bytes;
    this.#transactions -= entries.length;
    this.#signatures -= signatures;
    return true;
  }

  /** Leaves room for a reward. */
  reserve(rewardBytes: number): void {
    this.#bytes -= rewardBytes + OFFSET_BYTES;
    this.#transactions--;
  }
}

/** Transactions for a block, valid one after another; a governance transaction last. */
export function select(pool: Pool, input: SelectionInput): readonly SealedTransaction[] {
  const { timestamp, bytesMax, rewardOutputs = 1 } = input;
  assert(timestamp >= pool.earliest, `a block at ${timestamp}, the next is at least ${pool.earliest}`);
  const { blockBytesMax, blockTransactionsMax, blockSignaturesMax } = pool.tip.governance.state.parameters;
  const bytes = Math.min(bytesMax ?? blockBytesMax, blockBytesMax);
  const room = new Room(bytes, blockTransactionsMax, blockSignaturesMax);
  if (rewardOutputs > 0) room.reserve(rewardBytes(rewardOutputs));
  const change = pool.graph.governance;
  const last = change && ready(pool, change, timestamp) && room.take([change]) ? [change] : [];
  const taken = new Set<Entry>();
  let misfits = 0;
  for (const entry of pool.graph.ranks.values()) {
    if (misfits >= MISFITS_MAX) break;
    if (taken.has(entry)) continue;
    const wanted = room.fits(entry) ? packageOf(pool, entry, taken) : [];
    if (!wanted.every((one) => ready(pool, one, timestamp))) continue;
    if (wanted.length > 0 && room.take(wanted)) {
      misfits = 0;
      for (const one of wanted) taken.add(one);
    } else misfits++;
  }
  return [...taken, ...last].map((entry) => entry.transaction);
}

/** The transaction that a block of this timestamp would take first; undefined if it would take none. */
export function firstWanted(pool: Pool, timestamp: Timestamp): SealedTransaction | undefined {
  assert(timestamp >= pool.earliest, `a block at ${timestamp}, the next is at least ${pool.earliest}`);
  const none: ReadonlySet<Entry> = new Set();
  for (const entry of pool.graph.ranks.values())
    if (packageOf(pool, entry, none).every((one) => ready(pool, one, timestamp))) return entry.transaction;
  const change = pool.graph.governance;
  return change && ready(pool, change, timestamp) ? change.transaction : undefined;
}

/** One and all that it rests on and that are not taken yet, parents first. */
function packageOf(pool: Pool, entry: Entry, taken: ReadonlySet<Entry>): readonly Entry[] {
  if (entry.parents === undefined) return [entry];
  return [...pool.graph.withAncestors([entry])].filter((one) => !taken.has(one)).sort(byArrival);
}

/** Whether a block of this timestamp and the next height may hold one, all else being as it was admitted. */
function ready(pool: Pool, entry: Entry, timestamp: Timestamp): boolean {
  const { governance, height } = pool.tip;
  const ahead = governance.state.parameters.validUntilAheadMsMax;
  return (
    entry.notBefore <= timestamp &&
    entry.validUntil >= timestamp &&
    entry.validUntil <= timestamp + ahead &&
    entry.fromHeight <= height
  );
}

/** Bytes of a reward: they depend on the number of its outputs alone. */
function rewardBytes(count: number): number {
  const output: Output = { asset: 0 as AssetId, amount: 1n as Amount, policyHash: ZERO_HASH as PolicyHash };
  const outputs = new Array<Output>(count).fill(output);
  const body = { kind: "reward", height: 0, outputs } as const;
  return transactionCodec.encode({ body: { ...body, height: 0 as never }, witness: EMPTY_WITNESS }).length;
}
