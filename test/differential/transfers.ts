// Valid transfers over the coins there are: spending several assets, issuing and destroying, with whatever policies
// the coins ask for.
import type { Coin, OutpointKey } from "@witan/ledger";
import {
  AMOUNT_MAX,
  type Amount,
  type AssetId,
  type PolicyHash,
  type TransactionId,
} from "@witan/primitives";
import { keyOfName } from "../ledger/build.ts";
import type { Dice } from "./dice.ts";
import type { Draft, LooseTransfer } from "./draft.ts";
import { askedBy, hashOfLock, type Lock, makeLock, openLock, PREIMAGES } from "./locks.ts";
import type { Pair } from "./pair.ts";

/** What recipes know beside the two validators: the locks behind policy hashes, and what earlier blocks have used. */
export class World {
  readonly pair: Pair;
  readonly locks = new Map<PolicyHash, Lock>();
  /** Coins that the step at hand has made or spent already; null: spent. */
  readonly pending = new Map<OutpointKey, Coin | null>();
  /** Outputs that are spent for good. */
  readonly spent: OutpointKey[] = [];
  /** Whole transactions that were judged before, valid or not. */
  readonly history: Uint8Array[] = [];
  /** The time of the block that is being made. */
  now = 0;

  constructor(pair: Pair) {
    this.pair = pair;
  }

  /** A new lock, remembered so that what it locks can be spent later. */
  lock(dice: Dice): PolicyHash {
    return this.remember(makeLock(dice));
  }

  /** Remembers a lock. */
  remember(lock: Lock): PolicyHash {
    const hash = hashOfLock(lock);
    this.locks.set(hash, lock);
    return hash;
  }

  /** The lock behind a policy hash, if these tests know it. */
  lockOf(hash: PolicyHash): Lock | undefined {
    return this.locks.get(hash);
  }

  /** The coins that can be spent now, sorted; now and then with those that this block makes. */
  coins(dice: Dice): (readonly [OutpointKey, Coin])[] {
    const own = [...this.pair.ledger.coins].filter(([key]) => this.pending.get(key) !== null);
    const fresh = [...this.pending].filter((entry): entry is [OutpointKey, Coin] => entry[1] !== null);
    const maturity = this.pair.ledger.chain.proofOfWork?.coinbaseMaturity ?? 0;
    const next = this.pair.ledger.state.parent.height + 1;
    const mature = ([, coin]: readonly [OutpointKey, Coin]) =>
      !coin.reward || coin.height === 0 || next - coin.height >= maturity || dice.chance(12);
    return [...own, ...(dice.chance(25) ? fresh : [])]
      .filter(mature)
      .filter(([, coin]) => this.locks.has(coin.policyHash))
      .sort(([a], [b]) => (a < b ? -1 : 1));
  }
}

const NAMES = ["alice", "bob", "carol", "mint"];

function easy(lock: Lock | undefined): boolean {
  return lock?.kind === "key" && NAMES.some((name) => keyOfName(name).publicKey === lock.publicKey);
}

/** Coins to spend: up to four, mostly such as can be opened. */
function chooseCoins(world: World, dice: Dice): (readonly [OutpointKey, Coin])[] {
  const all = world.coins(dice);
  const good = all.filter(([, coin]) => easy(world.lockOf(coin.policyHash)));
  const from = dice.chance(70) && good.length > 0 ? good : all;
  if (from.length === 0) return [];
  const first = dice.pick(from);
  // Coins of one owner cost one signature, however many they are.
  const sameOwner = from.filter((entry) => entry !== first && entry[1].policyHash === first[1].policyHash);
  const others = from.filter((entry) => entry !== first);
  const more = dice.some(dice.chance(75) ? sameOwner : others, dice.pick([0, 0, 1, 1, 2, 3]));
  return [first, ...more];
}

function outputsOf(world: World, dice: Dice, sums: ReadonlyMap<AssetId, bigint>): LooseTransfer["outputs"] {
  const outputs: LooseTransfer["outputs"] = [];
  for (const [asset, sum] of sums) {
    let left = sum;
    for (let count = 0; left > 0n; count++) {
      let most = left;
      if (most > AMOUNT_MAX) most = AMOUNT_MAX;
      const last = count >= 2 || dice.chance(45);
      const amount = last || most < 2n ? most : 1n + (BigInt(dice.next()) * (most - 1n)) / 4294967296n;
      outputs.push({ asset, amount: amount as Amount, policyHash: world.lock(dice) });
      left -= amount;
    }
  }
  return dice.some(outputs, 256);
}

