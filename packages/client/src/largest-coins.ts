// Which coins are kept where there are too many: the largest of each asset, and of each asset as many as of any other, since
// amounts of two assets say nothing of each other. Pure.
import type { Coin } from "@witan/ledger";

/** At most so many coins, in the order in which they were given. */
export function largestOf<T extends Coin>(coins: readonly T[], max: number): T[] {
  const byAsset = new Map<number, T[]>();
  for (const coin of coins) {
    const same = byAsset.get(coin.asset);
    if (same === undefined) byAsset.set(coin.asset, [coin]);
    else same.push(coin);
  }
  const ranks = new Map<T, number>();
  for (const same of byAsset.values()) {
    same.sort((a, b) => (a.amount === b.amount ? 0 : a.amount > b.amount ? -1 : 1));
    for (const [rank, coin] of same.entries()) ranks.set(coin, rank);
  }
  const rankOf = (coin: T) => ranks.get(coin) ?? 0;
  const kept = new Set([...coins].sort((a, b) => rankOf(a) - rankOf(b)).slice(0, max));
  return coins.filter((coin) => kept.has(coin));
}
