// The rules for blocks, in their order (docs/formats.md, section 10). Judging is a pure function over the coins that
// the block names; the result is what the block changes, and nothing is changed until the caller does.
import {
  assert,
  type BlockHash,
  type Height,
  meetsTarget,
  present,
  proposingRole,
  RULES_VERSIONS,
  type Timestamp,
} from "@witan/primitives";
import { type Block, decodeBlock } from "./block.ts";
import type { Chain } from "./chain.ts";
import { type Broken, firstBroken, type Rule } from "./codes.ts";
import { addOutputs, type BlockUndo, type Coin, type CoinSource, CoinView } from "./coin.ts";
import { applyChange, type GovernanceView } from "./governance.ts";
import { transactionsRoot } from "./header.ts";
import { feesOf, rewardBroken } from "./reward.ts";
import type { SealedTransaction } from "./transaction.ts";
import {
  coinsOf,
  contextBroken,
  judgeForm,
  signatureInvalid,
  spendingOf,
  type WellFormed,
} from "./transaction-rules.ts";
import type { BlockContext } from "./transfer-rules.ts";

/** The chain up to a block: what the next one is judged against. */
export interface ChainState {
  readonly chain: Chain;
  /** The block before, and the time from which the next must be later: its timestamp, or in proof of work the median. */
  readonly parent: { readonly height: Height; readonly hash: BlockHash };
  readonly laterThan: Timestamp;
  /** The target prescribed for the next block; 0 outside proof of work. */
  readonly target: number;
  /** After the parent. */
  readonly governance: GovernanceView;
}

/** Says of a transaction of the block whether all its signatures hold. They are checked beforehand, in batches. */
export type SignatureVerdict = (transaction: SealedTransaction) => boolean;

declare const valid: unique symbol;

/** A block that holds, and what it changes. Only `judgeBlock` makes one. */
export interface ValidBlock {
  readonly [valid]: true;
  readonly block: Block;
  /** The coins after the block, over the source it was judged with. */
  readonly coins: CoinView;
  readonly undo: BlockUndo;
  /** After the block. */
  readonly governance: GovernanceView;
  readonly fees: bigint;
}

interface PlacedBlock {
  readonly block: Block;
  readonly state: ChainState;
}

/** Comes before all else, decoding included: under other rules a block may look otherwise. */
const RULES_KNOWN: Rule<{ readonly state: ChainState }> = {
  code: "rules-unknown",
  broken: ({ state }) => {
    const { rulesVersion } = state.governance.state.parameters;
    return RULES_VERSIONS.includes(rulesVersion) ? undefined : `the chain has rules ${rulesVersion}`;
  },
};

const HEADER_RULES: readonly Rule<PlacedBlock>[] = [
  RULES_KNOWN,
  {
    code: "block-too-large",
    broken: ({ block, state }) => above(block.bytes.length, state.governance.state.parameters.blockBytesMax),
  },
  {
    code: "header-version",
    broken: ({ block, state }) =>
      differs(block.header.version, state.governance.state.parameters.rulesVersion),
  },
  {
    code: "header-height",
    broken: ({ block, state }) => differs(block.header.height, state.parent.height + 1),
  },
  { code: "header-parent", broken: ({ block, state }) => differs(block.header.parent, state.parent.hash) },
  {
    code: "header-timestamp",
    broken: ({ block, state }) =>
      block.header.timestamp > state.laterThan
        ? undefined
        : `found ${block.header.timestamp}, expected one after ${state.laterThan}`,
  },
  {
    code: "header-proposer",
    broken: ({ block, state }) => {
      const { proposer } = block.header;
      const role = proposingRole(state.chain.mode);
      if (role === undefined) return differs(proposer, 0);
      const member = state.governance.state.members[proposer];
      return member?.role === role ? undefined : `position ${proposer} is no ${role}`;
    },
  },
  { code: "header-target", broken: ({ block, state }) => differs(block.header.target, state.target) },
  {
    code: "header-nonce",
    broken: ({ block, state }) =>
      state.chain.mode === "pow" || block.header.nonce === 0n
        ? undefined
        : `found ${block.header.nonce}, expected 0`,
  },
  {
    code: "header-work",
    broken: ({ block, state }) =>
      state.chain.mode !== "pow" || meetsTarget(block.hash, block.header.target) ? undefined : block.hash,
  },
  {
    code: "transactions-too-many",
    broken: ({ block, state }) =>
      above(block.transactions.length, state.governance.state.parameters.blockTransactionsMax),
  },
  {
    code: "signatures-too-many",
    broken: ({ block, state }) =>
      above(signatureCount(block.transactions), state.governance.state.parameters.blockSignaturesMax),
  },
  {
    code: "transactions-root",
    broken: ({ block }) => differs(block.header.transactionsRoot, transactionsRoot(block.transactions)),
  },
  {
    code: "reward-position",
    broken: ({ block }) =>
      block.transactions.some(({ body }, at) => body.kind === "reward" && at > 0) ? "" : undefined,
  },
  {
    code: "governance-position",
    broken: ({ block }) =>
      block.transactions.some(
        ({ body }, at) => body.kind === "governance" && at < block.transactions.length - 1,
      )
        ? ""
        : undefined,
  },
];