function issue(world: World, dice: Dice, body: LooseTransfer, sums: Map<AssetId, bigint>): void {
  const { assets } = world.pair.ledger.state.governance.state;
  const known = assets
    .map((asset, at) => ({ asset, at: at as AssetId }))
    .filter(({ asset, at }) => at > 0 && world.locks.has(asset.issuancePolicyHash));
  for (const { at } of dice.some(known, dice.chance(15) ? 1 + dice.below(2) : 0)) {
    const amount = BigInt(1 + dice.below(1_000_000)) as Amount;
    body.issued.push({ asset: at, amount });
    sums.set(at, (sums.get(at) ?? 0n) + amount);
  }
}

function destroy(dice: Dice, body: LooseTransfer, sums: Map<AssetId, bigint>): void {
  for (const asset of [...sums.keys()].sort((a, b) => a - b)) {
    const sum = sums.get(asset) ?? 0n;
    if (sum < 2n || sum > AMOUNT_MAX || !dice.chance(10)) continue;
    const amount = 1n + (BigInt(dice.next()) * sum) / 4294967296n;
    const held = amount > sum ? sum : amount;
    body.destroyed.push({ asset, amount: held as Amount });
    sums.set(asset, sum - held);
  }
}

/** The time until which a transaction is valid: mostly at or near one of its bounds. */
export function validUntilOf(world: World, dice: Dice): number {
  const { validUntilAheadMsMax } = world.pair.ledger.state.governance.state.parameters;
  return world.now + dice.pick([0, 1, 30_000, 30_000, validUntilAheadMsMax]);
}

/** Shows the policies that a transfer needs, and notes who must sign and which preimages they ask for. */
export function showPolicies(world: World, dice: Dice, needed: readonly PolicyHash[]): Omit<Draft, "body"> {
  const policies = [...new Set(needed)].flatMap((hash) => {
    const lock = world.lockOf(hash);
    return lock ? [openLock(lock, world.now, dice)] : [];
  });
  const { keys, digests } = askedBy(policies);
  const preimages = digests.flatMap((digest) => PREIMAGES.get(digest) ?? []);
  return { policies, keys, preimages, sorted: true, afterwards: [] };
}

/** A transfer that should be valid; undefined if there is nothing to spend. */
export function draftTransfer(world: World, dice: Dice): (Draft & { body: LooseTransfer }) | undefined {
  const chosen = chooseCoins(world, dice);
  if (chosen.length === 0) return undefined;
  const body: LooseTransfer = {
    kind: "transfer",
    inputs: chosen.map(([key]) => ({
      transaction: key.slice(0, 64) as TransactionId,
      index: Number.parseInt(key.slice(64), 16),
    })),
    outputs: [],
    fee: 0n as Amount,
    issued: [],
    destroyed: [],
    validUntil: validUntilOf(world, dice) as LooseTransfer["validUntil"],
    memo: dice.chance(20) ? "ab".repeat(dice.pick([1, 32, 255, 256])) : "",
  };
  const sums = new Map<AssetId, bigint>();
  for (const [, { asset, amount }] of chosen) sums.set(asset, (sums.get(asset) ?? 0n) + amount);
  issue(world, dice, body, sums);
  destroy(dice, body, sums);
  const { assets, parameters } = world.pair.ledger.state.governance.state;
  const needed = [
    ...chosen.map(([, coin]) => coin.policyHash),
    ...body.issued.flatMap(({ asset }) => assets[asset]?.issuancePolicyHash ?? []),
  ];
  const shown = showPolicies(world, dice, needed);
  payFee(body, sums, dice, parameters.feeRateMin, 2_000 + 265 * shown.keys.length);
  body.outputs = outputsOf(world, dice, sums);
  return { body, ...shown };
}

/** Takes a fee out of the native asset, if there is enough: at least what an estimate of the weight asks for. */
function payFee(
  body: LooseTransfer,
  sums: Map<AssetId, bigint>,
  dice: Dice,
  rate: number,
  weight: number,
): void {
  const native = 0 as AssetId;
  const sum = sums.get(native) ?? 0n;
  const least = (BigInt(rate) * BigInt(weight) + 999n) / 1000n;
  const wanted = least + BigInt(dice.chance(40) ? dice.below(50) : 0);
  const fee = wanted < sum ? wanted : dice.chance(10) ? sum : 0n;
  if (fee === 0n || sum === 0n) return;
  body.fee = fee as Amount;
  sums.set(native, sum - fee);
}
