// The pending transactions and how they hang together: who spends whose output, in which order they arrived, end, and
// are worth a place in a block. Knows no rule and no limit; whoever changes it keeps them.
import { type Coin, keyOfOutput, type OutpointKey, type SealedTransaction } from "@witan/ledger";
import { assert, type Height, type PublicKey, present, type TransactionId } from "@witan/primitives";
import { byArrival, byEnding, byRank, type Entry } from "./entry.ts";
import { memoryOf } from "./limits.ts";
import { Ranking } from "./ranking.ts";

/** The pending transactions. No two spend one output, and whoever spends another's output arrived after it. */
export class PendingGraph {
  readonly #byId = new Map<TransactionId, Entry>();
  /** Who spends an output, confirmed or not. */
  readonly #spenders = new Map<OutpointKey, Entry>();
  /** Pending transfers by signing key. */
  readonly #clients = new Map<PublicKey, number>();
  readonly #arrivals = new Ranking<Entry>(byArrival);
  readonly #endings = new Ranking<Entry>(byEnding);
  /** Transfers, the most wanted first. */
  readonly #ranks = new Ranking<Entry>(byRank);
  /** Transfers whose outputs no pending one spends: those that can go alone. */
  readonly #leaves = new Ranking<Entry>(byRank);
  #governance: Entry | undefined;
  #bytes = 0;

  get size(): number {
    return this.#byId.size;
  }

  /** Pending transfers. */
  get transfers(): number {
    return this.#ranks.size;
  }

  /** Memory of the transfers, as `memoryOf` counts it. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The pending governance transaction. There is one at most: two would take the same sequence. */
  get governance(): Entry | undefined {
    return this.#governance;
  }

  /** All, parents before children: in order of arrival. */
  get arrivals(): Ranking<Entry> {
    return this.#arrivals;
  }

  /** Transfers in the order in which blocks want them. */
  get ranks(): Ranking<Entry> {
    return this.#ranks;
  }

  /** The one that ends first. */
  get firstToEnd(): Entry | undefined {
    return this.#endings.first;
  }

  /** Transfers that nobody rests on, the most wanted first: the last is what a full pool can best do without. */
  get leaves(): Ranking<Entry> {
    return this.#leaves;
  }

  /** The pending transaction of an id. */
  get(id: TransactionId): Entry | undefined {
    return this.#byId.get(id);
  }

  /** The pending transaction that spends an output. */
  spender(key: OutpointKey): Entry | undefined {
    return this.#spenders.get(key);
  }

  /** Pending transfers that a key has signed. */
  clientCount(key: PublicKey): number {
    return this.#clients.get(key) ?? 0;
  }

  /** An output of a pending transfer, as a coin that a block of this height would make. */
  coin(key: OutpointKey, height: Height): Coin | undefined {
    const body = this.#byId.get(key.slice(0, 64) as TransactionId)?.transaction.body;
    if (body?.kind !== "transfer") return undefined;
    const output = body.outputs[Number.parseInt(key.slice(64), 16)];
    return output && { ...output, height, reward: false };
  }

  /** The pending transactions whose outputs a transaction spends, each once. */
  parentsOf({ body }: SealedTransaction): readonly Entry[] {
    if (body.kind !== "transfer") return [];
    const found: Entry[] = [];
    for (const { transaction } of body.inputs) {
      const parent = this.#byId.get(transaction);
      if (parent && !found.includes(parent)) found.push(parent);
    }
    return found;
  }

