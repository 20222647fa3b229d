// Which coins a transfer spends: of each asset the largest first until they are enough, so it has as few inputs as can be,
// and the same request always makes the same transaction. Pure.

import { keyOf } from "@witan/ledger";
import { type Amount, type AssetId, LIMITS, refuse } from "@witan/primitives";
import type { SpendableCoin } from "./spendable-coins.ts";
import type { TransferRefusal } from "./transfer-refusal.ts";

/** An amount of an asset that goes back to who pays. */
export interface ChangeAmount {
  readonly asset: AssetId;
  readonly amount: Amount;
}

/** What a transfer spends, and what comes back of it: at most one change for each asset. */
export interface Selection {
  readonly coins: readonly SpendableCoin[];
  readonly change: readonly ChangeAmount[];
  readonly fee: bigint;
}

/** The least fee of a transfer that spends these coins, and has so many outputs for change. */
export type FeeOf = (coins: readonly SpendableCoin[], changeCount: number) => bigint;

const NATIVE = 0 as AssetId;

/**
 * Chooses coins.
 * @param wanted by asset, the sums of what is paid
 * @param feeOf never less for more coins or more change
 */
export function selectCoins(
  coins: readonly SpendableCoin[],
  wanted: ReadonlyMap<AssetId, bigint>,
  feeOf: FeeOf,
): { readonly ok: true; readonly value: Selection } | TransferRefusal {
  const byAsset = sortedByAsset(coins);
  const chosen: SpendableCoin[] = [];
  const change: ChangeAmount[] = [];
  for (const asset of [...wanted.keys()].filter((one) => one !== NATIVE).sort((a, b) => a - b)) {
    const amount = wanted.get(asset) ?? 0n;
    const found = takeUntil(byAsset.get(asset) ?? [], LIMITS.inputs - chosen.length, () => amount);
    if (!found.ok) return notEnough({ asset, wanted: amount, fee: 0n, ...found });
    chosen.push(...found.coins);
    if (found.sum > amount) change.push({ asset, amount: (found.sum - amount) as Amount });
  }
  const amount = wanted.get(NATIVE) ?? 0n;
  const least = (taken: readonly SpendableCoin[]) => feeOf([...chosen, ...taken], change.length);
  const found = takeUntil(
    byAsset.get(NATIVE) ?? [],
    LIMITS.inputs - chosen.length,
    (taken) => amount + least(taken),
  );
  if (!found.ok) return notEnough({ asset: NATIVE, wanted: amount, fee: found.needed - amount, ...found });
  // The order is that of the assets: native coins first, as change is.
  const all = [...found.coins, ...chosen];
  const feeWithChange = feeOf(all, change.length + 1);
  const back = found.sum - amount - feeWithChange;
  // What is worth less than the output that would bring it back goes to the fee.
  if (back < 1n) return { ok: true, value: { coins: all, change, fee: found.sum - amount } };
  const returned = [{ asset: NATIVE, amount: back as Amount }, ...change];
  return { ok: true, value: { coins: all, change: returned, fee: feeWithChange } };
}

interface Taken {
  readonly coins: readonly SpendableCoin[];
  readonly sum: bigint;
  /** What they had to be enough for. */
  readonly needed: bigint;
  /** Of all coins there are. */
  readonly available: bigint;
}

/** The first coins that are enough for what so many of them need; not ok if none are, or more than `coinsMax`. */
function takeUntil(
  coins: readonly SpendableCoin[],
  coinsMax: number,
  need: (taken: readonly SpendableCoin[]) => bigint,
): Taken & { readonly ok: boolean } {
  const available = coins.reduce((sum, coin) => sum + coin.amount, 0n);
  const taken: SpendableCoin[] = [];
  let sum = 0n;
  for (;;) {
    const needed = need(taken);
    const next = coins[taken.length];
    const isEnough = sum >= needed;
    if (isEnough || next === undefined || taken.length === coinsMax)
      return { ok: isEnough, coins: taken, sum, needed, available };
    taken.push(next);
    sum += next.amount;
  }
}

interface Shortage {
  readonly asset: AssetId;
  readonly wanted: bigint;
  readonly fee: bigint;
  readonly available: bigint;
}

function notEnough({ asset, wanted, fee, available }: Shortage): TransferRefusal {
  if (available >= wanted + fee)
    return refuse(
      "coins-too-many",
      `${wanted} of asset ${asset} and a fee of ${fee} lie in more than the ${LIMITS.inputs} coins that one ` +
        "transfer may spend: merge coins first, by transfers to yourself",
    );
  const detail = `asset ${asset}: ${available} there, wanted ${wanted} and a fee of ${fee}`;
  return { ok: false, code: "insufficient-funds", detail, asset, available, wanted, fee };
}

/** The coins of each asset, each once, the largest first; of equal ones by the output that they are. */
function sortedByAsset(coins: readonly SpendableCoin[]): ReadonlyMap<AssetId, readonly SpendableCoin[]> {
  const distinct = new Map(coins.map((coin) => [keyOf(coin), coin]));
  const byAsset = new Map<AssetId, SpendableCoin[]>();
  for (const coin of distinct.values()) {
    const same = byAsset.get(coin.asset);
    if (same === undefined) byAsset.set(coin.asset, [coin]);
    else same.push(coin);
  }
  for (const same of byAsset.values())
    same.sort((a, b) => {
      if (a.amount !== b.amount) return a.amount > b.amount ? -1 : 1;
      return keyOf(a) < keyOf(b) ? -1 : 1;
    });
  return byAsset;
}
