// Blocks that a liar makes out of one that its node made: taken apart, spoilt in one way, and put together so that all
// else fits. What is wrong with a block must be what it is meant to be, and nothing besides.
import {
  type Block,
  type Body,
  encodeBlock,
  feesOf,
  genesisBlock,
  type Header,
  type SealedTransaction,
  type Transfer,
  transactionsRoot,
} from "@witan/ledger";
import {
  type Amount,
  type AssetId,
  type Hash,
  type Height,
  type Timestamp,
  ZERO_HASH,
} from "@witan/primitives";
import type { NodeCast, Person } from "../cast.ts";
import { COIN_WORTH } from "../cast.ts";
import type { Liar } from "./tap.ts";

/** A block in the making. The reward is not among the transactions: it is put there last. */
export interface Draft {
  readonly header: Header;
  readonly transactions: readonly SealedTransaction[];
}

/** What is left as it is when a draft becomes a block. */
export interface Finish {
  /** In place of what is due. */
  readonly reward?: readonly Reward[];
  /** In place of the right root. */
  readonly transactionsRoot?: Hash;
}

/** An output of a reward. */
export interface Reward {
  readonly amount: bigint;
  readonly to: Person;
}

const LASTS_MS = 600_000;

/** Takes a block apart. */
export function draftOf({ header, transactions }: Block): Draft {
  return { header, transactions: transactions.filter(({ body }) => body.kind !== "reward") };
}

/** Puts a block together. @returns undefined: it can't be written down */
export function finished(
  { cast }: Liar,
  { header, transactions }: Draft,
  finish: Finish = {},
): Block | undefined {
  const rewards = finish.reward ?? dueIn(cast, header, transactions);
  const all = [...rewards.map((reward) => rewardOf(cast, header.height, reward)), ...transactions];
  const root = finish.transactionsRoot ?? transactionsRoot(all);
  const block = encodeBlock(cast.chain, { ...header, transactionsRoot: root }, all);
  return block.ok ? block.value : undefined;
}

/** The reward that is due for the transactions of a block. Members stay where they were at the genesis, or come behind. */
export function dueIn(
  cast: NodeCast,
  { proposer }: Header,
  transactions: readonly SealedTransaction[],
): readonly Reward[] {
  const amount = feesOf(transactions);
  const to = cast.payee(proposer);
  return amount > 0n && to !== undefined ? [{ amount, to }] : [];
}

/** A reward as a transaction. */
export function rewardOf(cast: NodeCast, height: Height, { amount, to }: Reward): SealedTransaction {
  const outputs = [{ asset: 0 as AssetId, amount: amount as Amount, policyHash: to.policyHash }];
  return cast.sealWith({ kind: "reward", height, outputs }, { policies: [], signatures: [], preimages: [] });
}

/** A transfer of everything that an input holds, as far as anybody can say, to somebody. */
export function transferOf(
  { header }: Draft,
  transfer: Partial<Transfer> & Pick<Transfer, "inputs">,
  outputs: readonly { readonly to: Person; readonly asset?: number; readonly amount?: bigint }[],
): Body {
  return {
    ...{ kind: "transfer", fee: 0n as Amount, issued: [], destroyed: [], memo: "" },
    validUntil: (header.timestamp + LASTS_MS) as Timestamp,
    outputs: outputs.map(({ to, asset = 0, amount = COIN_WORTH }) => ({
      ...{ asset: asset as AssetId, amount: amount as Amount, policyHash: to.policyHash },
    })),
    ...transfer,
  };
}

/** An output of the genesis that was a client's, perhaps still is. */
export function coinOf({ cast, random }: Liar): GenesisCoin {
  return random.pick(coinsOf(cast));
}

/** Those that nobody is known to have spent. */
export function freshCoins({ cast, finals }: Liar, { transactions }: Draft): readonly GenesisCoin[] {
  const spent = new Set(
    [...finals, ...transactions].flatMap(({ body }) =>
      body.kind === "transfer" ? body.inputs.map(({ transaction, index }) => `${transaction} ${index}`) : [],
    ),
  );
  return coinsOf(cast).filter(({ input: { transaction, index } }) => !spent.has(`${transaction} ${index}`));
}

/** A coin of a client, and where it is. */
export interface GenesisCoin {
  readonly owner: Person;
  readonly input: Transfer["inputs"][number];
}

function coinsOf({ chain, clients }: NodeCast): readonly GenesisCoin[] {
  const [first] = genesisBlock(chain).block.transactions;
  if (first?.body.kind !== "reward") return [];
  return first.body.outputs.flatMap(({ asset, policyHash }, index) => {
    const owner = clients.find((one) => one.policyHash === policyHash);
    return owner && asset === 0 ? [{ owner, input: { transaction: first.id, index } }] : [];
  });
}

/** A hash that nothing has. */
export function inventedHash({ random }: Liar): Hash {
  const digits = Array.from({ length: 64 }, () => random.below(16).toString(16)).join("");
  return digits === ZERO_HASH ? inventedHash({ random } as Liar) : (digits as Hash);
}
