// Paxos, Fast Paxos and Trust Change Paxos, as worlds of classics need them.
import {
  type DecreeConfig,
  type DecreeEngine,
  type DecreeRecord,
  type DecreeRules,
  FAST_PAXOS_RULES,
  FastPaxos,
  PAXOS_RULES,
  Paxos,
  TRUST_CHANGE_RULES,
  TrustChangePaxos,
} from "@witan/consensus";
import type { ClassicConduct, ClassicDesign } from "./design.ts";
import { decreeChecks, decreeOwed } from "./paxos-checks.ts";
import type { DecreeKinds, DecreePlan, DecreeProtocol } from "./paxos-plan.ts";
import { decreeWords, recordWords } from "./paxos-words.ts";
import type { ClassicWorld } from "./world.ts";

/** What a design may have instead of what its protocol has. */
export interface DecreeChanges {
  readonly rules?: Partial<DecreeRules>;
  /** The checks that are looked at; undefined: all. Others may find a flaw before it does harm. */
  readonly checks?: readonly string[];
  /** How proposers may lie, which none of these protocols bears. */
  readonly conducts?: Readonly<Record<string, ClassicConduct<DecreeKinds>>>;
}

const RULES: Readonly<Record<DecreeProtocol, DecreeRules>> = {
  paxos: PAXOS_RULES,
  "fast-paxos": FAST_PAXOS_RULES,
  "trust-change-paxos": TRUST_CHANGE_RULES,
};

/** Promises that acceptors really gave: what stands for their signatures. */
const GIVEN = new WeakMap<ClassicWorld<DecreeKinds>, Set<string>>();

/** A design of a protocol: whole, or with something changed. */
export function decreeDesign(
  protocol: DecreeProtocol,
  { rules: changed, conducts = {}, checks }: DecreeChanges = {},
): ClassicDesign<DecreeKinds> {
  const rules: DecreeRules = { ...RULES[protocol], ...changed };
  const all = decreeChecks(rules);
  return {
    begin: (plan, place, kept) => engineOf(plan, place, kept, rules),
    requestsOf: ({ wants }) =>
      wants.map(({ place, atUs, value }) => ({ ...{ place, atUs }, request: { value } })),
    wordsOf: decreeWords,
    requestWords: ({ value }) => ({ mark: "begin", what: `shall propose ${value}` }),
    outcomeWords: ({ value }) => ({ mark: "decide", what: `learns ${value}` }),
    keptWords: recordWords,
    seals(world, place, message) {
      if (message.kind !== "promise" || message.acceptor !== place) return message;
      const given = GIVEN.get(world) ?? new Set();
      GIVEN.set(world, given);
      given.add(JSON.stringify(message));
      return message;
    },
    faultOf(world, message) {
      if (message.kind !== "accept" || !world.plan.proofs) return undefined;
      const given = GIVEN.get(world);
      return message.proof.every((promise) => given?.has(JSON.stringify(promise)))
        ? undefined
        : "a promise in its proof was never given";
    },
    conducts,
    checks:
      checks === undefined
        ? all
        : Object.fromEntries(Object.entries(all).filter(([name]) => checks.includes(name))),
    owed: (world) => decreeOwed(world, rules),
  };
}

function engineOf(
  plan: DecreePlan,
  me: number,
  kept: DecreeRecord | undefined,
  rules: DecreeRules,
): DecreeEngine {
  const { protocol, proposers, acceptors, roundTicks, roundTicksMax, resendTicks, recovery, proofs } = plan;
  const config: DecreeConfig = { me, proposers, acceptors, roundTicks, roundTicksMax, resendTicks };
  switch (protocol) {
    case "paxos":
      return new Paxos(config, kept, rules);
    case "fast-paxos":
      return new FastPaxos({ ...config, recovery }, kept, rules);
    case "trust-change-paxos":
      return new TrustChangePaxos({ ...config, proofs }, kept, rules);
  }
}

/** The rules of a protocol. */
export function decreeRulesOf(protocol: DecreeProtocol): DecreeRules {
  return RULES[protocol];
}
