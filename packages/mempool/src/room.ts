// Who must go so that a newcomer has room in a full pool. Only looks: who asks takes them out.
import type { SealedTransaction } from "@witan/ledger";
import type { MempoolRefusal } from "./codes.ts";
import { byRank, compareRates, type Entry, type PackagePrice } from "./entry.ts";
import { memoryOf } from "./limits.ts";
import type { PendingGraph } from "./pending-graph.ts";
import type { Pool } from "./pool.ts";

/** Those that go, children before parents; perhaps none. */
export interface Room {
  readonly ok: true;
  readonly victims: readonly Entry[];
}

const ROOM_ENOUGH: Room = Object.freeze({ ok: true, victims: [] });

/**
 * Looks for room: of those nobody rests on, the last in rank goes, one by one, until the limits hold with the newcomer
 * in; but nothing that it rests on. If one of them pays as much or more there is none: nothing ever goes for what pays
 * no more. Costs what goes, not what is there.
 * @param parents the pending ones whose outputs the newcomer spends
 */
export function roomFor(
  pool: Pool,
  newcomer: SealedTransaction,
  parents: readonly Entry[],
): Room | MempoolRefusal {
  if (!pool.fullWith(newcomer)) return ROOM_ENOUGH;
  const { graph, limits } = pool;
  const ancestors = graph.withAncestors(parents);
  const price = priceOf(newcomer, ancestors);
  const victims: Entry[] = [];
  let dearest: Entry | undefined;
  let transfers = graph.transfers + 1;
  let bytes = graph.bytes + memoryOf(newcomer);
  for (const worst of worstFirst(graph, ancestors)) {
    victims.push(worst);
    if (dearest === undefined || byRank(worst, dearest) < 0) dearest = worst;
    transfers--;
    bytes -= memoryOf(worst.transaction);
    if (transfers <= limits.transactions && bytes <= limits.bytes)
      // It arrives last: of equal rates the others come first.
      return compareRates(price, dearest) < 0
        ? { ok: true, victims }
        : mempoolFull(price, rateOf(dearest) + 1n);
  }
  return mempoolFull(price, undefined);
}

/** Transfers in the order in which a full pool gives them up. A parent follows when its last child has gone. */
export function* worstFirst(
  graph: PendingGraph,
  kept: ReadonlySet<Entry>,
): Generator<Entry, void, undefined> {
  const gone = new Set<Entry>();
  /** Parents whose children are all gone; few. */
  const bare = new Set<Entry>();
  const leaves = graph.leaves.backwards();
  let leaf = nextBut(kept, leaves);
  for (;;) {
    let worst = leaf;
    for (const one of bare) if (worst === undefined || byRank(one, worst) > 0) worst = one;
    if (worst === undefined) return;
    if (worst === leaf) leaf = nextBut(kept, leaves);
    bare.delete(worst);
    gone.add(worst);
    for (const parent of worst.parents ?? [])
      if (!kept.has(parent) && everyIn(gone, parent.children)) bare.add(parent);
    yield worst;
  }
}

function nextBut(kept: ReadonlySet<Entry>, leaves: Iterator<Entry>): Entry | undefined {
  for (let next = leaves.next(); !next.done; next = leaves.next())
    if (!kept.has(next.value)) return next.value;
  return undefined;
}

function everyIn(set: ReadonlySet<Entry>, some: Iterable<Entry> | undefined): boolean {
  for (const one of some ?? []) if (!set.has(one)) return false;
  return true;
}

/** What a newcomer pays with all that it rests on. */
function priceOf({ body, weight }: SealedTransaction, ancestors: Iterable<Entry>): PackagePrice {
  let packageFee: bigint = body.kind === "transfer" ? body.fee : 0n;
  let packageWeight = weight;
  for (const one of ancestors) {
    packageFee += one.fee;
    packageWeight += one.transaction.weight;
  }
  return { packageFee, packageWeight, rate: Number(packageFee) / packageWeight };
}

/** Base units for 1,000 of weight, rounded down. */
function rateOf({ packageFee, packageWeight }: PackagePrice): bigint {
  return (packageFee * 1000n) / BigInt(packageWeight);
}

function mempoolFull(price: PackagePrice, feeRateNeeded: bigint | undefined): MempoolRefusal {
  const needed =
    feeRateNeeded === undefined ? "too large for the pool" : `at least ${feeRateNeeded} is needed`;
  const detail = `it pays ${rateOf(price)} for 1,000 of weight, ${needed}`;
  return { ok: false, code: "mempool-full", feeRateNeeded, detail };
}
