// Which coins a transfer spends: of each asset the largest first until they are enough, so it has as few inputs as can be,
// and the same request always makes the same transaction; or all, where coins are to be brought together. Pure.

import { keyOf } from "@witan/ledger";
import { AMOUNT_MAX, type Amount, type AssetId, LIMITS, refuse } from "@witan/primitives";
import type { SpendableCoin } from "./spendable-coins.ts";
import type { TransferRefusal } from "./transfer-refusal.ts";

/** An amount of an asset that goes back to who pays. */
export interface ChangeAmount {
  readonly asset: AssetId;
  readonly amount: Amount;
}

/** What a transfer spends, and what comes back of it: one change for each asset, or as many as hold it. */
export interface Selection {
  readonly coins: readonly SpendableCoin[];
  readonly change: readonly ChangeAmount[];
  readonly fee: bigint;
}

/** The least fee of a transfer that spends these coins, and has so many outputs for change. */
export type FeeOf = (coins: readonly SpendableCoin[], changeCount: number) => bigint;

/** Which coins are chosen. `least`: as few as can be. `all`: every one that is given, to bring them together. */
export type SpendChoice = "least" | "all";

/** What a selection goes by. */
export interface SelectionRules {
  /** Never less for more coins or more change. */
  readonly feeOf: FeeOf;
  readonly spend: SpendChoice;
}

const NATIVE = 0 as AssetId;

/**
 * Chooses coins: at least one, whatever is wanted, since a transfer without inputs is none.
 * @param wanted by asset, what is paid and destroyed less what is issued: below 0 if more is issued
 */
export function selectCoins(
  coins: readonly SpendableCoin[],
  wanted: ReadonlyMap<AssetId, bigint>,
  { feeOf, spend }: SelectionRules,
): { readonly ok: true; readonly value: Selection } | TransferRefusal {
  const byAsset = sortedByAsset(coins);
  const assets = new Set([...wanted.keys(), ...(spend === "all" ? byAsset.keys() : [])]);
  const others = [...assets].filter((one) => one !== NATIVE).sort((a, b) => a - b);
  const chosen: SpendableCoin[] = [];
  const change: ChangeAmount[] = [];
  for (const asset of others) {
    const amount = wanted.get(asset) ?? 0n;
    const room = LIMITS.inputs - chosen.length;
    const found = takeUntil(byAsset.get(asset) ?? [], { room, spend, need: () => amount });
    if (!found.ok) return notEnough({ asset, wanted: amount, fee: 0n, ...found });
    chosen.push(...found.coins);
    change.push(...changeOf(asset, found.sum - amount));
  }
  const needless = inputOf(byAsset, chosen);
  if (needless !== undefined && needless.asset !== NATIVE) {
    chosen.push(needless);
    change.push(...changeOf(needless.asset, needless.amount));
  }
  const amount = wanted.get(NATIVE) ?? 0n;
  const found = takeUntil(byAsset.get(NATIVE) ?? [], {
    room: LIMITS.inputs - chosen.length,
    spend,
    leastCount: needless?.asset === NATIVE ? 1 : 0,
    need: (taken) => amount + feeOf([...chosen, ...taken], change.length),
  });
  if (!found.ok) return notEnough({ asset: NATIVE, wanted: amount, fee: found.needed - amount, ...found });
  // The order is that of the assets: native coins first, as change is.
  const all = [...found.coins, ...chosen];
  if (all.length === 0)
    return refuse("coin-missing", "a transfer spends at least one coin, whatever it does, and there is none");
  const left = found.sum - amount;
  let count = 1;
  while (left - feeOf(all, change.length + count) > BigInt(count) * AMOUNT_MAX) count++;
  const fee = feeOf(all, change.length + count);
  // What is worth less than the output that would bring it back goes to the fee.
  if (left - fee < 1n) return { ok: true, value: { coins: all, change, fee: left } };
  return { ok: true, value: { coins: all, change: [...changeOf(NATIVE, left - fee), ...change], fee } };
}

/** What comes back, in as many outputs as it takes: one, unless it is more than an output can hold. */
function changeOf(asset: AssetId, amount: bigint): readonly ChangeAmount[] {
  const pieces: ChangeAmount[] = [];
  for (let left = amount; left > 0n; left -= AMOUNT_MAX)
    pieces.push({ asset, amount: (left < AMOUNT_MAX ? left : AMOUNT_MAX) as Amount });
  return pieces;
}

/** The coin that is spent for the sake of an input where nothing else is: a native one if there is any. */
function inputOf(
  byAsset: ReadonlyMap<AssetId, readonly SpendableCoin[]>,
  chosen: readonly SpendableCoin[],
): SpendableCoin | undefined {
  if (chosen.length > 0) return undefined;
  const [first] = [...byAsset.keys()].sort((a, b) => a - b);
  return first === undefined ? undefined : byAsset.get(first)?.[0];
}

interface Taken {
  readonly coins: readonly SpendableCoin[];
  readonly sum: bigint;
  /** What they had to be enough for. */
  readonly needed: bigint;
  /** Of all coins there are. */
  readonly available: bigint;
}

interface Take {
  /** How many coins at most. */
  readonly room: number;
  readonly spend: SpendChoice;
  readonly leastCount?: number;
  readonly need: (taken: readonly SpendableCoin[]) => bigint;
}

/** The first coins that are enough for what so many of them need; not ok if none are, or more than there is room for. */
function takeUntil(
  coins: readonly SpendableCoin[],
  { room, spend, leastCount = 0, need }: Take,
): Taken & { readonly ok: boolean } {
  const available = coins.reduce((sum, coin) => sum + coin.amount, 0n);
  const countMin = spend === "all" ? coins.length : leastCount;
  const taken: SpendableCoin[] = [];
  let sum = 0n;
  for (const next of coins) {
    if (taken.length === room || (taken.length >= countMin && sum >= need(taken))) break;
    taken.push(next);
    sum += next.amount;
  }
  const needed = need(taken);
  return { ok: taken.length >= countMin && sum >= needed, coins: taken, sum, needed, available };
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