  /** Puts one in, after all that it spends from. Nothing pending spends from it yet, but see `adopt`. */
  add(entry: Entry): void {
    const { transaction } = entry;
    assert(!this.#byId.has(transaction.id), `${transaction.id} is pending already`);
    this.#byId.set(transaction.id, entry);
    this.#arrivals.add(entry);
    this.#endings.add(entry);
    if (transaction.body.kind === "governance") {
      assert(this.#governance === undefined, "two governance transactions are pending");
      this.#governance = entry;
      return;
    }
    this.#bytes += memoryOf(transaction);
    for (const { publicKey } of transaction.witness.signatures)
      this.#clients.set(publicKey, this.clientCount(publicKey) + 1);
    for (const key of entry.inputs) {
      assert(!this.#spenders.has(key), `output ${key} is spent twice`);
      this.#spenders.set(key, entry);
    }
    const parents = this.parentsOf(transaction);
    entry.children = undefined;
    entry.parents = parents.length > 0 ? parents : undefined;
    for (const parent of parents) this.#linkChild(parent, entry);
    this.#setPackage(entry);
    this.#ranks.add(entry);
    this.#leaves.add(entry);
  }

  /** Links those that came in by `add` though pending ones spend from them: they came back from an undone block. */
  adopt(entries: readonly Entry[]): void {
    const moved = new Set<Entry>();
    for (const entry of entries) {
      const { body, id } = entry.transaction;
      const count = body.kind === "transfer" ? body.outputs.length : 0;
      for (let index = 0; index < count; index++) {
        const child = this.#spenders.get(keyOfOutput(id, index));
        if (child === undefined || child.parents?.includes(entry)) continue;
        child.parents = [...(child.parents ?? []), entry];
        this.#linkChild(entry, child);
        moved.add(child);
      }
    }
    this.#rankAgain(moved);
  }

  /** Takes some out. Those that rest on them and are not among them stay: their inputs are confirmed now. */
  remove(entries: readonly Entry[]): void {
    const gone = new Set(entries);
    const left = new Set<Entry>();
    for (const entry of gone) this.#takeOut(entry);
    for (const entry of gone) {
      for (const parent of entry.parents ?? []) if (!gone.has(parent)) this.#unlinkChild(parent, entry);
      for (const child of entry.children ?? []) if (!gone.has(child)) left.add(child);
    }
    for (const child of left) {
      const parents = child.parents?.filter((parent) => !gone.has(parent)) ?? [];
      child.parents = parents.length > 0 ? parents : undefined;
    }
    this.#rankAgain(left);
  }

  /**
   * All unconfirmed transactions that these rest on, and they themselves.
   * @param enough after so many the search may end: there are at least as many then
   */
  withAncestors(entries: Iterable<Entry>, enough = Number.POSITIVE_INFINITY): Set<Entry> {
    return reach(entries, (entry) => entry.parents, enough);
  }

  /** All that rest on some, and they themselves, in order of arrival. */
  withDescendants(entries: readonly Entry[]): readonly Entry[] {
    if (entries.every((entry) => entry.children === undefined)) return [...entries].sort(byArrival);
    return [...reach(entries, (one) => one.children)].sort(byArrival);
  }

  /** How many rest on one; `enough` if there are more. */
  descendantCount(entry: Entry, enough = Number.POSITIVE_INFINITY): number {
    const found = reach([entry], (one) => one.children, enough + 1);
    return Math.min(found.size - 1, enough);
  }

  #takeOut(entry: Entry): void {
    const { transaction } = entry;
    assert(this.#byId.get(transaction.id) === entry, `${transaction.id} is not pending`);
    this.#byId.delete(transaction.id);
    this.#arrivals.delete(entry);
    this.#endings.delete(entry);
    if (this.#governance === entry) {
      this.#governance = undefined;
      return;
    }
    this.#bytes -= memoryOf(transaction);
    for (const { publicKey } of transaction.witness.signatures) {
      const count = this.clientCount(publicKey) - 1;
      if (count === 0) this.#clients.delete(publicKey);
      else this.#clients.set(publicKey, count);
    }
    for (const key of entry.inputs) this.#spenders.delete(key);
    this.#ranks.delete(entry);
    if (entry.children === undefined) this.#leaves.delete(entry);
  }

  #linkChild(parent: Entry, child: Entry): void {
    if (parent.children) {
      parent.children.add(child);
      return;
    }
    this.#leaves.delete(parent);
    parent.children = new Set([child]);
  }

  #unlinkChild(parent: Entry, child: Entry): void {
    const children = present(parent.children, "the children of a parent");
    children.delete(child);
    if (children.size > 0) return;
    parent.children = undefined;
    this.#leaves.add(parent);
  }

  /** Ranks those whose parents changed, and all that rest on them, by what they rest on now. */
  #rankAgain(moved: Iterable<Entry>): void {
    for (const entry of reach(moved, (one) => one.children)) {
      this.#ranks.delete(entry);
      if (entry.children === undefined) this.#leaves.delete(entry);
      this.#setPackage(entry);
      this.#ranks.add(entry);
      if (entry.children === undefined) this.#leaves.add(entry);
    }
  }

  #setPackage(entry: Entry): void {
    if (entry.parents === undefined) {
      entry.setPackage(entry.fee, entry.transaction.weight);
      return;
    }
    let fee = 0n;
    let weight = 0;
    for (const one of this.withAncestors([entry])) {
      fee += one.fee;
      weight += one.transaction.weight;
    }
    entry.setPackage(fee, weight);
  }
}

/** Everything that can be reached by steps from some, and they themselves; `enough` of it, if there is more. */
function reach(
  from: Iterable<Entry>,
  step: (entry: Entry) => Iterable<Entry> | undefined,
  enough = Number.POSITIVE_INFINITY,
): Set<Entry> {
  const found = new Set(from);
  // A set gives what is added while it is walked, too.
  for (const entry of found)
    for (const next of step(entry) ?? []) {
      if (found.size >= enough) return found;
      found.add(next);
    }
  return found;
}
