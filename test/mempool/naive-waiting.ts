// The bounds of the naive pool's waiting room.
import type { SealedTransaction } from "@witan/ledger";
import type { MempoolLimits } from "@witan/mempool";
import { keysOf, memory } from "./naive-lists.ts";

/** One that waits for inputs. */
export interface NaiveWaiting {
  readonly transaction: SealedTransaction;
  readonly from: string;
  readonly since: number;
}

/** Who must leave after the last one came in. */
export function overflowOf(
  waiting: readonly NaiveWaiting[],
  limits: MempoolLimits,
): NaiveWaiting | undefined {
  const owners = (one: NaiveWaiting) => [`from ${one.from}`, ...keysOf(one.transaction)];
  const newcomer = waiting.at(-1);
  for (const owner of newcomer ? owners(newcomer) : []) {
    const own = waiting.filter((one) => owners(one).includes(owner));
    if (own.length > limits.orphansPerClient) return own[0];
  }
  const bytes = waiting.reduce((sum, one) => sum + memory(one.transaction), 0);
  return waiting.length > limits.orphans || bytes > limits.orphanBytes ? waiting[0] : undefined;
}
