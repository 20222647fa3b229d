// A partition of a world of proof of work that heals: both sides go on, each with blocks of its own, and when they hear each
// other again the side with less work undoes what it built meanwhile. In a world of an engine on every miner.
import { POW_LIMITS } from "@witan/consensus";
import { assert } from "@witan/primitives";
import type { PowCheckMaker } from "../pow/check.ts";
import type { PowPlan } from "../pow/plan.ts";
import { realEngine } from "../pow/real-engine.ts";
import { PowWorld } from "../pow/world.ts";
import { measuredNetwork } from "./networks.ts";
import { INTERVAL_MS } from "./pow.ts";
import { blockBytes } from "./sizes.ts";
import { WRITE_US } from "./waves.ts";

/** Miners with equal shares of the hash power. */
export const MINERS = 10;
/** So many of them, those in the first places, are on one side. */
export const MINOR_SIDE = 4;
/** When the sides stop hearing each other, for how long, and when the world ends: in mean intervals between blocks. */
export const SPLIT = { from: 10, until: 30, ends: 40 } as const;

/** A chain came to stand somewhere else. */
export interface Moved {
  readonly atUs: number;
  readonly side: "minor" | "major";
  readonly height: number;
  /** Blocks that were undone for it. */
  readonly undone: number;
}

/** What came of it. */
export interface SplitResult {
  /** Of one miner on each side, in order of time. */
  readonly moves: readonly Moved[];
  /** Blocks that a miner undid at once when the sides heard each other again: the most. */
  readonly undone: number;
  /** From when they heard each other again until all stood on one block, in microseconds. */
  readonly rejoinedUs: number;
}

const INTERVAL_US = INTERVAL_MS * 1_000;
const HEALS_US = SPLIT.until * INTERVAL_US;

/** Splits a world, and lets it heal. */
export function splitMiners(seed: number): SplitResult {
  const moves: Moved[] = [];
  let [undone, rejoinedUs] = [0, Number.POSITIVE_INFINITY];
  const watches: PowCheckMaker = {
    says: "how chains move",
    make: (world) => ({
      moved: ({ place, tip }) => {
        const { nowUs } = world.queue;
        if (nowUs >= SPLIT.ends * INTERVAL_US) return;
        const undid = undoneBy(world, place);
        if (nowUs >= HEALS_US) undone = Math.max(undone, undid);
        if (place === 0 || place === MINERS - 1) {
          const side = place < MINOR_SIDE ? "minor" : "major";
          moves.push({ atUs: nowUs, side, height: tip.header.height, undone: undid });
        }
        if (nowUs >= HEALS_US && world.processes.every((one) => one.tip === tip))
          rejoinedUs = Math.min(rejoinedUs, nowUs - HEALS_US);
      },
    }),
  };
  const chains = new Map<number, readonly string[]>();
  const undoneBy = ({ processes }: PowWorld, place: number): number => {
    const now = (processes[place]?.disk.chain ?? []).map(({ header }) => header.hash);
    const before = chains.get(place) ?? [];
    chains.set(place, now);
    let common = 0;
    while (common < before.length && before[common] === now[common]) common++;
    return before.length - common;
  };
  const world = new PowWorld(planOf(seed), { begin: realEngine, checks: { watches }, conducts: {} });
  const { violation } = world.run();
  assert(violation === undefined, `a world of miners breaks a rule: ${violation?.message}`);
  return { moves, undone, rejoinedUs };
}

function planOf(seed: number): PowPlan {
  const places = [...Array(MINERS).keys()];
  const cut = places.flatMap((from) =>
    places.filter((to) => from < MINOR_SIDE !== to < MINOR_SIDE).map((to) => [from, to] as const),
  );
  return {
    ...{ seed, power: Array(MINERS).fill(1_000 / MINERS), liars: [], payments: [], limits: POW_LIMITS },
    network: measuredNetwork("continent", MINERS),
    clocks: Array(MINERS).fill({ skewMs: 0, driftPpm: 0 }),
    faults: [{ kind: "partition", atUs: SPLIT.from * INTERVAL_US, untilUs: HEALS_US, cut }],
    ...{ writeUs: [WRITE_US, WRITE_US], judgeUs: [WRITE_US, WRITE_US], tickUs: 1_000_000, resendTicks: 60 },
    ...{ blockIntervalMs: INTERVAL_MS, retargetInterval: 1_000_000, maxFutureDriftMs: 5_000 },
    ...{ blockBytes: blockBytes(1), kindAtUs: HEALS_US, closesAtUs: SPLIT.ends * INTERVAL_US },
    boundUs: 1_000 * INTERVAL_US,
  };
}
