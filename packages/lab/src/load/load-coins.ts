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
/** Splits under way at a time. */
const AT_A_TIME = 16;

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
    const wanted = coins.flatMap((own, payer) => own.map((coin) => ({ payer, coin, of: own.length })));
    let done = 0;
    const parts = await atATime(wanted, async ({ payer, coin, of }, at) => {
      const made = await split(options, payer, { coin, parts: Math.ceil(each / of), at });
      options.onProgress(++done, wanted.length);
      return made;
    });
    const next: SpendableCoin[][] = payers.map(() => []);
    for (const [at, { payer }] of wanted.entries()) next[payer]?.push(...(parts[at] ?? []));
    if (next.every((own, payer) => own.length <= (coins[payer]?.length ?? 0)))
      throw new LabFailure("load-failed", "the accounts of the load have too little money to be split");
    coins = next;
  }
  return coins;
}

function clientOf(clients: readonly RpcClient[], at: number): RpcClient {
  return clients[at % clients.length] as RpcClient;
}

async function split(
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
  const outcome = await submitTransaction(clientOf(clients, at), transaction, { timeoutMs: 60_000 });
  if (outcome.status !== "final")
    throw new LabFailure("load-failed", `a transfer that splits coins is ${outcome.status}, not final`);
  return Array.from({ length: parts }, (_, index) => ({
    ...coin,
    ...{ transaction: transaction.id, index, reward: false },
    amount: amount as SpendableCoin["amount"],
    height: outcome.height as SpendableCoin["height"],
  }));
}

/** Does the same to each, some at a time, in order of starting. */
async function atATime<T, R>(
  items: readonly T[],
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
  await Promise.all(Array.from({ length: Math.min(AT_A_TIME, items.length) }, lane));
  return results;
}
