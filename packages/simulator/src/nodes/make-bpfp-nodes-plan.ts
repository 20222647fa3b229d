// Draws the circumstances of a world of whole nodes of BP Fast Paxos from its seed. Any proposers lie, all of them in one
// world of eight; of acceptors never more than t_a are gone for ever or lose data, since those are silent for a while.
import { crashMax } from "@witan/primitives";
import type { GonePlan } from "../bp-fast-paxos/plan.ts";
import type { LiarPlan } from "../pbft/plan.ts";
import { Random } from "../random.ts";
import { drawFaults } from "../world/draw-faults.ts";
import {
  type DaysWishes,
  drawDays,
  drawKindAtUs,
  drawNodeFaults,
  drawStops,
  drawUnknownRules,
} from "./draw-nodes-plan.ts";
import type { NodeFault, NodesPlan } from "./plan.ts";
import { BPFP_TAPS } from "./taps/bpfp-taps.ts";

/** What is not left to the seed. */
export interface BpfpNodesWishes extends DaysWishes {
  readonly proposers?: number;
  readonly acceptors?: number;
  /** How many proposers lie; where all do, nothing need become final. */
  readonly liars?: number;
  /** How many acceptors crash for ever. */
  readonly gone?: number;
  /** Names in BPFP_TAPS that liars are drawn from; all, by default. */
  readonly taps?: readonly string[];
  /** Whether liars may run twice. */
  readonly twins?: boolean;
}

/** Of a thousand worlds in so many every proposer lies, if any may. */
const ALL_LIE_PERMILLE = 120;
/** Such worlds are bad no longer than this: nothing keeps rounds from following each other as fast as messages go. */
const ALL_LIE_SECONDS = 5;
/** What is waited for where nothing is owed. */
const IDLE_BOUND_US = 3_000_000;
/**
 * A dead line is given up after 10 s, and dialled anew within 5 s; a node that stopped is started after 1 s; then two liars
 * and a correct proposer with the longest timer each, 12 s; what they left out is overdue after 5 s, and each may have
 * a timer of decisions before it is left; a client asks again every 3 s.
 */
const BOUND_US = 45_000_000;

/** The plan of a seed. */
export function makeBpfpNodesPlan(seed: number, wishes: BpfpNodesWishes = {}): NodesPlan {
  const random = Random.of(seed, "nodes plan of bp-fast-paxos");
  const proposers = wishes.proposers ?? random.pick([1, 2, 2, 2, 3]);
  const acceptors = wishes.acceptors ?? random.pick([4, 4, 4, 4, 4, 5, 7]);
  const members = proposers + acceptors;
  const spareRoles = random.pick<readonly ("proposer" | "acceptor")[]>([
    [],
    [],
    [],
    ["acceptor"],
    ["proposer"],
  ]);
  const observers = random.pick([0, 0, 1]);
  const spares = spareRoles.length;
  const liars = drawLiars(random, proposers, wishes);
  const allLie = liars.length === proposers;
  const kindAtUs = drawKindAtUs(random, allLie ? ALL_LIE_SECONDS : 16, wishes);
  const gone = drawGone(random, { proposers, acceptors, kindAtUs, wanted: wishes.gone });
  const nodes = members + spares + observers;
  const room = { processes: nodes + liars.filter(({ twin }) => twin).length, kindAtUs };
  const mayLose = drawLosers(random, { proposers, acceptors, liars, gone });
  const faults: readonly NodeFault[] = [
    ...drawFaults(random, room),
    ...drawNodeFaults(random, room, mayLose, acceptors),
    ...drawStops(random, room),
  ];
  return {
    consensus: {
      ...{ kind: "bp-fast-paxos", proposers, spareRoles },
      promiseAuthentication: random.pick(["mac", "mac", "signature"]),
      detectByzantineAcceptors: random.chance(300),
      minimumSharePermille: random.pick([0, 0, 300]),
    },
    ...{ liars, gone, observers },
    ...drawDays(random, { ...room, seed, members, spares, liars, faults, wishes }),
    unknownRules: !allLie && drawUnknownRules(seed),
    boundUs: allLie ? IDLE_BOUND_US : BOUND_US,
  };
}

function drawLiars(random: Random, proposers: number, wishes: BpfpNodesWishes): readonly LiarPlan[] {
  const all = random.chance(ALL_LIE_PERMILLE);
  const some = random.chance(750) ? random.between(Math.min(1, proposers - 1), proposers - 1) : 0;
  const count = Math.min(wishes.liars ?? (all ? proposers : some), proposers);
  const names = wishes.taps ?? Object.keys(BPFP_TAPS);
  const mayTwin = wishes.twins ?? true;
  const places = [...Array(proposers).keys()];
  // Who is trusted first can do most.
  const order = random.chance(600) ? places : random.shuffled(places);
  return order.slice(0, count).map((node) => {
    const conducts = random.shuffled(names).slice(0, random.pick([0, 1, 2, 2, 3]));
    return { node, conducts, twin: mayTwin && (conducts.length === 0 || random.chance(200)) };
  });
}

interface Acceptors {
  readonly proposers: number;
  readonly acceptors: number;
}

interface GoneRoom extends Acceptors {
  readonly kindAtUs: number;
  readonly wanted: number | undefined;
}

function drawGone(random: Random, { proposers, acceptors, kindAtUs, wanted }: GoneRoom): readonly GonePlan[] {
  const some = random.chance(300) ? random.between(1, Math.max(1, crashMax(acceptors))) : 0;
  const count = Math.min(wanted ?? some, crashMax(acceptors));
  const places = Array.from({ length: acceptors }, (_, at) => proposers + at);
  return random
    .shuffled(places)
    .slice(0, count)
    .map((node) => ({ node, atUs: random.below(kindAtUs) }));
}

/** Acceptors beside the gone; and of several proposers that keep the rules one. */
function drawLosers(
  random: Random,
  {
    proposers,
    acceptors,
    liars,
    gone,
  }: Acceptors & { readonly liars: readonly LiarPlan[]; readonly gone: readonly GonePlan[] },
): readonly number[] {
  const isFree = (node: number) => ![...liars, ...gone].some((one) => one.node === node);
  const nodes = random.shuffled([...Array(proposers + acceptors).keys()]).filter(isFree);
  const honest = nodes.filter((node) => node < proposers);
  return [
    ...(honest.length > 1 ? honest.slice(0, 1) : []),
    ...nodes.filter((node) => node >= proposers).slice(0, crashMax(acceptors) - gone.length),
  ];
}
