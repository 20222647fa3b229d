// Methods about consensus, with members by name.
import { toJson } from "@witan/ledger";
import { type Height, type MemberIndex, type Membership, quorumOf, voters } from "@witan/primitives";
import { type ResultOf, RpcError } from "@witan/rpc";
import type { ConsensusStatus } from "../consensus/consensus-host.ts";
import { explain } from "../explain/explain.ts";
import type { Calls, ServiceContext } from "./context.ts";

/** The methods named `consensus_…`. */
export function consensusCalls(context: ServiceContext): Calls<"consensus"> {
  const { chain, settings } = context;
  const next = (): Height => (chain.tip.height + 1) as Height;
  const membershipAt = (height: Height): Membership => {
    const membership = chain.memberships(height);
    if (membership === undefined)
      throw new RpcError("height-unknown", { data: { height, known: chain.tip.height + 1 } });
    return membership;
  };
  return {
    consensus_status: async () => {
      const { members } = membershipAt(next());
      const nameOf = (index: MemberIndex | undefined): string => members[index ?? -1]?.name ?? `${index}`;
      return statusResult(context.consensus.status, { nameOf, tickMs: settings.tickMs });
    },
    consensus_membership: async ({ height }) => {
      const membership = membershipAt((height as Height | undefined) ?? next());
      const { mode, from, members } = membership;
      type Result = ResultOf<"consensus_membership">;
      return {
        from,
        quorum: mode === "pow" ? 0 : quorumOf(mode, voters(membership).length),
        members: toJson(members) as unknown as Result["members"],
      };
    },
    consensus_evidence: async () => ({ evidence: context.consensus.evidence.map(({ told }) => told) }),
    consensus_explain: async () => explain(context),
  };
}

/** Where consensus stands, with members by name and times in milliseconds. */
function statusResult(
  status: ConsensusStatus,
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
