// Where transactions wait whose inputs are not known yet. Bounded in number, memory and time, in all and for each
// source and key; the oldest leaves first. They claim nothing: many may wait for one output, and under one id.
import { type Coin, keyOf, type OutpointKey, type SealedTransaction, type WellFormed } from "@witan/ledger";
import { present, type Timestamp } from "@witan/primitives";
import { type MempoolLimits, memoryOf } from "./limits.ts";
import { nameOf } from "./rejections.ts";

/** A transaction that waits for inputs. Its signatures hold. */
export interface Waiting {
  readonly formed: WellFormed;
  readonly transaction: SealedTransaction;
  readonly inputs: readonly OutpointKey[];
  /** The confirmed coins among its inputs, kept current by the blocks that come and go. */
  readonly coins: Map<OutpointKey, Coin>;
  /** Its place in the order of arrival here. */
  readonly position: number;
  readonly since: Timestamp;
  /** For whom it is counted: who handed it in, and the keys that signed it. */
  readonly owners: readonly string[];
}

/** What comes to wait. */
export interface Newcomer {
  readonly formed: WellFormed;
  readonly coins: Map<OutpointKey, Coin>;
  /** Who handed it in. */
  readonly from: string;
  readonly now: Timestamp;
}

/** The waiting room. Keyed by id and witness hash: here a wrong witness can't be told from a right one yet. */
export class WaitingRoom {
  readonly #limits: MempoolLimits;
  /** The oldest first, as all maps and sets here. */
  readonly #byName = new Map<string, Waiting>();
  readonly #byInput = new Map<OutpointKey, Set<Waiting>>();
  readonly #byOwner = new Map<string, Set<Waiting>>();
  #bytes = 0;
  #last = 0;
  /** Never goes back, so that the oldest is also the first whose time is up. */
  #now = 0 as Timestamp;

  constructor(limits: MempoolLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#byName.size;
  }

  /** Memory, as `memoryOf` counts it. */
  get bytes(): number {
    return this.#bytes;
  }

  /** All, in order of arrival. */
  values(): IterableIterator<Waiting> {
    return this.#byName.values();
  }

  /** Whether exactly these bytes wait. */
  has(transaction: SealedTransaction): boolean {
    // Mostly nothing waits: a name need not be made to see that.
    return this.#byName.size > 0 && this.#byName.has(nameOf(transaction));
  }

  /** Those that spend an output, in order of arrival. */
  on(key: OutpointKey): Iterable<Waiting> {
    return this.#byInput.get(key) ?? [];
  }

  /** Lets one in. Limits are the caller's next step: `overflow`. */
  add({ formed, coins, from, now }: Newcomer): Waiting {
    const transaction = formed.sealed;
    const { body, witness } = transaction;
    const inputs = body.kind === "transfer" ? body.inputs.map(keyOf) : [];
    this.#now = Math.max(this.#now, now) as Timestamp;
    const owners = [`from ${from}`, ...witness.signatures.map((one) => one.publicKey)];
    const position = ++this.#last;
    const waiting = { formed, transaction, inputs, coins, position, since: this.#now, owners };
    this.#byName.set(nameOf(transaction), waiting);
    for (const key of inputs) addTo(this.#byInput, key, waiting);
    for (const owner of owners) addTo(this.#byOwner, owner, waiting);
    this.#bytes += memoryOf(transaction);
    return waiting;
  }

  /** Lets one out. */
  delete(waiting: Waiting): void {
    if (!this.#byName.delete(nameOf(waiting.transaction))) return;
    for (const key of waiting.inputs) deleteFrom(this.#byInput, key, waiting);
    for (const owner of waiting.owners) deleteFrom(this.#byOwner, owner, waiting);
    this.#bytes -= memoryOf(waiting.transaction);
  }

  /** Who must leave so that the limits hold again after `newcomer` came in; perhaps the newcomer itself. */
  overflow(newcomer: Waiting): Waiting | undefined {
    for (const owner of newcomer.owners) {
      const own = this.#byOwner.get(owner);
      if (own && own.size > this.#limits.orphansPerClient) return first(own);
    }
    const full = this.size > this.#limits.orphans || this.#bytes > this.#limits.orphanBytes;
    return full ? first(this.#byName.values()) : undefined;
  }

  /** The oldest, if its time is up. */
  timedOut(now: Timestamp): Waiting | undefined {
    const oldest = first(this.#byName.values());
    return oldest && oldest.since + this.#limits.orphanMs <= now ? oldest : undefined;
  }
}

function first<T>(items: Iterable<T>): T | undefined {
  for (const item of items) return item;
  return undefined;
}

function addTo<K>(map: Map<K, Set<Waiting>>, key: K, waiting: Waiting): void {
  const set = map.get(key);
  if (set) set.add(waiting);
  else map.set(key, new Set([waiting]));
}

function deleteFrom<K>(map: Map<K, Set<Waiting>>, key: K, waiting: Waiting): void {
  const set = present(map.get(key), "the set of one that waits");
  set.delete(waiting);
  if (set.size === 0) map.delete(key);
}
