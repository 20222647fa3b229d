// Asking by address: what it holds, and what happened to it. Reads put the disk and what waits for the next flush
// together as of one block; they never hold up the chain, and take memory by the page, not by the address.
import type { OutpointKey } from "@witan/ledger";
import type { Amount, AssetId, Height, PolicyHash, StoreEntry, StoreRange } from "@witan/primitives";
import { assert, present } from "@witan/primitives";
import { type CheckedStore, keyOf, parseKey, rangeOf } from "@witan/storage";
import {
  type AddressOutput,
  addressEventCodec,
  addressOutputCodec,
  type PlacedEvent,
} from "./address-records.ts";
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

/** Some outputs of an address in ascending order of their names, as they were after one block. */
export interface OutputsPage {
  readonly height: Height;
  readonly outputs: readonly NamedOutput[];
  /** Where the next page begins; undefined: there is none. */
  readonly next: OutpointKey | undefined;
}

/** What an address holds of each asset, after one block. Assets of which it holds nothing are left out. */
export interface AddressBalance {
  readonly height: Height;
  readonly amounts: ReadonlyMap<AssetId, Amount>;
}

/** Which events of an address. */
export interface HistoryQuery {
  /** Those before this one: `next` of the page before. */
  readonly before?: EventPlace;
  /** At least 1. */
  readonly limit: number;
}

/** Some events of an address, the newest first, as of one block. */
export interface HistoryPage {
  readonly height: Height;
  readonly events: readonly PlacedEvent[];
  /** Where the next page begins; undefined: there is none. */
  readonly next: EventPlace | undefined;
}

/** Entries gone through before others have their turn. */
const SLICE_ENTRIES = 1_000;

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
    for await (const output of this.#held(policyHash, after, asset === undefined ? limit : undefined)) {
      if (asset !== undefined && output.asset !== asset) continue;
      if (outputs.length === limit) return { height, outputs, next: outputs.at(-1)?.outpoint };
      outputs.push(output);
    }
    return { height, outputs, next: undefined };
  }

  /** What an address holds in all. @throws {StoreError} if reading fails */
  async balance(policyHash: PolicyHash): Promise<AddressBalance> {
    const height = this.#options.height();
    const amounts = new Map<AssetId, Amount>();
    for await (const { asset, amount } of this.#held(policyHash, undefined, undefined))
      amounts.set(asset, ((amounts.get(asset) ?? 0n) + amount) as Amount);
    return { height, amounts };
  }

  /** A page of what happened to an address. @throws {StoreError} if reading fails */
  async history(policyHash: PolicyHash, { before, limit }: HistoryQuery): Promise<HistoryPage> {
    assert(limit >= 1, `a page of ${limit} events`);
    const height = this.#options.height();
    const events: PlacedEvent[] = [];
    const pending = this.#options.pending.events(policyHash);
    const oldest = pending[0];
    for (const event of pending.toReversed()) {
      if (events.length > limit) break;
      if (before === undefined || isBefore(event, before)) events.push(event);
    }
    const to = oldest !== undefined && (before === undefined || isBefore(oldest, before)) ? oldest : before;
    const range: StoreRange = {
      ...rangeOf("addressHistory", policyHash),
      ...(to === undefined ? {} : { to: keyOf("addressHistory", policyHash, to.height, to.position) }),
      reverse: true,
      limit: limit + 1,
    };
    for await (const entry of this.#options.store.range(range)) {
      if (events.length > limit) break;
      events.push(eventOf(entry));
    }
    const page = events.slice(0, limit);
    return { height, events: page, next: events.length > limit ? page.at(-1) : undefined };
  }

  /**
   * What an address holds, in ascending order of the names, as it is when the first is asked for: until its first
   * `await` this runs at once, and there the iterator takes the disk as it is.
   * @param limit how many are wanted; undefined: all
   */
  async *#held(
    policyHash: PolicyHash,
    after: OutpointKey | undefined,
    limit: number | undefined,
  ): AsyncGenerator<NamedOutput, void, undefined> {
    const { store, pending, yieldNow } = this.#options;
    const changes = pending.outputs(policyHash);
    const names = [...changes.keys()].filter((name) => after === undefined || name > after).sort();
    const range: StoreRange = {
      ...rangeOf("addressOutput", policyHash),
      ...(after === undefined ? {} : { from: addressOutputKey(policyHash, after) }),
      // Of those read, `after` itself and what changed may not count; one more tells whether there is a next page.
      ...(limit === undefined ? {} : { limit: limit + changes.size + 2 }),
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
