// Worlds of whole nodes as the runner takes them: who is where, what is to befall them, and what came of it.
import { nodeActorsOf } from "../run/actors.ts";
import { TWIN } from "../run/choices.ts";
import { circumstancesOf } from "../run/circumstances.ts";
import type { Level, Named, WorldWishes } from "../run/outcome.ts";
import { namedIn } from "../run/own-checks.ts";
import { BPFP_NODE_CHECKS, NODE_CHECKS } from "./checks/checks.ts";
import { makeBpfpNodesPlan } from "./make-bpfp-nodes-plan.ts";
import { makeNodesPlan } from "./make-nodes-plan.ts";
import type { NodesPlan } from "./plan.ts";
import { runNodesWorld } from "./run-nodes-world.ts";
import { BPFP_TAPS } from "./taps/bpfp-taps.ts";
import { TAPS } from "./taps/taps.ts";

/** What a world of whole nodes looks at by itself, beside its checks. */
const OWN_CHECKS: readonly Named[] = [
  {
    name: "liveness",
    says: "all that clients and operators wait for is final everywhere, soon after the world has turned kind",
  },
  {
    name: "stops",
    says: "a node that was stopped in good order writes nothing any more, and starts with all that was final",
  },
  {
    name: "rules",
    says: "a node stops before the first block of rules that it does not know, and says so",
  },
  { name: "damage", says: "a record that is spoilt is noticed by whoever looks through the disk" },
  { name: "proofs", says: "what is final can be shown to who trusts the genesis alone" },
  {
    name: "supply",
    says: "of each asset there is what was given and issued, less what was destroyed; balances too",
  },
  { name: "answers", says: "nodes read what is well formed, and answer when they are asked" },
  { name: "endless", says: "time goes on, and what waits does not grow for ever" },
  { name: "world", says: "nothing is thrown that nobody catches" },
];

function daysOf({ byzantine, adversaries, network }: WorldWishes, taps: object) {
  return {
    ...(byzantine !== undefined && { liars: byzantine }),
    ...(network !== undefined && { network }),
    ...(adversaries !== undefined && {
      twins: adversaries.includes(TWIN.name),
      taps: adversaries.filter((name) => name in taps),
    }),
  };
}

function pbftPlanOf(seed: number, wishes: WorldWishes): NodesPlan {
  const { members } = wishes;
  return makeNodesPlan(seed, { ...(members !== undefined && { members }), ...daysOf(wishes, TAPS) });
}

function bpfpPlanOf(seed: number, wishes: WorldWishes): NodesPlan {
  const { proposers, acceptors, crashed } = wishes;
  return makeBpfpNodesPlan(seed, {
    ...(proposers !== undefined && { proposers }),
    ...(acceptors !== undefined && { acceptors }),
    ...(crashed !== undefined && { gone: crashed }),
    ...daysOf(wishes, BPFP_TAPS),
  });
}

interface Kind {
  readonly planOf: (seed: number, wishes: WorldWishes) => NodesPlan;
  readonly adversaries: readonly Named[];
  readonly checks: readonly Named[];
}

function nodesOf({ planOf, adversaries, checks }: Kind): Level {
  return {
    says: "whole nodes: ledger, mempool, sync, store and RPC, with clients that pay each other",
    adversaries: [TWIN, ...adversaries],
    checks: [...checks, ...OWN_CHECKS],
    make(seed, wishes) {
      const plan = planOf(seed, wishes);
      return {
        actors: nodeActorsOf(plan),
        circumstances: circumstancesOf(plan),
        async run(recorder) {
          const result = await runNodesWorld(seed, { plan, recorder });
          const { violation, virtualUs, events, decisions, faults, also } = result;
          return {
            seed,
            level: "nodes",
            ...{ virtualUs, events, decisions, faults: Object.fromEntries(faults) },
            also: Object.fromEntries(also),
            broken: violation && { check: violation.check, message: violation.message },
          };
        },
      };
    },
  };
}

/** Whole nodes of PBFT. */
export const NODES: Level = nodesOf({
  planOf: pbftPlanOf,
  adversaries: namedIn(TAPS),
  checks: namedIn(NODE_CHECKS),
});

/** Whole nodes of BP Fast Paxos. */
export const BPFP_NODES_LEVEL: Level = nodesOf({
  planOf: bpfpPlanOf,
  adversaries: namedIn(BPFP_TAPS),
  checks: namedIn(BPFP_NODE_CHECKS),
});
