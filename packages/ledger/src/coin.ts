// Coins: the outputs that can be spent, and views over the set of them. A view keeps what a block changes apart from
// what it stands on, so that a block that fails leaves no trace and one that holds becomes one batch.
import {
  type Amount,
  type AssetId,
  boolean,
  bytesToHex,
  type Codec,
  container,
  type Height,
  hexVector,
  LIMITS,
  list,
  type PolicyHash,
  present,
  type TransactionId,
  uint32,
  uint53,
  uint64,
} from "@witan/primitives";
import type { Outpoint, SealedTransaction } from "./transaction.ts";

/** An output that can be spent. */
export interface Coin {
  readonly asset: AssetId;
  readonly amount: Amount;
  readonly policyHash: PolicyHash;
  /** Of the block that made it. */
  readonly height: Height;
  /** Whether a reward made it. */
  readonly reward: boolean;
}

/** SSZ of a coin: 53 bytes. */
export const coinCodec: Codec<Coin> = container<Coin>({
  asset: uint32(),
  amount: uint64(),
  policyHash: hexVector(32),
  height: uint53(),
  reward: boolean(),
});

/** Where the fields of a coin's 53 bytes begin, and what their last bytes may be. */
const COIN_BYTES = 53;
const [AMOUNT_AT, POLICY_AT, HEIGHT_AT, REWARD_AT] = [4, 12, 44, 52];

/**
 * Reads a coin that this program has written: the same as `coinCodec` reads, several times as fast, since every input is
 * looked at more than once. Undefined if the bytes are none.
 */
export function readCoin(bytes: Uint8Array): Coin | undefined {
  const reward = bytes[REWARD_AT];
  if (bytes.length !== COIN_BYTES || reward === undefined || reward > 1) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, COIN_BYTES);
  const height = view.getUint32(HEIGHT_AT + 4, true) * 2 ** 32 + view.getUint32(HEIGHT_AT, true);
  if (!Number.isSafeInteger(height)) return undefined;
  return {
    asset: view.getUint32(0, true) as AssetId,
    amount: view.getBigUint64(AMOUNT_AT, true) as Amount,
    policyHash: bytesToHex(bytes.subarray(POLICY_AT, HEIGHT_AT)) as string as PolicyHash,
    height: height as Height,
    reward: reward === 1,
  };
}

declare const outpointKey: unique symbol;

/** Names an output in maps and stores: its transaction's id, then its index as four hex digits; sorts as the bytes. */
export type OutpointKey = string & { readonly [outpointKey]: true };

/** The key of an output. */
export function keyOfOutput(transaction: TransactionId, index: number): OutpointKey {
  return `${transaction}${index.toString(16).padStart(4, "0")}` as OutpointKey;
}

/** The key of the output that an input spends. */
export function keyOf(outpoint: Outpoint): OutpointKey {
  return keyOfOutput(outpoint.transaction, outpoint.index);
}

/** Where coins are looked up: the store, a cache, or another view. Synchronous: fetch what a block names beforehand. */
export interface CoinSource {
  /** The coin, if there is one that is not spent. */
  coin(key: OutpointKey): Coin | undefined;
}

/** A source that holds nothing. */
export const NO_COINS: CoinSource = Object.freeze({ coin: () => undefined });

/** What a block spent, in the order of its inputs: what undoing it needs. */
export interface BlockUndo {
  readonly spent: readonly Coin[];
}

/** SSZ of undo data, for stores. */
export const blockUndoCodec: Codec<BlockUndo> = container<BlockUndo>({
  spent: list(coinCodec, LIMITS.blockTransactions * LIMITS.inputs),
});

/** A source with changes on top. */
export class CoinView implements CoinSource {
  readonly #source: CoinSource;
  /** null: spent here, and to be removed below. */
  readonly #changes = new Map<OutpointKey, Coin | null>();

  constructor(source: CoinSource) {
    this.#source = source;
  }

  coin(key: OutpointKey): Coin | undefined {
    const change = this.#changes.get(key);
    return change === undefined ? this.#source.coin(key) : (change ?? undefined);
  }

  /** Takes a coin out. @throws {AssertionError} if it is not there */
  spend(key: OutpointKey): Coin {
    const coin = present(this.coin(key), `coin ${key}`);
    // What was made here and is spent here never reaches the source.
    if (this.#changes.get(key) && this.#source.coin(key) === undefined) this.#changes.delete(key);
    else this.#changes.set(key, null);
    return coin;
  }

  /** Puts a coin in. */
  add(key: OutpointKey, coin: Coin): void {
    this.#changes.set(key, coin);
  }

  /** What changed against the source: a coin to put, or null to remove; sorted by key. */
  changes(): readonly (readonly [OutpointKey, Coin | null])[] {
    return [...this.#changes].sort(([a], [b]) => (a < b ? -1 : 1));
  }
}

/** Adds what a transaction's outputs make. */
export function addOutputs(view: CoinView, transaction: SealedTransaction, height: Height): void {
  const { body } = transaction;
  if (body.kind === "governance") return;
  const reward = body.kind === "reward";
  body.outputs.forEach((output, index) => {
    const { asset, amount, policyHash } = output;
    view.add(keyOfOutput(transaction.id, index), { asset, amount, policyHash, height, reward });
  });
}

/**
 * Takes back what a block did to the coins; the view must stand right after that block.
 * @throws {AssertionError} if the undo data is not that block's
 */
export function undoBlock(view: CoinView, transactions: readonly SealedTransaction[], undo: BlockUndo): void {
  let next = undo.spent.length;
  // The reward's outputs came last, so they go first.
  const applied = transactions.filter(({ body }) => body.kind !== "reward");
  const rewards = transactions.filter(({ body }) => body.kind === "reward");
  for (const transaction of [...rewards, ...applied.reverse()]) {
    const { body, id } = transaction;
    if (body.kind === "governance") continue;
    for (let index = body.outputs.length - 1; index >= 0; index--) view.spend(keyOfOutput(id, index));
    if (body.kind !== "transfer") continue;
    for (const input of [...body.inputs].reverse())
      view.add(keyOf(input), present(undo.spent[--next], "undo data of an input"));
  }
  present(next === 0 ? next : undefined, "undo data that fits the block");
}
