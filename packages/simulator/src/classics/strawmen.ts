// Worlds of the lecture's strawmen: clients that write and read a value on servers of which some lie, over a network that
// loses and delays. Every check is one that a reader would take for granted; each design breaks one of them.
import {
  STRAWMEN,
  StrawmanClient,
  type StrawmanMessage,
  type StrawmanName,
  type StrawmanOutcome,
  type StrawmanRequest,
  type StrawmanRule,
  StrawmanServer,
} from "@witan/consensus";
import { Random } from "../random.ts";
import type { Actor, WorldWishes } from "../run/outcome.ts";
import { endsThere, fewer, simplerNetwork, step } from "../shrink/plan-moves.ts";
import type { Move } from "../shrink/shrink.ts";
import type { ClassicDesign, Kinds } from "./design.ts";
import { type ClassicPlan, quietPlan } from "./plan.ts";
import { STRAWMAN_CHECKS } from "./strawmen-checks.ts";
import { STRAWMAN_CONDUCTS } from "./strawmen-conducts.ts";

/** Something that a client is to do, after what it is doing. */
export interface StrawmanOperation {
  readonly client: number;
  readonly atUs: number;
  readonly request: StrawmanRequest;
}

/** The circumstances of a world of a strawman. Clients come first, then servers. */
export interface StrawmanPlan extends ClassicPlan {
  readonly clients: number;
  readonly rule: StrawmanRule;
  readonly operations: readonly StrawmanOperation[];
}

/** Their types. */
export interface StrawmanKinds extends Kinds {
  readonly plan: StrawmanPlan;
  readonly message: StrawmanMessage;
  readonly request: StrawmanRequest;
  readonly outcome: StrawmanOutcome;
  readonly kept: never;
}

const KIND_AT_US = 3_000_000;
const BOUND_US = 2_000_000;
/** In a kind world whoever is asked answers within a hundredth of this: what takes longer waits for ever. */
const SHORT_BOUND_US = 100_000;
const TICK_US = 50_000;
const AGAIN_TICKS = 4;
const CLIENT_LETTERS = ["a", "b", "c", "d"] as const;

/** Whom such a world has: what is not said here is the seed's. */
export interface StrawmanCrew {
  readonly rule: StrawmanRule;
  readonly clients: number;
  readonly liars: number;
  readonly conducts: readonly string[];
  readonly profile?: StrawmanPlan["network"]["profile"] | undefined;
}

/** The world of a seed with these. */
export function strawmanPlanOf(
  seed: number,
  { rule, clients, liars, conducts, profile }: StrawmanCrew,
): StrawmanPlan {
  const random = Random.of(seed, "strawman");
  const quiet = quietPlan(seed, clients + rule.servers);
  const counts = new Map<number, number>();
  const operations = Array.from({ length: random.between(4, 12) }, () => random.below(KIND_AT_US))
    .sort((a, b) => a - b)
    .map((atUs): StrawmanOperation => {
      const client = random.below(clients);
      if (random.chance(500)) return { client, atUs, request: { kind: "read" } };
      const count = (counts.get(client) ?? 0) + 1;
      counts.set(client, count);
      return { client, atUs, request: { kind: "write", value: `${CLIENT_LETTERS[client]}${count}` } };
    });
  const network = {
    ...quiet.network,
    profile: profile ?? random.pick(["lan", "heavy-tail"] as const),
    lossPermille: random.pick([0, 100, 300]),
  };
  const places = random
    .shuffled(Array.from({ length: rule.servers }, (_, at) => clients + at))
    .slice(0, liars);
  return {
    ...{
      ...quiet,
      network,
      rule,
      clients,
      operations,
      tickUs: TICK_US,
      kindAtUs: KIND_AT_US,
      boundUs: BOUND_US,
    },
    liars: places.sort((a, b) => a - b).map((place) => ({ place, conducts: [random.pick(conducts)] })),
  };
}

