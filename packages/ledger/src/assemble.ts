// Making a block: what a proposer (or miner) does with selected transactions. The result is judged by block-rules.ts
// like any other block; this file must never be the only place that knows a rule.
import { assert, type Height, type MemberIndex, type Result, type Timestamp } from "@witan/primitives";
import { type Block, encodeBlock } from "./block.ts";
import type { ChainState } from "./block-rules.ts";
import { applyChange } from "./governance.ts";
import { type Header, transactionsRoot } from "./header.ts";
import { feesOf, rewardDue } from "./reward.ts";
import { EMPTY_WITNESS, type Output, type SealedTransaction, sealTransaction } from "./transaction.ts";

/** What a new block is made of. */
export interface BlockPlan {
  readonly timestamp: Timestamp;
  /** 0 in proof of work. */
  readonly proposer: MemberIndex;
  /** Valid one after another on the state's coins; no reward among them; a governance transaction last. */
  readonly transactions: readonly SealedTransaction[];
  /** Proof of work only: what the miner pays itself; none: no reward. */
  readonly minedOutputs?: readonly Output[];
  /** Proof of work only; 0 elsewhere. */
  readonly nonce?: bigint;
}

/** Makes a block on top of a state. Refused if it can't be encoded. */
export function assembleBlock(state: ChainState, plan: BlockPlan): Result<Block, "encoding"> {
  const { chain, governance } = state;
  const height = (state.parent.height + 1) as Height;
  const outputs = rewardOutputs(state, plan, height);
  const transactions = [...plan.transactions];
  if (outputs.length > 0) {
    const body = { kind: "reward", height, outputs } as const;
    const reward = sealTransaction(chain.transactions, { body, witness: EMPTY_WITNESS });
    assert(reward.ok, "a reward that can't be encoded");
    transactions.unshift(reward.value);
  }
  const last = transactions.at(-1)?.body;
  const change = last?.kind === "governance" ? applyChange(governance, last.change, height) : undefined;
  const header: Header = {
    version: governance.state.parameters.rulesVersion,
    height,
    parent: state.parent.hash,
    timestamp: plan.timestamp,
    transactionsRoot: transactionsRoot(transactions),
    governanceRoot: (change?.ok ? change.value : governance).root,
    proposer: plan.proposer,
    target: state.target,
    nonce: plan.nonce ?? 0n,
  };
  return encodeBlock(chain, header, transactions);
}

function rewardOutputs(state: ChainState, plan: BlockPlan, height: Height): readonly Output[] {
  const { chain, governance } = state;
  if (chain.mode === "pow") return plan.minedOutputs ?? [];
  const { proposer } = plan;
  const due = rewardDue({ chain, governance, height, proposer, fees: feesOf(plan.transactions) });
  return due ? [due] : [];
}
