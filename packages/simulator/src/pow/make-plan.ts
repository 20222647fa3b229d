// Draws the circumstances of a world of proof of work from its seed: hash power, network, clocks, who lies, faults, payments.
// Every fault ends before the world turns kind; in some worlds liars have most of the hash power.
import { drawClock } from "../engines/draw-plan.ts";
import { Random } from "../random.ts";
import { drawFaults, span } from "../world/draw-faults.ts";
import { drawNetwork } from "../world/draw-network.ts";
import type { Fault, NetworkProfile } from "../world/plan.ts";
import type { PaymentPlan, PowLiarPlan, PowLimitsPlan, PowPlan } from "./plan.ts";

/** What is not left to the seed. */
export interface PowWishes {
  readonly nodes?: number;
  readonly liars?: number;
  /** Names of conducts that liars are drawn from. */
  readonly conducts: readonly string[];
  readonly network?: NetworkProfile;
  readonly limits?: PowLimitsPlan;
}

const TICK_US = 100_000;
/** Of a thousand worlds with liars so many give them most of the hash power. */
const MAJORITY_PERMILLE = 200;
/** Engines that keep as little as they may. */
const SMALL: PowLimitsPlan = {
  ...{ fetchMax: 4, waitingMax: 12, sideHeadersMax: 400, sideBodiesMax: 8, invalidMax: 64 },
};
const USUAL: PowLimitsPlan = {
  ...{ fetchMax: 64, waitingMax: 256, sideHeadersMax: 100_000, sideBodiesMax: 128, invalidMax: 1_024 },
};

/** The plan of a seed. */
export function makePowPlan(seed: number, wishes: PowWishes): PowPlan {
  const random = Random.of(seed, "plan of pow");
  const nodes = wishes.nodes ?? random.pick([2, 3, 3, 4, 4, 5, 5, 6, 7]);
  const liars = drawLiars(random, nodes, wishes);
  const seconds = random.pick([10, 20, 20, 40, 80]);
  const kindAtUs = seconds * 1_000_000;
  const blockIntervalMs = random.pick([500, 1_000, 2_000, 4_000]);
  const room = { processes: nodes, kindAtUs, times: 3 };
  const faults = [...drawFaults(random, room), ...drawJumps(random, room), ...drawSplits(random, room)];
  const payments = drawPayments(random, nodes, kindAtUs);
  return {
    ...{ seed, power: drawPower(random, nodes, liars), liars, kindAtUs },
    network: drawNetwork(random, {
      ...{ processes: nodes, profile: wishes.network },
      ...{ losses: [0, 0, 10, 50, 300], duplicates: [0, 20, 100, 500] },
    }),
    clocks: Array.from({ length: nodes }, () => drawClock(random)),
    writeUs: random.pick([
      [50, 200],
      [500, 3_000],
      [5_000, 60_000],
    ]),
    faults: faults.sort((a, b) => a.atUs - b.atUs),
    limits: wishes.limits ?? random.pick([SMALL, SMALL, USUAL]),
    ...{ tickUs: TICK_US, resendTicks: random.pick([5, 10, 30]) },
    judgeUs: random.pick([
      [100, 1_000],
      [1_000, 50_000],
      [20_000, 800_000],
    ]),
    ...{ blockIntervalMs, retargetInterval: random.pick([8, 16, 1_000]), maxFutureDriftMs: 5_000 },
    blockBytes: random.pick([1_000, 50_000, 1_000_000]),
    payments,
    closesAtUs: kindAtUs + random.between(2, 10) * blockIntervalMs * 1_000,
    boundUs: powBoundUs(payments.length, blockIntervalMs),
  };
}

/**
 * How soon all stand on one chain with every payment, once one miner alone is left. Times of blocks may be so far ahead that
 * for a while every new one is harder to find; and blocks that nobody gave are asked for ever less often.
 */
export function powBoundUs(payments: number, blockIntervalMs: number): number {
  return 150_000_000 + (20 + payments) * blockIntervalMs * 1_000;
}

function drawLiars(random: Random, nodes: number, wishes: PowWishes): readonly PowLiarPlan[] {
  const some = random.chance(600) ? random.between(0, Math.max(1, Math.floor(nodes / 2))) : 0;
  const count = Math.min(wishes.liars ?? some, nodes - 1);
  if (wishes.conducts.length === 0) return [];
  const places = random.shuffled([...Array(nodes).keys()]).slice(0, count);
  return places.map((node) => ({
    node,
    conducts: random.shuffled(wishes.conducts).slice(0, random.pick([1, 1, 2, 3])),
  }));
}

/** A thousand parts; liars have most of them, or less than half. Somebody who keeps the rules has some. */
function drawPower(random: Random, nodes: number, liars: readonly PowLiarPlan[]): readonly number[] {
  const isLiar = (place: number) => liars.some(({ node }) => node === place);
  const theirs = liars.length === 0 ? 0 : random.chance(MAJORITY_PERMILLE) ? 600 : random.between(100, 450);
  const weights = Array.from({ length: nodes }, (_, place) =>
    !isLiar(place) && random.chance(150) ? 0 : random.between(1, 10),
  );
  const sumOf = (liar: boolean) =>
    weights.reduce((sum, weight, place) => (isLiar(place) === liar ? sum + weight : sum), 0);
  if (sumOf(false) === 0) weights[weights.findIndex((_, place) => !isLiar(place))] = 1;
  return weights.map((weight, place) =>
    Math.floor((weight * (isLiar(place) ? theirs : 1_000 - theirs)) / sumOf(isLiar(place))),
  );
}

function drawJumps(random: Random, room: { processes: number; kindAtUs: number }): readonly Fault[] {
  if (!random.chance(250)) return [];
  const byMs = random.pick([-10_000, -3_000, 3_000, 10_000]);
  const process = random.below(room.processes);
  return [{ kind: "clock-jump", process, ...span(random, { ...room, times: 2 }, 8_000_000), byMs }];
}

/** Partitions that last for many blocks: two sides that do not hear each other at all. */
function drawSplits(
  random: Random,
  { processes, kindAtUs }: { processes: number; kindAtUs: number },
): readonly Fault[] {
  if (!random.chance(400)) return [];
  const side = Array.from({ length: processes }, () => random.below(2));
  const cut = side.flatMap((one, from) =>
    side.flatMap((other, to) => (one === other ? [] : [[from, to] as const])),
  );
  if (cut.length === 0) return [];
  const atUs = random.below(kindAtUs / 2);
  return [{ kind: "partition", cut, atUs, untilUs: random.between(atUs + 1, kindAtUs) }];
}

function drawPayments(random: Random, nodes: number, kindAtUs: number): readonly PaymentPlan[] {
  const payments: PaymentPlan[] = [];
  const everyUs = random.pick([500_000, 2_000_000, 8_000_000]);
  const all = [...Array(nodes).keys()];
  let coin = 0;
  for (let atUs = random.below(everyUs); atUs < kindAtUs; atUs += random.between(1, 2 * everyUs)) {
    coin++;
    if (!random.chance(200)) {
      payments.push({ atUs, coin, to: all });
      continue;
    }
    // A double spend: each half hears of one.
    const half = random.some(all, 500);
    payments.push({ atUs, coin, to: half });
    payments.push({ atUs, coin, to: all.filter((place) => !half.includes(place)) });
  }
  return payments;
}
