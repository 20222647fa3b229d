// What befalls a world of engines of BP Fast Paxos.
import { crashMax } from "@witan/primitives";
import type { EnginePlan } from "../engines/plan.ts";

/** What a node is for: nobody is two of these, ever. */
export type NodeRole = "proposer" | "acceptor" | "observer";

/** A node; its place in the world is that in the list. */
export interface NodePlan {
  readonly role: NodeRole;
  /** No member at first: a block may add it. Observers never are members. */
  readonly isSpare: boolean;
}

/** A node that lies, and how: names of conducts. Acceptors lie in single specimens only. */
export interface BpfpLiarPlan {
  readonly node: number;
  readonly conducts: readonly string[];
}

/** An acceptor that crashes, and never comes back. */
export interface GonePlan {
  readonly node: number;
  readonly atUs: number;
}

/** The circumstances of a world of engines of BP Fast Paxos. */
export interface BpfpPlan extends EnginePlan {
  readonly nodes: readonly NodePlan[];
  readonly liars: readonly BpfpLiarPlan[];
  readonly gone: readonly GonePlan[];
  /** As in BpfpConfig, in ticks. */
  readonly roundTicks: number;
  readonly roundTicksMax: number;
  /** As the genesis says. */
  readonly promiseAuthentication: "mac" | "signature";
  readonly detectByzantineAcceptors: boolean;
}

/** Nodes of a role that are members at first. */
export function membersOf({ nodes }: Pick<BpfpPlan, "nodes">, role: NodeRole): readonly number[] {
  return nodes.flatMap((node, at) => (node.role === role && !node.isSpare ? [at] : []));
}

/** Whether every proposer lies: then nothing need ever be decided. */
export function allProposersLie(plan: Pick<BpfpPlan, "nodes" | "liars">): boolean {
  const liars = plan.liars.map(({ node }) => node);
  return membersOf(plan, "proposer").every((node) => liars.includes(node));
}

/** Whether an acceptor lies, which the protocol does not withstand: a specimen shows what becomes of it. */
export function anAcceptorLies({ nodes, liars }: Pick<BpfpPlan, "nodes" | "liars">): boolean {
  return liars.some(({ node }) => nodes[node]?.role === "acceptor");
}

/** How many acceptors of a plan's first members may crash for ever: t_a. */
export function goneMax(plan: Pick<BpfpPlan, "nodes">): number {
  return crashMax(membersOf(plan, "acceptor").length);
}
