// How large a family of unconfirmed transactions may be: what one rests on, and what rests on one.
import type { MempoolRefusal } from "./codes.ts";
import type { Entry } from "./entry.ts";
import type { Turn } from "./notices.ts";
import type { Pool } from "./pool.ts";

/**
 * Refuses what would rest on more unconfirmed transactions than one may, or be one too many to rest on one of them.
 * Whatever rests on an ancestor rests on all that this one rests on, too: so only the descendants of those that rest on
 * nothing are counted. No walk goes beyond a limit, however large the pool.
 * @param parents the pending ones whose outputs it spends
 */
export function familyTooLarge(pool: Pool, parents: readonly Entry[]): MempoolRefusal | undefined {
  const { graph, limits } = pool;
  if (parents.length === 0) return undefined;
  const ancestors = graph.withAncestors(parents, limits.ancestors + 1);
  if (ancestors.size > limits.ancestors) return ancestorsTooMany(limits.ancestors);
  for (const ancestor of ancestors)
    if (
      ancestor.parents === undefined &&
      graph.descendantCount(ancestor, limits.descendants) >= limits.descendants
    )
      return descendantsTooMany(ancestor, limits.descendants);
  return undefined;
}

/**
 * Drops what rests on too many, or is one too many to rest on another, as if all had come anew in the order of arrival:
 * the first stay.
 * @param back those that came in though others rest on them already; elsewhere the limits hold
 */
export function dropTooLarge(pool: Pool, back: readonly Entry[], turn: Turn): void {
  const { graph, limits } = pool;
  /** Of those that have been looked at and stay. */
  const descendants = new Map<Entry, number>();
  for (const entry of graph.withDescendants(back)) {
    if (graph.get(entry.transaction.id) !== entry) continue;
    const ancestors = graph.withAncestors(entry.parents ?? []);
    const count = (one: Entry) => descendants.get(one) ?? 0;
    const crowded = [...ancestors].find((one) => count(one) >= limits.descendants);
    if (ancestors.size > limits.ancestors) pool.drop(entry, ancestorsTooMany(limits.ancestors), turn);
    else if (crowded) pool.drop(entry, descendantsTooMany(crowded, limits.descendants), turn);
    else for (const one of ancestors) descendants.set(one, count(one) + 1);
  }
}

function ancestorsTooMany(max: number): MempoolRefusal {
  return { ok: false, code: "ancestors-too-many", detail: `more than ${max}` };
}

function descendantsTooMany({ transaction }: Entry, max: number): MempoolRefusal {
  return { ok: false, code: "descendants-too-many", detail: `${max} rest on ${transaction.id}` };
}
