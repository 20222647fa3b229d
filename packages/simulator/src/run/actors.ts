// Who is at which place of a world.
import { type NodesPlan, nodeNameOf, roleOf } from "../nodes/plan.ts";
import type { LiarPlan } from "../pbft/plan.ts";
import type { Actor } from "./outcome.ts";

/** Nodes, then the twins of liars in their order. */
export function actorsOf({
  members,
  spares,
  liars,
}: {
  readonly members: number;
  readonly spares: number;
  readonly liars: readonly LiarPlan[];
}): readonly Actor[] {
  const nodes = Array.from({ length: members + spares }, (_, node): Actor => {
    const liar = liars.find((one) => one.node === node);
    const spare = node < members ? [] : ["not a member at first"];
    const lies =
      liar === undefined ? [] : [`lies: ${[...liar.conducts, ...(liar.twin ? ["twin"] : [])].join(", ")}`];
    return { name: `v${node}`, role: [...spare, ...lies].join(", "), isLiar: liar !== undefined };
  });
  return [...nodes, ...twinsAmong(liars, (node) => `v${node}`)];
}

/** The same of whole nodes, whatever they run. */
export function nodeActorsOf(plan: NodesPlan): readonly Actor[] {
  const { members, spares, observers, liars, gone } = plan;
  const nodes = Array.from({ length: members + spares + observers }, (_, node): Actor => {
    const liar = liars.find((one) => one.node === node);
    const role = roleOf(plan, node);
    const words = [
      ...(role === "validator" ? [] : [role]),
      ...(node >= members && role !== "observer" ? ["not a member at first"] : []),
      ...(gone.some((one) => one.node === node) ? ["crashes for ever"] : []),
      ...(liar === undefined
        ? []
        : [`lies: ${[...liar.conducts, ...(liar.twin ? ["twin"] : [])].join(", ")}`]),
    ];
    return { name: nodeNameOf(plan, node), role: words.join(", "), isLiar: liar !== undefined };
  });
  return [...nodes, ...twinsAmong(liars, (node) => nodeNameOf(plan, node))];
}

function twinsAmong(liars: readonly LiarPlan[], nameOf: (node: number) => string): readonly Actor[] {
  return liars
    .filter(({ twin }) => twin)
    .map(({ node }) => ({
      ...{ name: `${nameOf(node)}'`, role: `lies: the twin of ${nameOf(node)}`, isLiar: true },
    }));
}
