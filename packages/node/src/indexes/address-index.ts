// Asking by address: what it holds, and what happened to it. Reads put the disk and what waits for the next flush
// together as of one block; they never hold up the chain, and take memory by the page, not by the address.
import type { OutpointKey } from "@witan/ledger";
import type { AssetId, Height, PolicyHash, StoreEntry, StoreRange } from "@witan/primitives";
import { assert, present } from "@witan/primitives";
import { type CheckedStore, keyOf, parseKey, rangeOf } from "@witan/storage";
import {
  type AddressOutput,
  addressEventCodec,
  addressOutputCodec,
  type PlacedEvent,
} from "./address-records.ts";
import { type AddressSum, changedSum, NO_SUM, storedSum } from "./address-sums.ts";
import { addressOutputKey, type EventPlace, type PendingIndexes } from "./index-changes.ts";

/** Which outputs of an address. */
export interface OutputsQuery {
  /** Those of one asset; left out: of all. */
  readonly asset?: AssetId;
  /** Behind this one: `next` of the page before. */
  readonly after?: OutpointKey;
  /** At least 1. */
  readonly limit: number;
}

/** An output of an address, with its name. */
export interface NamedOutput extends AddressOutput {
  readonly outpoint: OutpointKey;
}

/**
 * Some outputs of an address in ascending order of their names, as they were after one block. Of one asset there may be
 * fewer than the limit, or none, and still a next page.
 */
export interface OutputsPage {
  readonly height: Height;
  readonly outputs: readonly NamedOutput[];
  /** Where the next page begins; undefined: there is none. */
  readonly next: OutpointKey | undefined;
}

/**
 * What an address holds of each asset, after one block. Assets of which it holds nothing are left out. A sum may be more
 * than an amount can be.
 */
export interface AddressBalance {
  readonly height: Height;
  readonly amounts: ReadonlyMap<AssetId, bigint>;
}

/** Which events of an address. */
export interface HistoryQuery {
  /** `descending`: the newest first. */
  readonly order: "descending" | "ascending";
  /** Those that come behind this one: `next` of the page before. */
  readonly after?: EventPlace;
  /** At least 1. */
  readonly limit: number;
}

/** Some events of an address in the order asked for, as of one block. */
export interface HistoryPage {
  readonly height: Height;
  readonly events: readonly PlacedEvent[];
  /** Where the next page begins; undefined: there is none. */
  readonly next: EventPlace | undefined;
}

/** Entries gone through before others have their turn. */
const SLICE_ENTRIES = 1_000;
/** Outputs that are looked at for one page: with an asset named, most may be of others. */
const LOOKED_AT_MAX = 5_000;

/** What the index stands on. */
export interface AddressIndexOptions {
  readonly store: CheckedStore;
  readonly pending: PendingIndexes;
  /** Of the last block applied. */
  readonly height: () => Height;
  readonly yieldNow: () => Promise<void>;
}

/** Outputs and history by address. */
export class AddressIndex {
  readonly #options: AddressIndexOptions;

  constructor(options: AddressIndexOptions) {
    this.#options = options;
  }

  /** A page of what an address holds. @throws {StoreError} if reading fails */
  async outputs(policyHash: PolicyHash, { asset, after, limit }: OutputsQuery): Promise<OutputsPage> {
    assert(limit >= 1, `a page of ${limit} outputs`);
    const height = this.#options.height();
    const outputs: NamedOutput[] = [];
    const lookedAtMax = asset === undefined ? limit : Math.max(limit, LOOKED_AT_MAX);
    let lookedAt = 0;
    let last: OutpointKey | undefined;
    for await (const output of this.#held(policyHash, after, lookedAtMax)) {
      if (lookedAt === lookedAtMax) return { height, outputs, next: last };
      lookedAt++;
      last = output.outpoint;
      if (asset !== undefined && output.asset !== asset) continue;
      if (outputs.length === limit) return { height, outputs, next: outputs.at(-1)?.outpoint };
      outputs.push(output);
    }
    return { height, outputs, next: undefined };
  }

  /** What an address holds in all. @throws {StoreError} if reading fails */
  async balance(policyHash: PolicyHash): Promise<AddressBalance> {
    // As with the others, what is in memory is taken at once, and with it the disk as it is.
    const { store, pending, height, yieldNow } = this.#options;
    const at = height();
    const { flushing, since } = pending.sums(policyHash);
    const sums = new Map<AssetId, AddressSum>();
    for await (const entry of store.range(rangeOf("addressSum", policyHash))) {
      const { asset, sum } = storedSum(entry);
      sums.set(asset, sum);
      if (sums.size % SLICE_ENTRIES === 0) await yieldNow();
    }
    for (const [asset, sum] of flushing) sums.set(asset, sum);
    for (const [asset, change] of since) sums.set(asset, changedSum(sums.get(asset) ?? NO_SUM, change));
    const held = [...sums].filter(([, { outputs }]) => outputs > 0);
    return { height: at, amounts: new Map(held.map(([asset, { amount }]) => [asset, amount])) };
  }

