// Whether a history of one register is linearizable: exactly, not by trying. Values are written once each, so every read says
// which write it read; then a history is linearizable if and only if the zones of its writes fit together (P. Gibbons and
// E. Korach, "Testing Shared Memories", SIAM Journal on Computing 26(4), 1997, section 4; in these words by W. Golab, X. Li
// and M. Shah, "Analyzing Consistency Properties for Fun and Profit", PODC 2011). Registers are checked one by one:
// linearizability is local (M. Herlihy and J. Wing, 1990). Tests hold it against a search through all orders.

/** An operation as far as the order matters. */
export interface TimedOperation {
  readonly kind: "write" | "read";
  /** What was written or read: empty for a register never written. */
  readonly value: string;
  readonly begins: number;
  /** Infinity: it may take effect at any time from its beginning on, or never. */
  readonly ends: number;
}

/** A write with the reads of what it wrote. */
interface Zone<T> {
  readonly value: string;
  /** The earliest end of its operations, and the latest beginning. */
  readonly firstEnd: number;
  readonly lastBegin: number;
  readonly first: T;
  readonly last: T;
}

/** Why a history can't be put into an order. `one` and `other`: operations that no order fits; undefined: the beginning. */
export interface NotLinearizable<T> {
  readonly reason: "from-nowhere" | "from-the-future" | "overlap" | "inside";
  readonly one: T;
  readonly other: T | undefined;
}

/**
 * Undefined: there is an order.
 * @param isFree whether a value that nobody here wrote may have been written by somebody else, once, at any time
 */
export function notLinearizable<T extends TimedOperation>(
  operations: readonly T[],
  isFree: (value: string) => boolean,
): NotLinearizable<T> | undefined {
  const reads = operations.filter(({ kind, ends }) => kind === "read" && ends < Number.POSITIVE_INFINITY);
  const writes = new Map<string, T>();
  for (const one of operations) if (one.kind === "write") writes.set(one.value, one);
  const groups = new Map<string, T[]>();
  for (const read of reads) {
    const write = writes.get(read.value);
    if (write === undefined && read.value !== "" && !isFree(read.value))
      return { reason: "from-nowhere", one: read, other: undefined };
    if (write !== undefined && read.ends < write.begins)
      return { reason: "from-the-future", one: read, other: write };
    groups.set(read.value, [...(groups.get(read.value) ?? []), read]);
  }
  // A write that did not end and that nobody read may have had no effect.
  for (const [value, write] of writes)
    if (write.ends < Number.POSITIVE_INFINITY && !groups.has(value)) groups.set(value, []);
  const zones = [...groups].map(([value, all]) => zoneOf(value, all, writes.get(value)));
  return misfit(zones);
}

function zoneOf<T extends TimedOperation>(value: string, reads: readonly T[], write: T | undefined): Zone<T> {
  const all = write === undefined ? reads : [write, ...reads];
  const first = all.reduce((a, b) => (b.ends < a.ends ? b : a));
  const last = all.reduce((a, b) => (b.begins > a.begins ? b : a));
  // What a register held at first was written before everything.
  const firstEnd = value === "" ? Number.NEGATIVE_INFINITY : first.ends;
  return { value, firstEnd, lastBegin: last.begins, first, last };
}

/** Forward zones, between whose ends the register has held the value all the time, must not overlap, nor have another within. */
function misfit<T extends TimedOperation>(zones: readonly Zone<T>[]): NotLinearizable<T> | undefined {
  const forward = zones
    .filter(({ firstEnd, lastBegin }) => firstEnd < lastBegin)
    .sort((a, b) => a.firstEnd - b.firstEnd);
  for (const [at, zone] of forward.entries()) {
    const next = forward[at + 1];
    if (next !== undefined && next.firstEnd < zone.lastBegin)
      return { reason: "overlap", one: zone.last, other: next.first };
  }
  for (const zone of zones) {
    if (zone.firstEnd < zone.lastBegin) continue;
    const around = forward.find((one) => one.firstEnd < zone.lastBegin && zone.firstEnd < one.lastBegin);
    if (around !== undefined) return { reason: "inside", one: around.last, other: zone.first };
  }
  return undefined;
}
