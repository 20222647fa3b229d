// Paxos, Fast Paxos and Trust Change Paxos without a rule, each with what breaks then: the steps of the paper's derivation are
// the mends. And Trust Change Paxos with proposers that lie, which is why there are further steps.
import { type DecreePatience, type DecreeRules, pickHighest } from "@witan/consensus";
import { majorityCrashMax } from "@witan/primitives";
import { Random } from "../random.ts";
import type { Specimen } from "../specimens/specimen.ts";
import type { Fault } from "../world/plan.ts";
import { DECREE_CONDUCTS } from "./paxos-conducts.ts";
import { type DecreeChanges, decreeDesign } from "./paxos-designs.ts";
import { DECREE_LIVENESS_MOVES, DECREE_SAFETY_MOVES } from "./paxos-moves.ts";
import { acceptorsOf, type DecreePlan, type DecreeProtocol, decreeActorsOf } from "./paxos-plan.ts";
import { classicSpecimen } from "./specimen.ts";

const TICK_US = 5_000;
const KIND_AT_US = 1_500_000;

/** What the worlds of a specimen have of their own. */
interface DecreeSpecimenParts {
  readonly protocol: DecreeProtocol;
  readonly says: string;
  readonly fails: string;
  readonly check: "CS2" | "CL1";
  /** Words of the violation: the simplest of them. */
  readonly inWords?: string;
  readonly changes: DecreeChanges;
  /** Three, and four of Fast Paxos, unless said. */
  readonly acceptors?: number;
  readonly plan: (random: Random, plan: DecreePlan) => Partial<DecreePlan>;
  /** The whole design in the same circumstances, or in those that it bears. */
  readonly bears?: (plan: DecreePlan) => Partial<DecreePlan>;
}

function decreeSpecimen(parts: DecreeSpecimenParts): Specimen {
  const { protocol, says, fails, check, changes, bears, inWords = "" } = parts;
  const acceptors = parts.acceptors ?? (protocol === "fast-paxos" ? 4 : 3);
  return classicSpecimen({
    ...{ says, fails, check, inWords, design: decreeDesign(protocol, { ...changes, checks: [check] }) },
    planOf(seed) {
      const random = Random.of(seed, `specimen of ${protocol}`);
      const plan = basePlan(seed, protocol, acceptors, random);
      return { ...plan, ...parts.plan(random, plan) };
    },
    control: (plan) => ({
      design: decreeDesign(protocol),
      plan: { ...plan, ...bears?.(plan) },
    }),
    moves: check === "CL1" ? DECREE_LIVENESS_MOVES : DECREE_SAFETY_MOVES,
    actorsOf: decreeActorsOf,
    requestsOf: ({ wants }) => wants.length,
  });
}

/** Two proposers that want something at about the same time, and a network that loses much. */
function basePlan(seed: number, protocol: DecreeProtocol, acceptors: number, random: Random): DecreePlan {
  const proposers = 2;
  const processes = proposers + acceptors;
  return {
    ...{ seed, protocol, processes, proposers, acceptors, liars: [], gone: [] },
    faults: hardOfHearing(random, proposers, acceptors),
    wants: [
      { place: 0, atUs: random.below(2_000), value: "x" },
      { place: 1, atUs: random.below(2_000), value: "y" },
    ],
    network: {
      ...{ profile: random.pick(["lan", "even"]), regions: Array(processes).fill(0) },
      ...{ lossPermille: random.pick([100, 250, 400]), duplicatePermille: 0, bytesPerMs: 0 },
    },
    clocks: Array.from({ length: processes }, () => ({ skewMs: 0, driftPpm: 0 })),
    ...{ writeUs: [100, 200], kindAtUs: KIND_AT_US, boundUs: 6_000_000 },
    ...{ tickUs: TICK_US, ticks: "apart", roundTicks: 8, roundTicksMax: 32, resendTicks: 6 },
    ...{ recovery: "coordinated", proofs: false },
  };
}

/** Many acceptors don't hear each other for a while: what is chosen is not learnt. */
function hardOfHearing(random: Random, proposers: number, acceptors: number): readonly Fault[] {
  const places = Array.from({ length: acceptors }, (_, at) => proposers + at);
  const cut = places.flatMap((from) =>
    places.flatMap((to) => (from !== to && random.chance(700) ? [[from, to] as const] : [])),
  );
  return cut.length === 0
    ? []
    : [{ kind: "partition", atUs: 0, untilUs: random.between(100_000, KIND_AT_US), cut }];
}

/** Its waits neither grow nor differ: three ticks, where a round takes four message delays, and two to stop another. */
const ALIKE: Partial<DecreeRules> = { patience: (_own: DecreePatience) => 3 };

function liarAt(place: number, conduct: string): Partial<DecreePlan> {
  return { liars: [{ place, conducts: [conduct] }] };
}

const HONEST: Partial<DecreePlan> = { liars: [] };

