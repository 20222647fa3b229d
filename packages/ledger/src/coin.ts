// Coins: the outputs that can be spent, and views over the set of them. A view keeps what a block changes apart from
// what it stands on, so that a block that fails leaves no trace and one that holds becomes one batch.
import {
  type Amount,
  type AssetId,
  assert,
  boolean,
  type Codec,
  container,
  type Height,
  hexReader,
  hexVector,
  LIMITS,
  list,
  type PolicyHash,
  present,
  type TransactionId,
  uint32,
  uint53,
  uint64,
  writeHex,
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

/** Bytes of a coin. */
export const COIN_BYTES = 53;
/** Where its fields begin. */
const [AMOUNT_AT, POLICY_AT, HEIGHT_AT, REWARD_AT] = [4, 12, 44, 52];

/**
 * Reads a coin that this program has written: the same as `coinCodec` reads, several times as fast, since every input is
 * looked at more than once. Undefined if the bytes are none.
 */
export function readCoin(bytes: Uint8Array): Coin | undefined {
  const reward = bytes[REWARD_AT];
  if (bytes.length !== COIN_BYTES || reward === undefined || reward > 1) return undefined;
  const height = uint32At(bytes, HEIGHT_AT + 4) * 2 ** 32 + uint32At(bytes, HEIGHT_AT);
  if (!Number.isSafeInteger(height)) return undefined;
  const high = uint32At(bytes, AMOUNT_AT + 4);
  const low = uint32At(bytes, AMOUNT_AT);
  // One step for what a number holds: three cost as much as all the rest.
  const amount = high < 2 ** 21 ? BigInt(high * 2 ** 32 + low) : (BigInt(high) << 32n) + BigInt(low);
  return {
    asset: uint32At(bytes, 0) as AssetId,
    amount: amount as Amount,
    policyHash: hexReader(bytes)(POLICY_AT, HEIGHT_AT) as string as PolicyHash,
    height: height as Height,
    reward: reward === 1,
  };
}

function uint32At(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
  const high = (bytes[at + 2] as number) | ((bytes[at + 3] as number) << 8);
  return (low | (high << 16)) >>> 0;
}

function writeUint32(value: number, bytes: Uint8Array, at: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

/** Writes a coin of a valid block at a place: what `coinCodec` encodes, without its checks of ranges. */
export function writeCoin(coin: Coin, bytes: Uint8Array, at: number): void {
  const { asset, amount, policyHash, height, reward } = coin;
  const number = Number(amount);
  const isExact = number <= Number.MAX_SAFE_INTEGER;
  writeUint32(asset, bytes, at);
  writeUint32(isExact ? number % 2 ** 32 : Number(amount & 0xffff_ffffn), bytes, at + AMOUNT_AT);
  writeUint32(isExact ? number / 2 ** 32 : Number(amount >> 32n), bytes, at + AMOUNT_AT + 4);
  const isHash = policyHash.length === 64 && writeHex(policyHash, bytes, at + POLICY_AT);
  if (!isHash) assert(false, `not a policy hash: ${policyHash}`);
  writeUint32(height % 2 ** 32, bytes, at + HEIGHT_AT);
  writeUint32(height / 2 ** 32, bytes, at + HEIGHT_AT + 4);
  bytes[at + REWARD_AT] = reward ? 1 : 0;
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

/** Where the list in undo data begins, which its first four bytes tell. */
const LIST_AT = 4;

/** SSZ of undo data, for stores. */
export const blockUndoCodec: Codec<BlockUndo> = container<BlockUndo>({
  spent: list(coinCodec, LIMITS.blockTransactions * LIMITS.inputs),
});

/** Writes the undo data of a valid block: what `blockUndoCodec` encodes, without its checks of ranges. */
export function undoBytes({ spent }: BlockUndo): Uint8Array {
  const bytes = new Uint8Array(LIST_AT + spent.length * COIN_BYTES);
  bytes[0] = LIST_AT;
  for (let at = 0; at < spent.length; at++) writeCoin(spent[at] as Coin, bytes, LIST_AT + at * COIN_BYTES);
  return bytes;
}

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
    this.take(key, coin);
    return coin;
  }

  /** Takes out the coin that `coin` has just given. */
  take(key: OutpointKey, coin: Coin): void {
    // What was made here and is spent here never reaches the source.
    if (this.#changes.get(key) === coin && this.#source.coin(key) === undefined) this.#changes.delete(key);
    else this.#changes.set(key, null);
  }

  /** Puts a coin in. */
  add(key: OutpointKey, coin: Coin): void {
    this.#changes.set(key, coin);
  }

  /** What changed against the source: a coin to put, or null to remove; in no order that means anything. */
  get changed(): ReadonlyMap<OutpointKey, Coin | null> {
    return this.#changes;
  }

  /** The same, sorted by key. */
  changes(): readonly (readonly [OutpointKey, Coin | null])[] {
    return [...this.#changes].sort(([a], [b]) => (a < b ? -1 : 1));
  }
}

/** Adds what a transaction's outputs make. */
export function addOutputs(view: CoinView, transaction: SealedTransaction, height: Height): void {
  const { body } = transaction;
  if (body.kind === "governance") return;
  const reward = body.kind === "reward";
  let index = 0;
  for (const { asset, amount, policyHash } of body.outputs)
    view.add(keyOfOutput(transaction.id, index++), { asset, amount, policyHash, height, reward });
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
