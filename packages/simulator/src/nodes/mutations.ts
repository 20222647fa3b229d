// Mutations of whole nodes: node, mempool, ledger or storage with one rule taken out of its text. Each must be found by the
// checks of ordinary worlds of whole nodes. Only data, as those of the engine (../pbft/mutations.ts).
import { makeBpfpNodesPlan } from "./make-bpfp-nodes-plan.ts";
import { makeNodesPlan } from "./make-nodes-plan.ts";
import { type BpfpNodeMutation, HOST_OF_BPFP_NODES } from "./mutations/bp-fast-paxos.ts";
import { HOST_OF_NODES } from "./mutations/host.ts";
import { LEDGER } from "./mutations/ledger.ts";
import type { NodeMutation } from "./mutations/mutation.ts";
import { POOL } from "./mutations/pool.ts";
import { STORAGE } from "./mutations/storage.ts";
import type { NodesPlan } from "./plan.ts";

export type { BpfpNodeMutation } from "./mutations/bp-fast-paxos.ts";
export type { NodeMutation } from "./mutations/mutation.ts";

/** Every mutation of whole nodes, by its name. */
export const NODE_MUTATIONS: Readonly<Record<string, NodeMutation>> = {
  ...HOST_OF_NODES,
  ...POOL,
  ...LEDGER,
  ...STORAGE,
};

/** Every mutation of whole nodes of BP Fast Paxos, by its name: of what all nodes have, the others tell. */
export const BPFP_NODE_MUTATIONS: Readonly<Record<string, BpfpNodeMutation>> = HOST_OF_BPFP_NODES;

/** The plan of a world of whole nodes in which a mutation may show. */
export function nodesPlanFor({ wishes, plan }: NodeMutation, seed: number): NodesPlan {
  return fitted(makeNodesPlan(seed, { signatures: "fake", ...wishes }), plan);
}

/** The same of BP Fast Paxos. */
export function bpfpNodesPlanFor({ wishes, plan }: BpfpNodeMutation, seed: number): NodesPlan {
  return fitted(makeBpfpNodesPlan(seed, { signatures: "fake", ...wishes }), plan);
}

function fitted(drawn: NodesPlan, plan: NodeMutation["plan"]): NodesPlan {
  const made = { ...drawn, unknownRules: false, ...plan };
  if (plan?.dealings !== undefined) return made;
  return { ...made, dealings: made.dealings.filter(({ atUs }) => atUs <= made.kindAtUs) };
}
