// Coins for the load: the accounts' money split until there is a coin for each transfer, so that no transfer of the load
// rests on another.
import {
  buildTransfer,
  genesisCoins,
  type RpcClient,
  type SpendableCoin,
  submitTransaction,
} from "@witan/client";
import { LabFailure } from "../lab-failure.ts";
import type { LoadChain, Payer } from "./load-chain.ts";

/** Outputs of a transfer that splits: one less than the most, since change is one more. */
const SPLIT_MAX = 255;
/** Splits under way at a time; more of them under proof of work, where each takes as many blocks as make it final. */
const AT_A_TIME = 16;
const AT_A_TIME_POW = 128;
/** How long one may take, in milliseconds. */
const SPLIT_MS = 120_000;

/** What a split is made with. */
export interface SplitOptions {
  readonly chain: LoadChain;
  readonly clients: readonly RpcClient[];
  readonly payers: readonly Payer[];
  /** Coins that each payer needs. */
  readonly each: number;
  readonly onProgress: (done: number, total: number) => void;
}

/** The coins of each payer, at least `each` of them, all final. */
export async function splitCoins(options: SplitOptions): Promise<readonly (readonly SpendableCoin[])[]> {
  const { chain, payers, each } = options;
  // The chain is new: what the genesis pays is what there is, and validators need no index by address.
  let coins = payers.map(({ wallet }) => genesisCoins(chain.chain, wallet.policyHash));
  while (coins.some((own) => own.length < each)) {
    const wanted = coins.flatMap((own, payer) => splitsOf(own, each).map((one) => ({ ...one, payer })));
    let done = 0;
    const most = chain.chain.mode === "pow" ? AT_A_TIME_POW : AT_A_TIME;
    const made = await atATime(wanted, most, async ({ payer, coin, parts }, at) => {
      const split = await splitCoin(options, payer, { coin, parts, at });
      options.onProgress(++done, wanted.length);
      return split;
    });
    const gone = new Set(wanted.map(({ coin }) => coin));
    const next = coins.map((own) => own.filter((coin) => !gone.has(coin)));
    for (const [at, { payer }] of wanted.entries()) next[payer]?.push(...(made[at] ?? []));
    if (next.every((own, payer) => own.length <= (coins[payer]?.length ?? 0)))
      throw new LabFailure("load-failed", "the accounts of the load have too little money to be split");
    coins = next;
  }
  return coins;
}

/** Which coins of a payer are split into how many, so that there will be `each`, or as many as one round gives; no more. */
export function splitsOf<C>(
  own: readonly C[],
  each: number,
): readonly { readonly coin: C; readonly parts: number }[] {
  const splits: { readonly coin: C; readonly parts: number }[] = [];
  let have = own.length;
  for (const coin of own) {
    if (have >= each) break;
    const parts = Math.min(SPLIT_MAX, each - have + 1);
    splits.push({ coin, parts });
    have += parts - 1;
  }
  return splits;
}

function clientOf(clients: readonly RpcClient[], at: number): RpcClient {
  return clients[at % clients.length] as RpcClient;
}

async function splitCoin(
  { chain, clients, payers }: SplitOptions,
  payer: number,
  what: { readonly coin: SpendableCoin; readonly parts: number; readonly at: number },
): Promise<readonly SpendableCoin[]> {
  const { coin, at } = what;
  const parts = Math.min(what.parts, SPLIT_MAX);
  if (parts < 2) return [coin];
  const { wallet, address } = payers[payer] as Payer;
  const amount = coin.amount / BigInt(parts);
  const built = buildTransfer({
    chain: chain.chain,
    keys: [wallet],
    coins: [coin],
    payments: Array.from({ length: parts }, () => ({ to: address, amount })),
    fee: { kind: "exact", amount: 0n },
    changeTo: address,
    validUntil: chain.validUntil,
  });
  if (!built.ok) throw new LabFailure("load-failed", `coins can't be split: ${built.detail ?? built.code}`);
  const { transaction } = built.value;
  const outcome = await submitTransaction(clientOf(clients, at), transaction, { timeoutMs: SPLIT_MS });
  if (outcome.status !== "final")
    throw new LabFailure("load-failed", `a transfer that splits coins is ${outcome.status}, not final`);
  return Array.from({ length: parts }, (_, index) => ({
    ...coin,
    ...{ transaction: transaction.id, index, reward: false },
    amount: amount as SpendableCoin["amount"],
    height: outcome.height as SpendableCoin["height"],
  }));
}

/** Does the same to each, at most so many at a time, in order of starting. */
async function atATime<T, R>(
  items: readonly T[],
  most: number,
  work: (item: T, at: number) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const at = next++;
      results[at] = await work(items[at] as T, at);
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, lane));
  return results;
}