  /** A page of what happened to an address. @throws {StoreError} if reading fails */
  async history(policyHash: PolicyHash, { order, after, limit }: HistoryQuery): Promise<HistoryPage> {
    assert(limit >= 1, `a page of ${limit} events`);
    const height = this.#options.height();
    const events: PlacedEvent[] = [];
    const source = order === "descending" ? this.#newestFirst : this.#oldestFirst;
    for await (const event of source.call(this, policyHash, after, limit + 1)) {
      events.push(event);
      if (events.length > limit) break;
    }
    const page = events.slice(0, limit);
    return { height, events: page, next: events.length > limit ? page.at(-1) : undefined };
  }

  // Until their first `await` these run at once, and there the iterator takes the disk as it is. What waits for the next
  // flush is newer than what the disk had when the last one began; what that one is writing may be in both.

  async *#newestFirst(
    policyHash: PolicyHash,
    after: EventPlace | undefined,
    limit: number,
  ): AsyncGenerator<PlacedEvent, void, undefined> {
    const pending = this.#options.pending.events(policyHash);
    const oldest = pending[0];
    const to = oldest !== undefined && (after === undefined || isBefore(oldest, after)) ? oldest : after;
    const range: StoreRange = {
      ...rangeOf("addressHistory", policyHash),
      ...(to === undefined ? {} : { to: keyOf("addressHistory", policyHash, to.height, to.position) }),
      reverse: true,
      limit,
    };
    const entries = this.#options.store.range(range);
    for (const event of pending.toReversed()) if (after === undefined || isBefore(event, after)) yield event;
    for await (const entry of entries) yield eventOf(entry);
  }

  async *#oldestFirst(
    policyHash: PolicyHash,
    after: EventPlace | undefined,
    limit: number,
  ): AsyncGenerator<PlacedEvent, void, undefined> {
    const pending = this.#options.pending.events(policyHash);
    const oldest = pending[0];
    const all = rangeOf("addressHistory", policyHash);
    const range: StoreRange = {
      from:
        after === undefined ? all.from : keyOf("addressHistory", policyHash, after.height, after.position),
      to: oldest === undefined ? all.to : keyOf("addressHistory", policyHash, oldest.height, oldest.position),
      // `after` itself does not count.
      limit: limit + 1,
    };
    // Where the page begins behind the oldest that waits for the flush, the disk has nothing to add.
    if (oldest === undefined || after === undefined || isBefore(after, oldest))
      for await (const entry of this.#options.store.range(range)) {
        const event = eventOf(entry);
        if (after === undefined || isBefore(after, event)) yield event;
      }
    for (const event of pending) if (after === undefined || isBefore(after, event)) yield event;
  }

  /**
   * What an address holds, in ascending order of the names, as it is when the first is asked for: until its first
   * `await` this runs at once, and there the iterator takes the disk as it is.
   * @param limit how many are wanted, and whether there is one more
   */
  async *#held(
    policyHash: PolicyHash,
    after: OutpointKey | undefined,
    limit: number,
  ): AsyncGenerator<NamedOutput, void, undefined> {
    const { store, pending, yieldNow } = this.#options;
    const changes = pending.outputs(policyHash);
    const names = [...changes.keys()].filter((name) => after === undefined || name > after).sort();
    const range: StoreRange = {
      ...rangeOf("addressOutput", policyHash),
      ...(after === undefined ? {} : { from: addressOutputKey(policyHash, after) }),
      // Of those read, `after` itself and what changed may not count; one more tells whether there is a next page.
      limit: limit + changes.size + 2,
    };
    let at = 0;
    const changed = function* (until: OutpointKey | undefined): Generator<NamedOutput, void, undefined> {
      for (; at < names.length && (until === undefined || (names[at] as OutpointKey) < until); at++) {
        const outpoint = names[at] as OutpointKey;
        const output = changes.get(outpoint);
        if (output) yield { outpoint, ...output };
      }
    };
    let read = 0;
    for await (const entry of store.range(range)) {
      if (++read % SLICE_ENTRIES === 0) await yieldNow();
      const output = outputOf(entry);
      if (after !== undefined && output.outpoint <= after) continue;
      yield* changed(output.outpoint);
      if (!changes.has(output.outpoint)) yield output;
    }
    yield* changed(undefined);
  }
}

function isBefore(a: EventPlace, b: EventPlace): boolean {
  return a.height < b.height || (a.height === b.height && a.position < b.position);
}

function outputOf({ key, value }: StoreEntry): NamedOutput {
  const parsed = parseKey(key);
  assert(parsed?.table === "addressOutput", "a key of table addressOutput");
  const [, transaction, index] = parsed.fields;
  const outpoint = `${transaction}${index.toString(16).padStart(4, "0")}` as OutpointKey;
  const output = addressOutputCodec.decode(value);
  return { outpoint, ...present(output.ok ? output.value : undefined, `output ${outpoint} of an address`) };
}

function eventOf({ key, value }: StoreEntry): PlacedEvent {
  const parsed = parseKey(key);
  assert(parsed?.table === "addressHistory", "a key of table addressHistory");
  const [, height, position] = parsed.fields;
  const event = addressEventCodec.decode(value);
  const whole = present(event.ok ? event.value : undefined, `event ${height} ${position} of an address`);
  return { height: height as Height, position, ...whole };
}
