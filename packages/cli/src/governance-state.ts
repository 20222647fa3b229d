// What governs a chain now, as its node says: to try a change on before anyone is asked to approve it, and to tell whose
// approvals there are. The chain decides; a node that lies here costs the operators a round, no more.
import type { RpcClient } from "@witan/client";
import {
  applyChange,
  type Change,
  type GovernanceState,
  GovernanceView,
  parseMemberFile,
  RULES,
} from "@witan/ledger";
import {
  type ConsensusMode,
  type Height,
  type Member,
  type PolicyHash,
  type PublicKey,
  present,
} from "@witan/primitives";
import type { ResultOf } from "@witan/rpc";
import { told } from "./connection.ts";
import { CommandFailure, EXIT } from "./exit.ts";

/** What governs a chain now. */
export type NodeGovernance = ResultOf<"governance_state">;

/** Asks a node what governs the chain. */
export function governanceOf(client: RpcClient): Promise<NodeGovernance> {
  return told(() => client.call("governance_state", {}));
}

/**
 * Refuses a change that the chain would refuse now, as far as a node tells: it does not say which keys are retired.
 * @throws {CommandFailure} with the rule's code (1)
 */
export function refuseHopeless(change: Change, mode: ConsensusMode, node: NodeGovernance): void {
  const state: GovernanceState = {
    sequence: node.sequence,
    membersFrom: 1 as Height,
    members: node.members.map(memberOf),
    parameters: node.parameters,
    assets: node.assets.map((asset) => ({
      ...asset,
      issuancePolicyHash: asset.issuancePolicyHash as PolicyHash,
    })),
    clients: node.clients.map((client) => ({ ...client, publicKey: client.publicKey as PublicKey })),
    retiredKeys: [],
  };
  const applied = applyChange(new GovernanceView(mode, state), change, (node.height + 1) as Height);
  if (applied.ok) return;
  throw new CommandFailure(
    EXIT.no,
    applied.code,
    `the chain would refuse this change at height ${node.height}: ${RULES[applied.code]}`,
  );
}

function memberOf(member: NodeGovernance["members"][number]): Member {
  const parsed = parseMemberFile(JSON.stringify(member));
  return present(parsed.ok ? parsed.value : undefined, "a member of the form that the contract says");
}
