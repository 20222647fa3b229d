// What the nodes of a network did together for a load, from what each had counted before and after. Pure.
import type { NodeCounters } from "../load/counters.ts";

/** Of all nodes together, for all transfers of a load. */
export interface LadderCost {
  readonly messages: number;
  readonly bytes: number;
  readonly signaturesMade: number;
  readonly signaturesChecked: number;
  readonly hashes: number;
  /** Null where the system does not tell. */
  readonly cpuSeconds: number | null;
  readonly diskBytes: number | null;
}

/** What was done in between. @param before of each node; `after` in the same order */
export function costOf(before: readonly NodeCounters[], after: readonly NodeCounters[]): LadderCost {
  const sum = (name: keyof NodeCounters): number | null => {
    let total = 0;
    for (const [node, counters] of after.entries()) {
      const [from, to] = [before[node]?.[name], counters[name]];
      if (from === undefined || to === undefined) return null;
      total += to - from;
    }
    return total;
  };
  const counted = (name: keyof NodeCounters): number => sum(name) ?? 0;
  return {
    ...{ messages: counted("messages"), bytes: counted("bytes") },
    ...{ signaturesMade: counted("signaturesMade"), signaturesChecked: counted("signaturesChecked") },
    hashes: counted("hashes"),
    ...{ cpuSeconds: sum("cpuSeconds"), diskBytes: sum("diskBytes") },
  };
}
