// What befalls the worlds of a derivation: drawn once from a seed, for every step alike. Proposers have the places 0 and 1,
// acceptors those behind; a step with fewer acceptors leaves out what is about the others.
import { Random } from "../random.ts";
import { drawFaults } from "../world/draw-faults.ts";
import type { Fault, NetworkPlan } from "../world/plan.ts";
import { soon } from "./paxos-make-plan.ts";

/** How many propose. */
export const PROPOSERS = 2;
const KIND_AT_US = 800_000;
/** Ten times what it takes. */
const BOUND_US = 20_000_000;
/** Where an acceptor lies nothing is owed, and what is to break has broken soon. */
const SHORT_US = 80_000;

/** Who lies, and how. */
export type DerivedLie = "changes-the-value" | "tells-two-values" | "acceptor-too";

/** The circumstances of one world. */
export interface Circumstances {
  readonly seed: number;
  readonly network: Omit<NetworkPlan, "regions">;
  readonly faults: readonly Fault[];
  readonly gone: readonly { readonly place: number; readonly atUs: number }[];
  /** When each proposer is asked to propose; undefined: it is not. */
  readonly wantsAtUs: readonly (number | undefined)[];
  readonly lie: DerivedLie | undefined;
  readonly writeUs: readonly [number, number];
  readonly kindAtUs: number;
  /** So long after the world turned kind everything is decided. */
  readonly boundUs: number;
}

/** The sizes that a draw must know. */
export interface DerivedSizes {
  /** Acceptors that may crash: t_a. */
  readonly tolerated: number;
}

/** One kind of circumstances. */
export interface CircumstancesKind {
  readonly name: string;
  readonly says: string;
  /** Seeds for one asked for: what is rare needs more of them. */
  readonly times: number;
  draw(seed: number, sizes: DerivedSizes): Circumstances;
}

const QUIET: Circumstances["network"] = {
  ...{ profile: "lan", lossPermille: 0, duplicatePermille: 0, bytesPerMs: 0 },
};

function base(seed: number, random: Random): Circumstances {
  return {
    ...{ seed, network: QUIET, faults: [], gone: [], lie: undefined, writeUs: [50, 200] },
    ...{ wantsAtUs: [10_000 + random.below(500), 10_000 + random.below(2_000)] },
    ...{ kindAtUs: KIND_AT_US, boundUs: BOUND_US },
  };
}

function lossy(random: Random): Circumstances["network"] {
  return {
    profile: random.pick(["lan", "heavy-tail"]),
    lossPermille: random.pick([50, 150, 300]),
    duplicatePermille: random.pick([0, 100]),
    bytesPerMs: 0,
  };
}

/** Many acceptors don't hear each other for a while: what is chosen is not learnt by all. */
function hardOfHearing(random: Random, { tolerated }: DerivedSizes): readonly Fault[] {
  const places = Array.from({ length: 3 * tolerated + 1 }, (_, at) => PROPOSERS + at);
  const permille = random.pick([300, 500, 700]);
  const cut = places.flatMap((from) =>
    places.flatMap((to) => (from !== to && random.chance(permille) ? [[from, to] as const] : [])),
  );
  const untilUs = random.between(200_000, KIND_AT_US);
  return cut.length === 0 ? [] : [{ kind: "partition", atUs: 0, untilUs, cut }];
}

/** Nobody hears one acceptor: what it learns first, it learns alone. */
function oneUnheard(random: Random, tolerated: number): readonly Fault[] {
  const places = Array.from({ length: 3 * tolerated + 1 }, (_, at) => PROPOSERS + at);
  const alone = random.pick(places.slice(1, 2 * tolerated + 1));
  const cut = places.flatMap((to) => (to === alone ? [] : [[alone, to] as const]));
  return [{ kind: "partition", atUs: 0, untilUs: SHORT_US, cut }];
}

