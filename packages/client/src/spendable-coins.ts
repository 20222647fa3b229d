// The coins of an address that a new transaction can spend: page by page from a node, without those that a pending
// transaction spends already. Where there are too many to hold, the largest are kept: anyone can send dust to an address, and
// must not hide its money so. What a node says of coins is believed: a lie makes a transaction that no validator takes.
import { addressPrefixShape, parseAddress } from "@witan/crypto";
import type { Coin } from "@witan/ledger";
import {
  type Amount,
  type AssetId,
  type CancelSignal,
  type Height,
  LIMITS,
  ok,
  type PolicyHash,
  type Result,
  refuse,
  type TransactionId,
} from "@witan/primitives";
import { OUTPUTS_PAGE, type ResultOf } from "@witan/rpc";
import { largestOf } from "./largest-coins.ts";
import type { RpcCaller } from "./rpc-client.ts";
import { RpcAnswerError } from "./rpc-failures.ts";

/** A coin, and the output that it is. */
export interface SpendableCoin extends Coin {
  readonly transaction: TransactionId;
  readonly index: number;
}

/** A coin that a pending transaction spends; what comes back of it can be spent when that is final. */
export interface PendingCoin extends SpendableCoin {
  readonly spentBy: TransactionId;
}

/** What an address can spend. */
export interface SpendableCoins {
  readonly coins: readonly SpendableCoin[];
  /** Those that pending transactions spend. */
  readonly pending: readonly PendingCoin[];
  /** Of the newest block that a page was taken from. */
  readonly height: Height;
  /** False if there are more than `coinsMax`, or than a client looks at (a million). */
  readonly complete: boolean;
}

/** Which coins, and how many at most. */
export interface CoinsOptions {
  /** Of one asset only. */
  readonly asset?: number;
  /** How many are kept: the largest of each asset; 100,000 by default. */
  readonly coinsMax?: number;
  readonly signal?: CancelSignal;
}

const COINS_MAX = 100_000;
/** How many pages are read: of whole ones a million coins. A node must not keep a client busy for ever. */
const PAGES_MAX = 1_000;

/**
 * The coins of an address that no pending transaction spends, as far as the node knows.
 * @throws as `RpcClient.call`
 */
export async function spendableCoins(
  rpc: RpcCaller,
  address: string,
  options: CoinsOptions = {},
): Promise<Result<SpendableCoins, "address-invalid">> {
  const policyHash = policyHashOf(address);
  if (!policyHash.ok) return policyHash;
  const { asset, coinsMax = COINS_MAX, signal } = options;
  const call = signal === undefined ? {} : { signal };
  let coins: SpendableCoin[] = [];
  let pending: PendingCoin[] = [];
  let isDropped = false;
  const kept = <T extends SpendableCoin>(some: T[], max: number): T[] => {
    if (some.length <= max) return some;
    isDropped = true;
    return largestOf(some, coinsMax);
  };
  let height = 0;
  let after: string | undefined;
  let pages = 0;
  do {
    const params = { address, limit: OUTPUTS_PAGE.max, ...(asset === undefined ? {} : { asset }) };
    const page = await rpc.call("chain_outputs", after === undefined ? params : { ...params, after }, call);
    // A page may be empty: a node looks at so many outputs at a time, of whichever asset.
    if (page.next !== null && page.next === after)
      throw wrongPage(rpc, "found a page that leads to itself as the next");
    pages += 1;
    height = Math.max(height, page.height);
    for (const output of page.outputs) {
      const coin = coinOf(output, policyHash.value, rpc);
      if (output.spentBy === null) coins.push(coin);
      else pending.push({ ...coin, spentBy: output.spentBy as TransactionId });
    }
    // Not after every page: each time all that is held is put in order.
    coins = kept(coins, 2 * coinsMax);
    pending = kept(pending, 2 * coinsMax);
    after = page.next ?? undefined;
  } while (after !== undefined && pages < PAGES_MAX);
  coins = kept(coins, coinsMax);
  pending = kept(pending, coinsMax);
  return ok({ coins, pending, height: height as Height, complete: after === undefined && !isDropped });
}

/** What an address pays to, whatever its chain. */
function policyHashOf(address: string): Result<PolicyHash, "address-invalid"> {
  const prefix = address.slice(0, Math.max(0, address.lastIndexOf("1")));
  if (!addressPrefixShape(prefix))
    return refuse("address-invalid", "not an address: a prefix of letters is missing");
  const parsed = parseAddress(address, prefix);
  return parsed.ok ? parsed : refuse("address-invalid", parsed.detail);
}

type PageOutput = ResultOf<"chain_outputs">["outputs"][number];

function coinOf(output: PageOutput, policyHash: PolicyHash, rpc: RpcCaller): SpendableCoin {
  const { transaction, index, asset, amount, height, reward } = output;
  if (index >= LIMITS.outputs)
    throw wrongPage(rpc, `found output ${index}, expected at most ${LIMITS.outputs - 1}`);
  return {
    transaction: transaction as TransactionId,
    index,
    asset: asset as AssetId,
    amount: BigInt(amount) as Amount,
    policyHash,
    height: height as Height,
    reward,
  };
}

function wrongPage({ url }: RpcCaller, found: string): RpcAnswerError {
  return new RpcAnswerError("result", found, { url, method: "chain_outputs" });
}