/** One of the acceptors hears nobody for a while, in the middle of it; a power cut meets all. */
function losesPower(random: Random, plan: DecreePlan): Partial<DecreePlan> {
  const atUs = random.below(6_000);
  const alone = random.pick(acceptorsOf(plan));
  const cut = acceptorsOf(plan).flatMap((other) =>
    other === alone ? [] : [[alone, other] as const, [other, alone] as const],
  );
  return {
    faults: [
      { kind: "power-cut", atUs, effects: random.below(6), untilUs: atUs + 2_000 },
      { kind: "partition", atUs: 0, untilUs: KIND_AT_US, cut },
    ],
  };
}

/** Both proposers speak at nearly one moment, and each is heard first by some. */
function atOneMoment(random: Random, { network }: DecreePlan): Partial<DecreePlan> {
  return {
    wants: [
      { place: 0, atUs: 6_000 + random.below(100), value: "x" },
      { place: 1, atUs: 6_000 + random.below(100), value: "y" },
    ],
    network: { ...network, profile: "lan" },
  };
}

/** By protocol and name. */
export const PAXOS_SPECIMENS: Readonly<Record<DecreeProtocol, Readonly<Record<string, Specimen>>>> = {
  paxos: {
    "below-the-promise": decreeSpecimen({
      ...{ protocol: "paxos", check: "CS2" },
      says: "an acceptor votes in a round though it has promised a higher one",
      fails: "two values are chosen, each in a round of its own",
      changes: { rules: { mayVote: () => true } },
      plan: () => ({}),
    }),
    "own-value-first": decreeSpecimen({
      ...{ protocol: "paxos", check: "CS2" },
      says: "a proposer proposes what its own client wants, whatever the promises say",
      fails: "two values are chosen, each in a round of its own",
      changes: { rules: { pick: () => undefined } },
      plan: () => ({}),
    }),
    "votes-forgotten": decreeSpecimen({
      ...{ protocol: "paxos", check: "CS2" },
      says: "what an acceptor promises and votes is not on its disk",
      fails: "two values are chosen, the second by acceptors that voted before they lost power",
      changes: { rules: { keeps: ({ kind }) => kind !== "acceptor" } },
      plan: losesPower,
    }),
    "duelling-proposers": decreeSpecimen({
      ...{ protocol: "paxos", check: "CL1" },
      says: "proposers begin rounds by timers that neither grow nor differ: there is no leader election",
      fails: "each stops the other's round in the middle, for ever, and nothing is chosen",
      changes: { rules: ALIKE },
      plan: (random) => ({
        faults: [],
        ...{ tickUs: 1_000, roundTicks: 8, roundTicksMax: 64, resendTicks: 1_000, kindAtUs: 100_000 },
        ...{ boundUs: 1_500_000, writeUs: [10, 20] },
        network: {
          ...{ profile: "even", regions: Array(5).fill(0), lossPermille: random.pick([0, 10]) },
          ...{ duplicatePermille: 0, bytesPerMs: 0 },
        },
      }),
    }),
  },
  "fast-paxos": {
    "fast-majority": decreeSpecimen({
      ...{ protocol: "fast-paxos", check: "CS2", acceptors: 3 },
      inWords: "in round 1",
      says: "2t + 1 acceptors and majorities, as in Paxos, though proposers speak past the leader",
      fails: "a majority's promises do not tell which value was chosen in a round with two",
      changes: { rules: { tolerated: majorityCrashMax, pick: pickHighest } },
      plan: atOneMoment,
      bears: () => ({ acceptors: 4, processes: 6 }),
    }),
    "any-vote": decreeSpecimen({
      ...{ protocol: "fast-paxos", check: "CS2" },
      inWords: "in round 1",
      says: "3t + 1 acceptors, but whoever recovers takes any vote of the highest round, as in Paxos",
      fails: "a value is chosen, and another is picked from a quorum that has votes for both",
      changes: { rules: { pick: pickHighest } },
      plan: atOneMoment,
    }),
  },
  "trust-change-paxos": {
    "value-changed": decreeSpecimen({
      ...{ protocol: "trust-change-paxos", check: "CS2" },
      says: "the proposer of a later round lies: it proposes another value than the promises force",
      fails: "a second value is chosen, since acceptors can't tell",
      changes: { conducts: DECREE_CONDUCTS },
      plan: () => liarAt(1, "changes-the-value"),
      bears: () => HONEST,
    }),
    "two-values-told": decreeSpecimen({
      ...{ protocol: "trust-change-paxos", check: "CS2" },
      says: "proposals carry the promises that support them, but the first proposer tells two values, and a majority is enough",
      fails: "one value is chosen, and a majority's promises support the other as well",
      changes: { conducts: DECREE_CONDUCTS },
      plan: () => ({ ...liarAt(0, "tells-two-values"), proofs: true }),
      bears: () => HONEST,
    }),
  },
};
