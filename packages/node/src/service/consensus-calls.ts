// Methods about consensus, with members by name.
import { toJson } from "@witan/ledger";
import {
  type Hash,
  type Height,
  type MemberIndex,
  type Membership,
  present,
  quorumOf,
  targetOfCompact,
  voters,
} from "@witan/primitives";
import { type ResultOf, RpcError } from "@witan/rpc";
import type { VoteStatus } from "../consensus/consensus-host.ts";
import type { PowHostStatus } from "../consensus/pow/pow-host.ts";
import { explain } from "../explain/explain.ts";
import { explainWork } from "../explain/explain-work.ts";
import type { Reversal } from "../pool/reversal.ts";
import type { Calls, ServiceContext } from "./context.ts";

/** The methods named `consensus_…`. */
export function consensusCalls(context: ServiceContext): Calls<"consensus"> {
  const { chain, settings } = context;
  const refuseWithoutMembers = (): void => {
    if (settings.chain.mode === "pow") throw new RpcError("mode-unsupported");
  };
  const next = (): Height => (chain.tip.height + 1) as Height;
  const membershipAt = (height: Height): Membership => {
    const membership = chain.memberships(height);
    if (membership === undefined)
      throw new RpcError("height-unknown", { data: { height, known: chain.tip.height + 1 } });
    return membership;
  };
  return {
    consensus_status: async () => {
      const { status } = context.consensus;
      if (status.mode === "pow") return powResult(status, context.reversal);
      const { members } = membershipAt(next());
      const nameOf = (index: MemberIndex | undefined): string => members[index ?? -1]?.name ?? `${index}`;
      return statusResult(status, { nameOf, tickMs: settings.tickMs });
    },
    consensus_membership: async ({ height }) => {
      refuseWithoutMembers();
      const membership = membershipAt((height as Height | undefined) ?? next());
      const { mode, from, members } = membership;
      type Result = ResultOf<"consensus_membership">;
      return {
        from,
        quorum: quorumOf(present(mode === "pow" ? undefined : mode, "members"), voters(membership).length),
        members: toJson(members) as unknown as Result["members"],
      };
    },
    consensus_evidence: async () => {
      refuseWithoutMembers();
      return { evidence: context.consensus.evidence.map(({ told }) => told) };
    },
    consensus_explain: async () => {
      const { status } = context.consensus;
      return status.mode === "pow" ? explainWork(context, status) : explain(context, status);
    },
  };
}

function powResult(status: PowHostStatus, reversal: Reversal | undefined): ResultOf<"consensus_status"> {
  const { mode, height, hash, work, phase, best, nextTarget, branches, orphans, mining, hashRate } = status;
  const { settings, confirmations } = present(reversal, "what is final in proof of work");
  const target = present(targetOfCompact(nextTarget), "the next target");
  return {
    ...{
      mode,
      height,
      hash,
      me: null,
      quorum: 0,
      work: `${work}`,
      phase,
      best: { ...best, work: `${best.work}` },
    },
    target: target.toString(16).padStart(64, "0") as Hash,
    ...{ branches, orphans, mining, hashRate },
    assumedAttackerShare: settings.assumedAttackerShare,
    reversalRisk: settings.reversalRisk,
    finalConfirmations: confirmations ?? null,
  };
}

/** Where consensus stands, with members by name and times in milliseconds. */
function statusResult(
  status: VoteStatus,
  {
    nameOf,
    tickMs,
  }: { readonly nameOf: (index: MemberIndex | undefined) => string; readonly tickMs: number },
): ResultOf<"consensus_status"> {
  const { membership, height, quorum, me, timeoutTicks } = status;
  const common = {
    ...{ membership, height, quorum, me: me === undefined ? null : nameOf(me) },
    timeoutMs: timeoutTicks === undefined ? null : timeoutTicks * tickMs,
  };
  if (status.mode === "pbft") {
    const { mode, view, phase, primary, prepares, commits, viewChanges } = status;
    return {
      ...{ ...common, mode, view, phase, primary: nameOf(primary) },
      prepares: prepares.map(nameOf),
      commits: commits.map(nameOf),
      viewChanges: viewChanges.map(nameOf),
    };
  }
  const { mode, round, phase, proposer, part, learns, suspicions, promises, uncertified } = status;
  return {
    ...{ ...common, mode, round, phase, proposer: nameOf(proposer), part: part ?? null, uncertified },
    learns: learns.map(nameOf),
    suspicions: suspicions.map(nameOf),
    promises: promises.map(nameOf),
  };
}
