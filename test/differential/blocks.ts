// Blocks around transactions that are there already: valid unless a mutation says otherwise; mined in proof of work.
import {
  applyChange,
  type Block,
  EMPTY_WITNESS,
  encodeBlock,
  feesOf,
  type Header,
  meetsTarget,
  type Output,
  rewardDue,
  type SealedTransaction,
  sealTransaction,
  subsidyAt,
  transactionsRoot,
} from "@witan/ledger";
import type { Amount, AssetId, Hash, Height, MemberIndex, PolicyHash, Timestamp } from "@witan/primitives";
import { proposingRole } from "@witan/primitives";
import type { Dice } from "./dice.ts";
import { finish, type Loose, type LooseBody } from "./draft.ts";
import { readTransaction } from "./pair.ts";
import { showPolicies, type World } from "./transfers.ts";

type LooseReward = Extract<LooseBody, { kind: "reward" }>;

/** A block in the making. */
export interface BlockDraft {
  readonly world: World;
  reward: LooseReward | undefined;
  transactions: SealedTransaction[];
  header: Loose<Header>;
  /** Changes the header when everything else is done. */
  afterwards: ((header: Loose<Header>) => void)[];
  /** In proof of work: whether the work is to be done, or left undone on purpose. */
  mined: boolean;
}

const TRIES_MAX = 20_000;

function rewardOf(
  world: World,
  transactions: readonly SealedTransaction[],
  proposer: MemberIndex,
  dice: Dice,
) {
  const { chain, state } = world.pair.ledger;
  const height = (state.parent.height + 1) as Height;
  const fees = feesOf(transactions);
  if (chain.proofOfWork === undefined) {
    const due = rewardDue({ chain, governance: state.governance, height, proposer, fees });
    return due && { kind: "reward" as const, height, outputs: [{ ...due }] as Loose<Output>[] };
  }
  const most = subsidyAt(chain.proofOfWork, height) + fees;
  if (most === 0n || dice.chance(10)) return undefined;
  const amount = dice.chance(70) ? most : 1n + (BigInt(dice.next()) % most);
  const parts = amount > 2n && dice.chance(30) ? [1n, amount - 1n] : [amount];
  const outputs = parts.map((part) => ({
    asset: 0 as AssetId,
    amount: part as Amount,
    policyHash: world.lock(dice),
  }));
  return { kind: "reward" as const, height, outputs };
}

/** A block of these transactions on the tip, that should be valid if they are. */
export function draftBlock(world: World, transactions: readonly SealedTransaction[], dice: Dice): BlockDraft {
  const { chain, state } = world.pair.ledger;
  const { members, parameters } = state.governance.state;
  const role = proposingRole(chain.mode);
  const proposers = members.flatMap((member, at) => (member.role === role ? [at] : []));
  const proposer = (proposers.length > 0 ? dice.pick(proposers) : 0) as MemberIndex;
  return {
    world,
    reward: rewardOf(world, transactions, proposer, dice),
    transactions: [...transactions],
    header: {
      version: parameters.rulesVersion,
      height: (state.parent.height + 1) as Height,
      parent: state.parent.hash,
      timestamp: world.now as Timestamp,
      transactionsRoot: "" as Hash,
      governanceRoot: state.governance.root,
      proposer,
      target: state.target,
      nonce: 0n,
    },
    afterwards: [],
    mined: true,
  };
}

/** The block of a draft; undefined if it can't be encoded. */
export function finishBlock({ world, ...draft }: BlockDraft): Block | undefined {
  const { chain, state } = world.pair.ledger;
  const { header } = draft;
  const transactions = [...draft.transactions];
  if (draft.reward) {
    const reward = sealTransaction(chain.transactions, { body: draft.reward, witness: EMPTY_WITNESS });
    if (reward.ok) transactions.unshift(reward.value);
  }
  header.transactionsRoot = transactionsRoot(transactions);
  const last = transactions.at(-1)?.body;
  const change = last?.kind === "governance" ? last.change : undefined;
  const after = change && applyChange(state.governance, change, header.height);
  if (after?.ok) header.governanceRoot = after.value.root;
  for (const by of draft.afterwards) by(header);
  if (chain.mode === "pow") mine(world, header, draft.mined);
  const block = encodeBlock(chain, header, transactions);
  return block.ok ? block.value : undefined;
}

function mine(world: World, header: Loose<Header>, wanted: boolean): void {
  const { chain, state } = world.pair.ledger;
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    if (meetsTarget(chain.blockHash(header), state.target) === wanted) return;
    header.nonce = BigInt.asUintN(64, header.nonce + 1n);
  }
}

/** Changes a block in the making. */
export type BlockMutation = (draft: BlockDraft, dice: Dice) => void;

function flipped(hash: string, dice: Dice): string {
  const at = dice.below(64);
  return hash.slice(0, at) + (Number.parseInt(hash[at] as string, 16) ^ 1).toString(16) + hash.slice(at + 1);
}

