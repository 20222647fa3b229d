// Selection as the naive pool does it: everything sorted and summed each time, and judged by the ledger's own rules.
import {
  type BlockContext,
  type Coin,
  contextBroken,
  judgeForm,
  type OutpointKey,
  type SealedTransaction,
  type WellFormed,
} from "@witan/ledger";
import type { SelectionInput } from "@witan/mempool";
import { compare, familyOf, inputsOf, isTransfer } from "./naive-lists.ts";

/** The confirmed coins. */
export type Coins = ReadonlyMap<OutpointKey, Coin>;

/** One that holds by itself, or the code of what is wrong with it. */
export function formed(transaction: SealedTransaction): WellFormed | string {
  const verdict = judgeForm(transaction);
  return verdict.ok ? verdict.value : verdict.code;
}

/** Where a block would stand. */
export interface NaivePlace {
  readonly context: BlockContext;
  readonly coins: Coins;
}

function ready(transaction: SealedTransaction, { context, coins }: NaivePlace): boolean {
  if (contextBroken(formed(transaction) as WellFormed, context)) return false;
  const maturity = context.chain.proofOfWork?.coinbaseMaturity ?? 0;
  return inputsOf(transaction).every((key) => {
    const coin = coins.get(key);
    return !coin?.reward || coin.height === 0 || context.height - coin.height >= maturity;
  });
}

/** What the next block should hold of a list in order of arrival. */
export function naiveSelection(
  pending: readonly SealedTransaction[],
  place: NaivePlace,
  { bytesMax = Number.POSITIVE_INFINITY, rewardOutputs = 1 }: SelectionInput,
): SealedTransaction[] {
  const { parameters } = place.context.governance.state;
  const taken: SealedTransaction[] = [];
  const fits = (some: readonly SealedTransaction[]): boolean => {
    const all = [...taken, ...some];
    const reward = rewardOutputs > 0 ? 4 + 33 + 44 * rewardOutputs : 0;
    const bytes = all.reduce((sum, one) => sum + 4 + one.bytes.length, 132 + reward);
    const signatures = all.reduce((sum, one) => sum + one.witness.signatures.length, 0);
    return (
      bytes <= Math.min(bytesMax, parameters.blockBytesMax) &&
      signatures <= parameters.blockSignaturesMax &&
      all.length + (rewardOutputs > 0 ? 1 : 0) <= parameters.blockTransactionsMax
    );
  };
  const change = pending.filter((one) => !isTransfer(one) && ready(one, place) && fits([one]));
  taken.push(...change);
  const wanted = pending.filter(isTransfer).sort((a, b) => compare(a, b, pending));
  for (const one of wanted) {
    if (taken.includes(one)) continue;
    const family = familyOf(one, pending).filter((each) => !taken.includes(each));
    if (family.every((each) => ready(each, place)) && fits(family)) taken.push(...family);
  }
  return [...taken.filter(isTransfer), ...change];
}