function differs(found: string | number, expected: string | number): string | undefined {
  return found === expected ? undefined : `found ${found}, expected ${expected}`;
}

function above(found: number, limit: number): string | undefined {
  return found <= limit ? undefined : `${found}, the limit is ${limit}`;
}

/** Signatures in all transfers: what `blockSignaturesMax` bounds. */
export function signatureCount(transactions: readonly SealedTransaction[]): number {
  let count = 0;
  for (const { body, witness } of transactions)
    if (body.kind === "transfer") count += witness.signatures.length;
  return count;
}

/**
 * Judges a block on top of a state.
 * @param source the coins after the parent; only those that the block's inputs name are asked for
 * @param signaturesHold asked for each transaction that has come so far, in the order of the rules
 */
export function judgeBlock(
  state: ChainState,
  block: Block,
  source: CoinSource,
  signaturesHold: SignatureVerdict,
): { readonly ok: true; readonly value: ValidBlock } | Broken {
  const broken = firstBroken(HEADER_RULES, { block, state });
  if (broken) return broken;
  const { height, timestamp, proposer } = block.header;
  const context: BlockContext = { chain: state.chain, governance: state.governance, height, timestamp };
  const coins = new CoinView(source);
  const applied: Applied = { coins, spent: [] };
  let index = 0;
  for (const transaction of block.transactions) {
    const wrong = judgeNext(transaction, context, applied, signaturesHold);
    if (wrong) return { ...wrong, transaction: index };
    index++;
  }
  const fees = feesOf(block.transactions);
  const first = block.transactions[0];
  const reward = first?.body.kind === "reward" ? first.body : undefined;
  const wrongReward = rewardBroken(
    { chain: state.chain, governance: state.governance, height, proposer, fees },
    reward,
  );
  if (wrongReward) return wrongReward;
  // Last, so that a reward can't be spent in its own block.
  if (reward && first) addOutputs(coins, first, height);
  const governance = governanceAfter(block, state.governance, height);
  const root = differs(block.header.governanceRoot, governance.root);
  if (root !== undefined) return { ok: false, code: "governance-root", detail: root };
  return {
    ok: true,
    value: { block, coins, undo: { spent: applied.spent }, governance, fees } as unknown as ValidBlock,
  };
}

/**
 * Judges one transaction in all stages but decoding.
 * @param coins as the transactions before it in its block have left them
 */
export function judgeTransaction(
  transaction: SealedTransaction,
  context: BlockContext,
  coins: CoinSource,
  signaturesHold: SignatureVerdict,
): Broken | undefined {
  const formed = judgeForm(transaction);
  if (!formed.ok) return formed;
  return judgeFormed(formed.value, context, coinsOf(formed.value, coins), signaturesHold);
}

function judgeFormed(
  formed: WellFormed,
  context: BlockContext,
  coins: readonly (Coin | undefined)[],
  signaturesHold: SignatureVerdict,
): Broken | undefined {
  const broken = contextBroken(formed, context);
  if (broken) return broken;
  const signed = formed.sealed.witness.signatures.length > 0;
  if (signed && !signaturesHold(formed.sealed)) return signatureInvalid();
  return spendingOf(formed, context, coins);
}

/** What a block has done so far. */
interface Applied {
  readonly coins: CoinView;
  /** The coins that inputs took, in their order. */
  readonly spent: Coin[];
}

/** Judges the next transaction of a block, and does what a transfer does to the coins; a reward comes last. */
function judgeNext(
  transaction: SealedTransaction,
  context: BlockContext,
  { coins, spent }: Applied,
  signaturesHold: SignatureVerdict,
): Broken | undefined {
  const formed = judgeForm(transaction);
  if (!formed.ok) return formed;
  const found = coinsOf(formed.value, coins);
  const wrong = judgeFormed(formed.value, context, found, signaturesHold);
  if (wrong || transaction.body.kind !== "transfer") return wrong;
  let at = 0;
  for (const key of formed.value.inputs) {
    const coin = present(found[at++], "the coin of an input that was judged");
    coins.take(key, coin);
    spent.push(coin);
  }
  addOutputs(coins, transaction, context.height);
  return undefined;
}

function governanceAfter(block: Block, before: GovernanceView, height: Height): GovernanceView {
  const last = block.transactions.at(-1)?.body;
  if (last?.kind !== "governance") return before;
  const after = applyChange(before, last.change, height);
  assert(after.ok, "a change was judged to hold, and does not");
  return after.value;
}

/** Reads and judges a block in one go. */
export function judgeBlockBytes(
  state: ChainState,
  bytes: Uint8Array,
  source: CoinSource,
  signaturesHold: SignatureVerdict,
): { readonly ok: true; readonly value: ValidBlock } | Broken {
  const unknown = firstBroken([RULES_KNOWN], { state });
  if (unknown) return unknown;
  const block = decodeBlock(state.chain, bytes, state.governance.state.parameters.blockBytesMax);
  return block.ok ? judgeBlock(state, block.value, source, signaturesHold) : block;
}

/** Whether a validator may vote for a block by its clock: `clockDriftMs` either way. No part of validity. */
export function withinClockDrift(timestamp: Timestamp, now: Timestamp, governance: GovernanceView): boolean {
  return Math.abs(timestamp - now) <= governance.state.parameters.clockDriftMs;
}