const HEADERS: Record<string, BlockMutation> = {
  version: ({ header }, dice) => {
    header.version = dice.pick([0, 2, 65_535]);
  },
  height: ({ header }, dice) => {
    header.height = Math.max(0, header.height + dice.pick([-1, 1, 2 ** 40])) as Height;
  },
  parent: ({ header, world }, dice) => {
    const hashes = [
      flipped(header.parent, dice),
      "00".repeat(32),
      ...world.pair.blocks.map(({ hash }) => hash),
    ];
    header.parent = dice.pick(hashes) as typeof header.parent;
  },
  timestamp: ({ header, world }, dice) => {
    const { laterThan } = world.pair.ledger.state;
    const last = world.pair.ledger.headers.at(-1)?.timestamp ?? 0;
    const times = [laterThan, laterThan - 1, laterThan + 1, last, last + 1, 0, Number.MAX_SAFE_INTEGER];
    header.timestamp = dice.pick(times) as Timestamp;
  },
  proposer: ({ header }, dice) => {
    header.proposer = dice.pick([header.proposer + 1, 0, 1, 2, 3, 255, 65_535]) as MemberIndex;
  },
  target: ({ header }, dice) => {
    header.target = dice.pick([
      header.target + 1,
      Math.max(0, header.target - 1),
      0,
      0x207f_ffff,
      0xff00_0001,
    ]);
  },
  nonce: ({ header }, dice) => {
    header.nonce = dice.pick([1n, 2n ** 64n - 1n]);
  },
  "work left undone": (draft) => {
    draft.mined = false;
  },
  "a root of transactions": ({ afterwards }, dice) =>
    void afterwards.push((header) => {
      header.transactionsRoot = dice.pick([flipped(header.transactionsRoot, dice), "00".repeat(32)]) as Hash;
    }),
  "a root of governance": ({ afterwards, world }, dice) =>
    void afterwards.push((header) => {
      const before = dice.pick(world.pair.views).root;
      header.governanceRoot = dice.pick([flipped(header.governanceRoot, dice), before]) as Hash;
    }),
};

/** A transfer that spends the reward of its own block, and is right otherwise. */
function spendReward({ reward, world, header }: BlockDraft, dice: Dice): SealedTransaction | undefined {
  const { chain } = world.pair.ledger;
  const sealed = reward && sealTransaction(chain.transactions, { body: reward, witness: EMPTY_WITNESS });
  const [output] = reward?.outputs ?? [];
  if (!sealed?.ok || !output || reward?.outputs.length !== 1) return undefined;
  const body: LooseBody = {
    kind: "transfer",
    inputs: [{ transaction: sealed.value.id, index: 0 }],
    outputs: [{ ...output }],
    fee: 0n as Amount,
    issued: [],
    destroyed: [],
    validUntil: header.timestamp,
    memo: "",
  };
  const bytes = finish(world.pair, { body, ...showPolicies(world, dice, [output.policyHash]) });
  return bytes && readTransaction(world.pair, bytes);
}

const REWARDS: Record<string, BlockMutation> = {
  "no reward": (draft) => {
    draft.reward = undefined;
  },
  "another reward": ({ reward, world }, dice) => {
    const [output] = reward?.outputs ?? [];
    if (!reward || !output) return;
    const kind = dice.below(6);
    if (kind === 0) output.amount = (output.amount + 1n) as Amount;
    if (kind === 1) output.amount = (output.amount - 1n) as Amount;
    if (kind === 2) output.asset = dice.pick([1, 9]) as AssetId;
    if (kind === 3) output.policyHash = world.lock(dice);
    if (kind === 4) reward.outputs.push({ ...output });
    if (kind === 5) reward.outputs = [];
  },
  "a reward for another height": ({ reward }, dice) => {
    if (reward) reward.height = Math.max(0, reward.height + dice.pick([-1, 1])) as Height;
  },
  "a reward not due": (draft, dice) => {
    const amount = dice.pick([1n, 5_001n]) as Amount;
    const policyHash = dice.hash() as PolicyHash;
    draft.reward ??= {
      kind: "reward",
      height: draft.header.height,
      outputs: [{ asset: 0 as AssetId, amount, policyHash }],
    };
  },
  "its own reward spent": (draft, dice) => {
    const spending = spendReward(draft, dice);
    if (spending) draft.transactions.unshift(spending);
  },
  "a reward second": (draft) => {
    const { chain } = draft.world.pair.ledger;
    if (!draft.reward) return;
    const sealed = sealTransaction(chain.transactions, { body: draft.reward, witness: EMPTY_WITNESS });
    if (sealed.ok) draft.transactions.splice(1, 0, sealed.value);
    if (draft.transactions.length > 1) draft.reward = undefined;
  },
};

const ORDERS: Record<string, BlockMutation> = {
  "a transaction twice": ({ transactions }, dice) => {
    if (transactions.length > 0)
      transactions.splice(dice.below(transactions.length + 1), 0, dice.pick(transactions));
  },
  "transactions turned": ({ transactions }) => void transactions.reverse(),
  "a transaction dropped": ({ transactions }, dice) =>
    void transactions.splice(dice.below(transactions.length), 1),
  "too many transactions": ({ transactions, reward, world }, dice) => {
    const max = world.pair.ledger.state.governance.state.parameters.blockTransactionsMax;
    const wanted = max + dice.below(2) - (reward ? 1 : 0);
    const [first] = transactions;
    while (first && max < 100 && transactions.length < wanted) transactions.push(first);
  },
  "too many signatures": ({ transactions, world }, dice) => {
    const max = world.pair.ledger.state.governance.state.parameters.blockSignaturesMax;
    const { chain } = world.pair.ledger;
    if (max > 200) return;
    for (let left = max + dice.below(2); left > 0; left -= 33) {
      const signatures = Array.from({ length: Math.min(33, left) }, () => ({
        publicKey: "02".repeat(33),
        signature: "11".repeat(64),
      }));
      const transfer = transactions.find(({ body }) => body.kind === "transfer");
      const body = (transfer ?? transactions[0])?.body ?? { kind: "reward", height: 1, outputs: [] };
      const witness = { policies: [], signatures, preimages: [] };
      const sealed = sealTransaction(chain.transactions, { body, witness } as never);
      if (sealed.ok) transactions.push(sealed.value);
    }
  },
};

/** Every mutation of a block, by name. */
export const BLOCK_MUTATIONS: Record<string, BlockMutation> = { ...HEADERS, ...REWARDS, ...ORDERS };
