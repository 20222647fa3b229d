// The pending transactions and how they hang together: who spends whose output, in which order they arrived, end, and
// are worth a place in a block. Knows no rule and no limit; whoever changes it keeps them.
import { type Coin, inputKeys, keyOfOutput, type OutpointKey, type SealedTransaction } from "@witan/ledger";
import { assert, type Height, type PublicKey, present, type TransactionId } from "@witan/primitives";
import { byArrival, byEnding, byRank, type Entry } from "./entry.ts";
import { memoryOf } from "./limits.ts";
import { Ranking } from "./ranking.ts";

interface Tally {
  count: number;
}

/** The pending transactions. No two spend one output, and whoever spends another's output arrived after it. */
export class PendingGraph {
  readonly #byId = new Map<TransactionId, Entry>();
  /** Who spends an output, confirmed or not. */
  readonly #spenders = new Map<OutpointKey, Entry>();
  /** Pending transfers by signing key. */
  readonly #clients = new Map<PublicKey, Tally>();
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

  /** The pending one of a transaction's id. As `get`, by what is asked of a transaction anyhow: who spends its inputs. */
  find(transaction: SealedTransaction): Entry | undefined {
    const [key] = inputKeys(transaction);
    if (key === undefined) return this.get(transaction.id);
    const spender = this.spender(key);
    return spender?.transaction.id === transaction.id ? spender : undefined;
  }

  /** The pending transaction that spends an output. */
  spender(key: OutpointKey): Entry | undefined {
    return this.#spenders.get(key);
  }

  /** Pending transfers that a key has signed. */
  clientCount(key: PublicKey): number {
    return this.#clients.get(key)?.count ?? 0;
  }

  /** The pending transaction that an output is named by, whether it has that output or not. */
  maker(key: OutpointKey): Entry | undefined {
    return this.#byId.get(key.slice(0, 64) as TransactionId);
  }

  /** An output of a pending transfer, as a coin that a block of this height would make. */
  coin(key: OutpointKey, height: Height): Coin | undefined {
    const body = this.maker(key)?.transaction.body;
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

  /**
   * Puts one in, after all that it spends from. Nothing pending spends from it yet, but see `adopt`.
   * @param parents as `parentsOf` gives them
   */
  add(entry: Entry, parents = this.parentsOf(entry.transaction)): void {
    const { transaction } = entry;
    const before = this.#byId.size;
    this.#byId.set(transaction.id, entry);
    assert(this.#byId.size > before, "a transaction is pending already");
    entry.gone = false;
    this.#arrivals.add(entry);
    this.#endings.add(entry);
    if (transaction.body.kind === "governance") {
      assert(this.#governance === undefined, "two governance transactions are pending");
      this.#governance = entry;
      return;
    }
    this.#bytes += memoryOf(transaction);
    for (const { publicKey } of transaction.witness.signatures) {
      const tally = this.#clients.get(publicKey);
      if (tally) tally.count++;
      else this.#clients.set(publicKey, { count: 1 });
    }
    const spent = this.#spenders.size + entry.inputs.length;
    for (const key of entry.inputs) this.#spenders.set(key, entry);
    assert(this.#spenders.size === spent, "an output is spent twice");
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

  /** Takes some out, each named once. Those that rest on them and are not among them stay: their inputs are confirmed now. */
  remove(entries: readonly Entry[]): void {
    for (const entry of entries) this.#takeOut(entry);
    const left = new Set<Entry>();
    for (const entry of entries) {
      if (entry.parents)
        for (const parent of entry.parents) if (!parent.gone) this.#unlinkChild(parent, entry);
      if (entry.children) for (const child of entry.children) if (!child.gone) left.add(child);
    }
    for (const child of left) {
      const parents = child.parents?.filter((parent) => !parent.gone) ?? [];
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
    assert(!entry.gone && this.#byId.delete(transaction.id), "a transaction is not pending");
    entry.gone = true;
    this.#arrivals.delete(entry);
    this.#endings.delete(entry);
    if (this.#governance === entry) {
      this.#governance = undefined;
      return;
    }
    this.#bytes -= memoryOf(transaction);
    for (const { publicKey } of transaction.witness.signatures) {
      const tally = present(this.#clients.get(publicKey), "the tally of a client");
      if (--tally.count === 0) this.#clients.delete(publicKey);
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
