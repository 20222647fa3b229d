// Methods about consensus, with members by name.
import { toJson } from "@witan/ledger";
import { byzantineQuorum, type Height, type MemberIndex, type Membership } from "@witan/primitives";
import { type ResultOf, RpcError } from "@witan/rpc";
import { explain } from "../explain/explain.ts";
import type { Calls, ServiceContext } from "./context.ts";

/** The methods named `consensus_…`. */
export function consensusCalls(context: ServiceContext): Calls<"consensus"> {
  const { chain, evidence, settings } = context;
  const next = (): Height => (chain.tip.height + 1) as Height;
  const membershipAt = (height: Height): Membership => {
    const membership = chain.memberships(height);
    if (membership === undefined)
      throw new RpcError("height-unknown", { data: { height, known: chain.tip.height + 1 } });
    return membership;
  };
  return {
    consensus_status: async () => {
      const status = context.consensusStatus();
      const { members } = membershipAt(next());
      const nameOf = (index: MemberIndex): string => members[index]?.name ?? `${index}`;
      const { me, timeoutTicks, mode, membership, height, view, phase, quorum } = status;
      return {
        ...{ mode, membership, height, view, phase, quorum },
        primary: nameOf(status.primary),
        me: me === undefined ? null : nameOf(me),
        timeoutMs: timeoutTicks === undefined ? null : timeoutTicks * settings.tickMs,
        prepares: status.prepares.map(nameOf),
        commits: status.commits.map(nameOf),
        viewChanges: status.viewChanges.map(nameOf),
      };
    },
    consensus_membership: async ({ height }) => {
      const { from, members } = membershipAt((height as Height | undefined) ?? next());
      type Result = ResultOf<"consensus_membership">;
      return {
        from,
        quorum: byzantineQuorum(members.length),
        members: toJson(members) as unknown as Result["members"],
      };
    },
    consensus_evidence: async () => ({
      evidence: evidence.all.flatMap(({ first, second }) => {
        const member = chain.memberships(first.message.height)?.members[first.sender];
        if (member === undefined) return [];
        const { name, votingKey } = member;
        return [
          {
            member: name,
            votingKey,
            first: { ...first.message, signature: first.signature },
            second: { ...second.message, signature: second.signature },
          },
        ];
      }),
    }),
    consensus_explain: async () => explain(context),
  };
}
