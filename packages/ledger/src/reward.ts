// The reward of a block: what is due to who made it (docs/formats.md, section 10).
import { type Amount, type AssetId, type Height, type MemberIndex, ZERO_HASH } from "@witan/primitives";
import type { Chain } from "./chain.ts";
import type { Broken } from "./codes.ts";
import type { GovernanceView } from "./governance.ts";
import { subsidyAt } from "./proof-of-work.ts";
import type { Output, Reward, SealedTransaction } from "./transaction.ts";

/** The sum of the fees of all transfers. */
export function feesOf(transactions: readonly SealedTransaction[]): bigint {
  let fees = 0n;
  for (const { body } of transactions) if (body.kind === "transfer") fees += body.fee;
  return fees;
}

/** What a block earns, and to whom. */
export interface Earned {
  readonly chain: Chain;
  /** The state after the parent. */
  readonly governance: GovernanceView;
  readonly height: Height;
  readonly proposer: MemberIndex;
  readonly fees: bigint;
}

/** The one output due to the proposer; undefined if none is. PBFT and BP Fast Paxos. */
export function rewardDue({ governance, proposer, fees }: Earned): Output | undefined {
  const policyHash = governance.state.members[proposer]?.rewardPolicy;
  if (fees === 0n || policyHash === undefined || policyHash === ZERO_HASH) return undefined;
  return { asset: 0 as AssetId, amount: fees as Amount, policyHash };
}

/** Judges a block's reward, or that there is none. */
export function rewardBroken(earned: Earned, reward: Reward | undefined): Broken | undefined {
  const parameters = earned.chain.proofOfWork;
  if (parameters !== undefined) {
    const most = subsidyAt(parameters, earned.height) + earned.fees;
    return reward && minedBroken(reward, most);
  }
  const due = rewardDue(earned);
  if (due === undefined)
    return reward && { ok: false, code: "reward-wrong", detail: "there is one, and none is due" };
  if (reward === undefined) return { ok: false, code: "reward-missing", detail: `${due.amount} are due` };
  const [output, ...more] = reward.outputs;
  const right =
    output?.asset === 0 &&
    output.amount === due.amount &&
    output.policyHash === due.policyHash &&
    more.length === 0;
  return right
    ? undefined
    : { ok: false, code: "reward-wrong", detail: `one output of ${due.amount} to ${due.policyHash} is due` };
}

function minedBroken(reward: Reward, most: bigint): Broken | undefined {
  const sum = reward.outputs.reduce((total, output) => total + output.amount, 0n);
  const right = reward.outputs.length > 0 && reward.outputs.every(({ asset }) => asset === 0) && sum <= most;
  return right
    ? undefined
    : { ok: false, code: "reward-wrong", detail: `${sum}, at most ${most} of asset 0` };
}
