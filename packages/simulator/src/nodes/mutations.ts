// Mutations of whole nodes: node, mempool, ledger or storage with one rule taken out of its text. Each must be found by the
// checks of ordinary worlds of whole nodes. Only data, as those of the engine (../pbft/mutations.ts).
import { makeNodesPlan } from "./make-nodes-plan.ts";
import { HOST_OF_NODES } from "./mutations/host.ts";
import { LEDGER } from "./mutations/ledger.ts";
import type { NodeMutation } from "./mutations/mutation.ts";
import { POOL } from "./mutations/pool.ts";
import { STORAGE } from "./mutations/storage.ts";
import type { NodesPlan } from "./plan.ts";

export type { NodeMutation } from "./mutations/mutation.ts";

/** Every mutation of whole nodes, by its name. */
export const NODE_MUTATIONS: Readonly<Record<string, NodeMutation>> = {
  ...HOST_OF_NODES,
  ...POOL,
  ...LEDGER,
  ...STORAGE,
};

/** The plan of a world of whole nodes in which a mutation may show. */
export function nodesPlanFor({ wishes, plan }: NodeMutation, seed: number): NodesPlan {
  const made = { ...makeNodesPlan(seed, { signatures: "fake", ...wishes }), unknownRules: false, ...plan };
  if (plan?.dealings !== undefined) return made;
  return { ...made, dealings: made.dealings.filter(({ atUs }) => atUs <= made.kindAtUs) };
}
