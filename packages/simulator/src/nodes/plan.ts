// What befalls a world of whole nodes: what befalls engines, and what only whole nodes have: disks that forget and spoil,
// wall clocks that jump, clients with money, operators who change the members.
import type { ParameterName } from "@witan/ledger";
import { byzantineMax } from "@witan/primitives";
import type { GonePlan } from "../bp-fast-paxos/plan.ts";
import type { LiarPlan } from "../pbft/plan.ts";
import type { Fault, Plan } from "../world/plan.ts";
import type { SignatureKind } from "./signatures.ts";

/** A misfortune that needs a whole node. */
export type NodeOnlyFault =
  /** Its operator stops the node in good order, and starts it again in the end. */
  | { readonly kind: "stop"; readonly process: number; readonly atUs: number; readonly untilUs: number }
  /** A bit of a record flips; in the end the operator stops the node, looks the disk through, and restores it. */
  | { readonly kind: "corruption"; readonly process: number; readonly atUs: number; readonly untilUs: number }
  /** The data are gone; the signer guard is kept. */
  | { readonly kind: "lost-data"; readonly process: number; readonly atUs: number; readonly untilUs: number }
  /** The data are copied in the beginning, and the copy takes their place in the end; the signer guard is kept. */
  | { readonly kind: "old-copy"; readonly process: number; readonly atUs: number; readonly untilUs: number };

/** One misfortune of a world of whole nodes. */
export type NodeFault = Fault | NodeOnlyFault;

/** What a client does. */
export type DealingKind =
  /** Pays somebody. */
  | "pay"
  /** The same, handed to every node at once. */
  | "everywhere"
  /** Spends its change before that is final, three times in a row, the last first. */
  | "chain"
  /** Holds for a moment only: final or expired. */
  | "brief"
  /** Spends a coin twice, at different nodes. */
  | "double-spend"
  /** Makes new units of an asset, or destroys some. */
  | "issue"
  | "destroy"
  /** One transaction with two witnesses, which both hold, at different nodes. */
  | "two-witnesses"
  /** What no node may ever make final: wrong signature, wrong sums, too late. */
  | "forged"
  | "unbalanced"
  | "expired"
  /** What is no transaction at all. */
  | "oversized"
  | "garbage";

/** Something that a client does at a time. */
export interface DealingPlan {
  readonly atUs: number;
  readonly client: number;
  readonly kind: DealingKind;
}

/** What may change of a member. With another peer key its node starts again, under another name on the network. */
export type MemberChange = "add" | "remove" | "replace-key" | "replace-operator-key" | "replace-peer-key";

/** A change that operators approve, from a time on. */
export type ChangePlan =
  /** Of the members; keys are replaced by the next of the same node. */
  | { readonly atUs: number; readonly kind: MemberChange; readonly node: number }
  | {
      readonly atUs: number;
      readonly kind: "parameter";
      readonly parameter: ParameterName;
      readonly value: number;
    }
  | { readonly atUs: number; readonly kind: "asset"; readonly name: string }
  /** The next rules: no node knows them. */
  | { readonly atUs: number; readonly kind: "rules" }
  /** Of somebody who is no client of this world, or no world could end well in which it is revoked. */
  | {
      readonly atUs: number;
      readonly kind: "permit-client" | "revoke-client" | "forget-client";
      readonly guest: number;
    };

/** Limits of every node's pool; those that are not here are as usual. */
export interface MempoolPlan {
  readonly transactions: number;
  /** Of memory. */
  readonly bytes?: number;
  readonly perClient?: number;
  readonly ancestors?: number;
  readonly descendants?: number;
  readonly orphans?: number;
  readonly rejections?: number;
}

/** What the members of a world run, and what is theirs alone. */
export type NodesConsensus =
  | { readonly kind: "pbft" }
  | {
      readonly kind: "bp-fast-paxos";
      /** So many of the first members propose, the rest accept. */
      readonly proposers: number;
      /** What each spare is to become, in their order. */
      readonly spareRoles: readonly ("proposer" | "acceptor")[];
      /** As the genesis says. */
      readonly promiseAuthentication: "mac" | "signature";
      readonly detectByzantineAcceptors: boolean;
      /** As in NodeSettings. */
      readonly minimumSharePermille: number;
    };

/** The circumstances of a world of whole nodes. */
export interface NodesPlan extends Omit<Plan, "faults"> {
  readonly consensus: NodesConsensus;
  readonly faults: readonly NodeFault[];
  /** Members at the beginning: the nodes 0 to `members` - 1. */
  readonly members: number;
  /** Nodes that are no members yet, and follow the chain. */
  readonly spares: number;
  /** Nodes behind the spares that never are members, and have no voting keys. */
  readonly observers: number;
  /** Liars are nodes; their twins have the places behind all nodes, in this order. */
  readonly liars: readonly LiarPlan[];
  /** Who crashes for ever. */
  readonly gone: readonly GonePlan[];
  readonly tickMs: number;
  readonly viewTimeoutMs: number;
  readonly viewTimeoutMaxMs: number;
  readonly emptyBlockIntervalMs: number;
  /** Blocks between two flushes at most. */
  readonly flushBlocks: number;
  /** The chain's bounds for blocks: those of a new chain, or the least there may be. */
  readonly limits: "usual" | "tight";
  readonly signatures: SignatureKind;
  /** What may be pending, or wait, at a node. */
  readonly mempool: MempoolPlan;
  readonly clients: number;
  readonly dealings: readonly DealingPlan[];
  readonly changes: readonly ChangePlan[];
  /** Whether in the very end the members let rules hold that no node knows. */
  readonly unknownRules: boolean;
  /** So long after the world turned kind everything that is pending is final, at all correct nodes. */
  readonly boundUs: number;
}

/** What a node of a world is, or is to become. */
export type NodesRole = "validator" | "proposer" | "acceptor" | "observer";

/** What a node is for. */
export function roleOf(
  { consensus, members, spares }: Pick<NodesPlan, "consensus" | "members" | "spares">,
  node: number,
): NodesRole {
  if (node >= members + spares) return "observer";
  if (consensus.kind === "pbft") return "validator";
  if (node >= members) return consensus.spareRoles[node - members] ?? "acceptor";
  return node < consensus.proposers ? "proposer" : "acceptor";
}

/** How everybody calls a node: the letter of its role, and its place. */
export function nodeNameOf(plan: Pick<NodesPlan, "consensus" | "members" | "spares">, node: number): string {
  return `${roleOf(plan, node).charAt(0)}${node}`;
}

/** What a protocol promises in a world of a plan. Nothing else is checked there. */
export interface Owed {
  /** One block at a height. */
  readonly agreement: boolean;
  /** What waits becomes final. */
  readonly liveness: boolean;
}

/** What is promised with so many liars. */
export function owedIn({
  consensus,
  members,
  liars,
}: Pick<NodesPlan, "consensus" | "members" | "liars">): Owed {
  // Any proposer may lie; nothing need be decided where all do.
  if (consensus.kind === "bp-fast-paxos")
    return { agreement: true, liveness: liars.length < consensus.proposers };
  const isBorne = liars.length <= byzantineMax(members);
  return { agreement: isBorne, liveness: isBorne };
}
