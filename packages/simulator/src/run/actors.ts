// Who is at which place of a world.
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
  const twins = liars
    .filter(({ twin }) => twin)
    .map(({ node }): Actor => ({ name: `v${node}'`, role: `lies: the twin of v${node}`, isLiar: true }));
  return [...nodes, ...twins];
}