/** The world of a seed: as many servers lie as the design is said to bear, and one of the first, which bears none. */
export function makeStrawmanPlan(name: StrawmanName, seed: number, wishes: WorldWishes): StrawmanPlan {
  const random = Random.of(seed, "strawman crew");
  const { members, byzantine, adversaries, network } = wishes;
  const f = faultsOf(name, members) ?? Math.max(1, byzantine ?? random.between(1, 2));
  return strawmanPlanOf(seed, {
    rule: STRAWMEN[name](f),
    // What several write at once is the last one's trouble; the others have enough of their own.
    clients: name === "strawman-3" ? random.between(1, 2) : 1,
    liars: byzantine ?? (name === "strawman-1" ? random.below(2) : random.between(0, f)),
    conducts: adversaries ?? Object.keys(STRAWMAN_CONDUCTS),
    profile: network,
  });
}

/** f, by how many servers there are; undefined: none is asked for. */
export function faultsOf(name: StrawmanName, members: number | undefined): number | undefined {
  if (members === undefined) return undefined;
  return Math.floor((members - 1) / (name === "strawman-3" ? 3 : 2));
}

/** Who is at which place. */
export function strawmanActors({ processes, clients, liars }: StrawmanPlan): readonly Actor[] {
  return Array.from({ length: processes }, (_, place): Actor => {
    const conducts = liars.find((one) => one.place === place)?.conducts;
    const role = conducts === undefined ? "" : `lies: ${conducts.join(", ")}`;
    const name = place < clients ? `client ${CLIENT_LETTERS[place]}` : `server ${place - clients + 1}`;
    return { name, role, isLiar: conducts !== undefined };
  });
}

/** What a message is in words: `WRITE a1`. */
export function strawmanWords(message: StrawmanMessage): string {
  switch (message.kind) {
    case "write":
      return `WRITE ${message.value}`;
    case "written":
      return `WRITTEN ${message.value}`;
    case "read":
      return `READ in operation ${message.operation}`;
    case "holds":
      return `HOLDS ${message.value} in operation ${message.operation}`;
  }
}

/** A strawman, as worlds need it: which one, and for how many faults, is in the plan. */
export const STRAWMAN_DESIGN: ClassicDesign<StrawmanKinds> = {
  begin: ({ clients, rule }, me) =>
    me < clients
      ? new StrawmanClient({ ...rule, firstServer: clients, againTicks: AGAIN_TICKS })
      : new StrawmanServer(),
  requestsOf: ({ operations }) =>
    operations.map(({ client, atUs, request }) => ({ place: client, atUs, request })),
  wordsOf: strawmanWords,
  requestWords: (request) => ({
    mark: "begin",
    what: request.kind === "write" ? `is to write ${request.value}` : "is to read",
  }),
  outcomeWords: ({ kind, value }) => ({
    mark: "done",
    what: kind === "wrote" ? `has written ${value}` : `has read ${value}`,
  }),
  conducts: STRAWMAN_CONDUCTS,
  checks: STRAWMAN_CHECKS,
  owed({ plan, processes }) {
    const done = processes.slice(0, plan.clients).map(({ outcomes }) => outcomes.length);
    const at = done.findIndex(
      (count, client) => count < plan.operations.filter((one) => one.client === client).length,
    );
    const { servers, replies, alike } = plan.rule;
    if (at < 0) return undefined;
    return `p${at} waits for ever: of ${servers} servers it waits until ${replies} have answered, ${alike} of them alike`;
  },
};

const SMALLER: readonly Move<StrawmanPlan>[] = [
  fewer(
    ({ operations }) => operations,
    (plan, operations) => ({ ...plan, operations }),
  ),
  step((plan) => ({ ...plan, operations: plan.operations.map((one) => ({ ...one, atUs: 0 })) })),
  fewer(
    ({ liars }) => liars,
    (plan, liars) => ({ ...plan, liars }),
  ),
  simplerNetwork(),
];

/** How a world gets smaller, by the check that found something. */
export const STRAWMAN_MOVES: Readonly<Record<string, readonly Move<StrawmanPlan>[]>> = {
  reads: [endsThere(), ...SMALLER, endsThere()],
  // Looked at in the end.
  order: SMALLER,
  // Kind from the beginning, so that nobody is asked twice.
  liveness: [
    ...SMALLER,
    step((plan) => ({ ...plan, kindAtUs: 0 })),
    step((plan) => ({ ...plan, boundUs: SHORT_BOUND_US })),
  ],
};
