// Worlds of whole nodes as the runner takes them: who is where, what is to befall them, and what came of it.
import { TWIN } from "../run/choices.ts";
import { circumstancesOf } from "../run/circumstances.ts";
import type { Actor, Level, Named, WorldWishes } from "../run/outcome.ts";
import { makeNodesPlan } from "./make-nodes-plan.ts";
import type { NodesPlan } from "./plan.ts";
import { runNodesWorld } from "./run-nodes-world.ts";
import { TAPS } from "./taps.ts";

/** What a world of whole nodes looks at by itself, beside its checks. */
export const NODE_OWN_CHECKS: readonly Named[] = [
  { name: "damage", says: "a record that is spoilt is noticed by whoever looks through the disk" },
  { name: "validity", says: "what must never be final is never said to be" },
  { name: "proofs", says: "what is final can be shown to who trusts the genesis alone" },
  {
    name: "supply",
    says: "of each asset there is what was given and issued, less what was destroyed; balances too",
  },
  { name: "answers", says: "nodes read what is well formed, and answer when they are asked" },
];

function planOf(seed: number, { members, byzantine, adversaries, network }: WorldWishes): NodesPlan {
  return makeNodesPlan(seed, {
    ...(members !== undefined && { members }),
    ...(byzantine !== undefined && { liars: byzantine }),
    ...(network !== undefined && { network }),
    ...(adversaries !== undefined && {
      twins: adversaries.includes(TWIN.name),
      taps: adversaries.filter((name) => name in TAPS),
    }),
  });
}

function actorsOf({ members, spares, liars }: NodesPlan): readonly Actor[] {
  const nodes = Array.from({ length: members + spares }, (_, node): Actor => {
    const liar = liars.find((one) => one.node === node);
    const role = node < members ? [] : ["not a member at first"];
    if (liar !== undefined)
      role.push(`lies: ${[...liar.conducts, ...(liar.twin ? ["twin"] : [])].join(", ")}`);
    return { name: `v${node}`, role: role.join(", "), isLiar: liar !== undefined };
  });
  const twins = liars.filter(({ twin }) => twin);
  return [
    ...nodes,
    ...twins.map(({ node }) => ({ name: `v${node}'`, role: `lies: the twin of v${node}`, isLiar: true })),
  ];
}

/** Whole nodes. */
export const NODES: Level = {
  says: "whole nodes: ledger, mempool, sync, store and RPC, with clients that pay each other",
  adversaries: [TWIN, ...Object.entries(TAPS).map(([name, { says }]) => ({ name, says }))],
  make(seed, wishes) {
    const plan = planOf(seed, wishes);
    return {
      actors: actorsOf(plan),
      circumstances: circumstancesOf(plan),
      async run(recorder) {
        const result = await runNodesWorld(seed, { plan, recorder });
        const { violation, virtualUs, events, decisions, faults } = result;
        return {
          seed,
          level: "nodes",
          ...{ virtualUs, events, decisions, faults: Object.fromEntries(faults) },
          broken: violation && { check: violation.check, message: violation.message },
        };
      },
    };
  },
};