/** Faults of these kinds, of those that all steps have. */
function faultsOf(
  random: Random,
  kinds: readonly Fault["kind"][],
  { tolerated }: DerivedSizes,
): readonly Fault[] {
  const processes = PROPOSERS + 2 * tolerated + 1;
  const drawn = [0, 1, 2].flatMap(() => drawFaults(random, { processes, kindAtUs: KIND_AT_US }));
  return drawn
    .filter(({ kind }) => kinds.includes(kind))
    .map((fault) => soon(random, fault))
    .sort((a, b) => a.atUs - b.atUs);
}

function kind(
  name: string,
  says: string,
  draw: (random: Random, sizes: DerivedSizes) => Partial<Circumstances>,
  times = 1,
): CircumstancesKind {
  return {
    ...{ name, says, times },
    draw(seed, sizes) {
      const random = Random.of(seed, `circumstances ${name}`);
      const drawn = { ...base(seed, random), ...draw(random, sizes) };
      const endUs = drawn.kindAtUs;
      return {
        ...drawn,
        faults: drawn.faults.map((one) => ({ ...one, untilUs: Math.min(one.untilUs, endUs) })),
      };
    },
  };
}

const liar = (lie: DerivedLie) => (random: Random, sizes: DerivedSizes) => ({
  lie,
  network: { ...QUIET, lossPermille: random.pick([0, 100, 250]) },
  faults: hardOfHearing(random, sizes),
});

/** All kinds: those that the steps are to survive first. */
export const CIRCUMSTANCES: readonly CircumstancesKind[] = [
  kind("competing", "both proposers want something at the same time", () => ({})),
  kind("network", "loss, long delays, duplicates, links that are cut or slow", (random, sizes) => ({
    network: lossy(random),
    faults: faultsOf(random, ["partition", "slow-link", "storm"], sizes),
  })),
  kind(
    "restarts",
    "anybody crashes and comes back, power cuts, disks that refuse, pauses",
    (random, sizes) => ({
      network: { ...QUIET, lossPermille: random.pick([0, 50]) },
      faults: faultsOf(random, ["crash", "power-cut", "write-error", "pause", "slow-disk"], sizes),
    }),
  ),
  kind("acceptors-gone", "t acceptors crash for ever, and messages are lost", (random, { tolerated }) => ({
    network: lossy(random),
    gone: random
      .shuffled(Array.from({ length: 2 * tolerated + 1 }, (_, at) => PROPOSERS + at))
      .slice(0, tolerated)
      .map((place) => ({ place, atUs: random.below(20_000) })),
  })),
  kind("proposer-gone", "the first proposer crashes for ever, and messages are lost", (random) => ({
    network: lossy(random),
    gone: [{ place: 0, atUs: random.below(20_000) }],
  })),
  kind(
    "value-changed",
    "a proposer lies: in later rounds it proposes another value than the votes force",
    liar("changes-the-value"),
    4,
  ),
  kind(
    "two-values-told",
    "the first proposer lies: it proposes one value to some acceptors, another to the rest",
    liar("tells-two-values"),
    4,
  ),
  kind(
    "acceptor-lies",
    "an acceptor lies together with the first proposer, which no step bears",
    (random, { tolerated }) => ({
      ...{ lie: "acceptor-too", kindAtUs: SHORT_US, boundUs: SHORT_US },
      faults: oneUnheard(random, tolerated),
    }),
    30,
  ),
];

/** All goes well, and one proposer wants something: `isFirstGone`: the first crashed before that, and the second does. */
export function calm(isFirstGone: boolean): Circumstances {
  return {
    ...{ seed: 1, network: { ...QUIET, profile: "even" }, faults: [], lie: undefined, writeUs: [1, 1] },
    gone: isFirstGone ? [{ place: 0, atUs: 0 }] : [],
    wantsAtUs: isFirstGone ? [undefined, 50_000] : [50_000, undefined],
    ...{ kindAtUs: 60_000, boundUs: BOUND_US },
  };
}
