// Worlds of Paxos, Fast Paxos and Trust Change Paxos: how a seed becomes one, and whom it may have.
import type { Named, OwnCrowd, Protocol } from "../run/outcome.ts";
import { classicLevel } from "./level.ts";
import { decreeDesign, decreeRulesOf } from "./paxos-designs.ts";
import { makeDecreePlan } from "./paxos-make-plan.ts";
import { type DecreeProtocol, decreeActorsOf } from "./paxos-plan.ts";
import { scenePlan, scenesOf } from "./paxos-scenes.ts";

const OWES: readonly Named[] = [
  { name: "CL1", says: "some proposed value is chosen, soon after the world has turned kind" },
  { name: "CL2", says: "what is chosen is learnt by all acceptors but those that are gone" },
];

function crowdOf(protocol: DecreeProtocol): OwnCrowd {
  const { tolerated } = decreeRulesOf(protocol);
  return {
    kind: "own",
    takes: ["proposers", "acceptors", "crashed"],
    why:
      "proposers and acceptors only crash there (say --proposers, --acceptors, --crashed); what a proposer that lies does to " +
      "it, npx witan derive shows",
    judge({ acceptors, crashed }) {
      if (crashed === undefined) return { notes: [] };
      const of = acceptors ?? 1;
      if (acceptors === undefined)
        return {
          fault: "--crashed says how many acceptors crash for ever: say of how many, with --acceptors",
        };
      if (crashed <= tolerated(of)) return { notes: [] };
      return {
        fault:
          `--crashed ${crashed} of ${of} acceptors: it bears ${tolerated(of)} that never come back (t_a). With more nothing ` +
          "can be decided: ask for fewer, or for more --acceptors",
      };
    },
  };
}

function protocolOf(protocol: DecreeProtocol, says: string): Protocol {
  return {
    says,
    levels: {
      engines: classicLevel({
        says: "engines alone, one decision a world, with proposers that compete",
        design: decreeDesign(protocol),
        planOf: (seed, wishes) =>
          wishes.scenario === undefined
            ? makeDecreePlan(protocol, seed, wishes)
            : scenePlan(protocol, wishes.scenario, seed),
        actorsOf: decreeActorsOf,
        owes: OWES,
      }),
    },
    scenarios: scenesOf(protocol),
    crowd: crowdOf(protocol),
  };
}

/** By the name that people type. */
export const PAXOS_PROTOCOLS: Readonly<Record<DecreeProtocol, Protocol>> = {
  paxos: protocolOf(
    "paxos",
    "proposers that begin rounds when they wish, 2t + 1 acceptors of which t may crash",
  ),
  "fast-paxos": protocolOf(
    "fast-paxos",
    "proposers that speak to acceptors past the leader, 3t + 1 acceptors of which t may crash",
  ),
  "trust-change-paxos": protocolOf(
    "trust-change-paxos",
    "acceptors that choose whom to trust, 2t + 1 of them, of which t may crash",
  ),
};
