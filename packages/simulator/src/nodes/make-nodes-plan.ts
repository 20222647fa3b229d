// Draws the circumstances of a world of whole nodes from its seed. More liars than f in one world of twelve; with them never
// more than f validators that lose data, since those are silent for a while; and every fault ends before the world turns kind.
import { byzantineMax } from "@witan/primitives";
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
import { TAPS } from "./taps/taps.ts";

/** What is not left to the seed. */
export interface NodesWishes extends DaysWishes {
  readonly members?: number;
  /** How many lie; with more than f only that is checked which holds even then. */
  readonly liars?: number;
  /** Names in TAPS that liars are drawn from; all, by default. */
  readonly taps?: readonly string[];
  /** Whether liars may run twice. */
  readonly twins?: boolean;
}

/** Worlds with more liars than f, of those whose members bear any. */
const MANY_LIARS_PERMILLE = 95;
/**
 * A dead line is given up after 10 s, and dialled anew within 5 s; a node that stopped is started after 1 s; then ten view
 * timers, and four for what is in hand; a client asks again every 3 s.
 */
const BOUND_US = 35_000_000;

/** The plan of a seed. */
export function makeNodesPlan(seed: number, wishes: NodesWishes = {}): NodesPlan {
  const random = Random.of(seed, "nodes plan");
  const members = wishes.members ?? random.pick([1, 4, 4, 4, 4, 4, 5, 7]);
  const spares = random.pick([0, 0, 0, 1]);
  const liars = drawLiars(random, seed, members, wishes);
  const processes = members + spares + liars.filter(({ twin }) => twin).length;
  const kindAtUs = drawKindAtUs(random, 16, wishes);
  const room = { processes, kindAtUs };
  const nodes = members + spares;
  const losers = random
    .shuffled([...Array(nodes).keys()])
    .filter((node) => !liars.some((liar) => liar.node === node));
  const mayLose = losers.slice(0, Math.max(0, byzantineMax(members) - liars.length));
  const faults: readonly NodeFault[] = [
    ...drawFaults(random, room),
    ...drawNodeFaults(random, room, mayLose, members),
    ...drawStops(Random.of(seed, "stops"), room),
  ];
  return {
    consensus: { kind: "pbft" },
    ...{ liars, gone: [], observers: 0 },
    ...drawDays(random, { ...room, seed, members, spares, liars, faults, wishes }),
    unknownRules: liars.length <= byzantineMax(members) && drawUnknownRules(seed),
    boundUs: BOUND_US,
  };
}

function drawLiars(random: Random, seed: number, members: number, wishes: NodesWishes): readonly LiarPlan[] {
  const most = byzantineMax(members);
  const fewOf = () => (random.chance(600) ? random.between(Math.min(1, most), most) : 0);
  const many = Random.of(seed, "many liars");
  const asMany = most > 0 && many.chance(MANY_LIARS_PERMILLE) ? many.between(most + 1, 2 * most) : undefined;
  const count = wishes.liars ?? asMany ?? fewOf();
  // So many are there to see forks, which those make who run twice.
  const twinPermille = count > most ? 700 : 300;
  const names = wishes.taps ?? Object.keys(TAPS);
  const mayTwin = wishes.twins ?? true;
  const all = random.shuffled([...Array(members).keys()]);
  // Who is primary first can do most.
  const nodes = (random.chance(500) ? [0, ...all.filter((node) => node > 0)] : all).slice(0, count);
  return nodes.map((node) => {
    const conducts = random.shuffled(names).slice(0, random.pick([0, 1, 2, 2, 3]));
    return { node, conducts, twin: mayTwin && (conducts.length === 0 || random.chance(twinPermille)) };
  });
}
