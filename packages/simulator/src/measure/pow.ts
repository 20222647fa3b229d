// A calm world of proof of work, measured: miners with equal shares of the hash power, all of which keep the rules. It is
// measured from the second interval on, when all are connected, until the end.
import { POW_LIMITS } from "@witan/consensus";
import { assert, type BlockHash, blockWork } from "@witan/primitives";
import type { PowCheckMaker } from "../pow/check.ts";
import type { PaymentPlan, PowPlan } from "../pow/plan.ts";
import type { PowProcess } from "../pow/process.ts";
import { realEngine } from "../pow/real-engine.ts";
import { INITIAL_TARGET, PowWorld } from "../pow/world.ts";
import { Random } from "../random.ts";
import { Counts } from "./counts.ts";
import { measuredNetwork } from "./networks.ts";
import { blockBytes } from "./sizes.ts";
import type { Measured, MeasureOptions, MinedChain } from "./types.ts";
import { WRITE_US } from "./waves.ts";

/** Between blocks, in the mean: much longer than a block takes to come around the world. */
export const INTERVAL_MS = 10_000;
const INTERVAL_US = INTERVAL_MS * 1_000;
const TICK_US = 1_000_000;
/** What a host takes to judge a block. */
export const JUDGE_US = 1_000;
/** Transactions that are watched, in one interval: fewer than fit into a block of these worlds. */
const WATCHED = 3;

/** Measures one. */
export function measurePow(options: MeasureOptions): Measured {
  const plan = planOf(options);
  const { closesAtUs } = plan;
  const counts = new Counts();
  const arrivals = new Arrivals();
  const isMeasured = (nowUs: number) => nowUs >= INTERVAL_US && nowUs < closesAtUs;
  const watches: PowCheckMaker = {
    says: "when each miner has each block on its chain",
    make: ({ queue }) => ({
      moved: (at) => {
        if (queue.nowUs < closesAtUs) arrivals.moved(at, queue.nowUs);
      },
    }),
  };
  const world: PowWorld = new PowWorld(plan, {
    ...{ begin: realEngine, conducts: {}, checks: { watches } },
    meter: {
      sent: (kind, bytes) => isMeasured(world.queue.nowUs) && counts.sent(kind, bytes),
      checked: (signatures) => counts.checked(signatures),
    },
  });
  const { violation } = world.run();
  assert(violation === undefined, `a calm world of proof of work breaks a rule: ${violation?.message}`);
  const chain = chainOf(world, arrivals);
  const blocks = chain.foundUs.filter(isMeasured).length;
  const virtualUs = closesAtUs - INTERVAL_US;
  return {
    ...{ ...options, blocks, processes: options.members, kinds: counts.kinds, virtualUs, chain },
    ...{ transactions: blocks * options.transactionsPerBlock, signaturesMade: 0, signaturesChecked: 0 },
    hashes: Math.round(virtualUs / world.triesUs),
    ...{ clientUs: waitsUs(chain, 1, "found"), everywhereUs: waitsUs(chain, 1, "everywhere") },
  };
}

/** How many hashes a block of these worlds takes, in the mean. */
export const TRIES = Number(blockWork(INITIAL_TARGET));

/**
 * How long transactions waited for so many confirmations, in microseconds: at the first miner that had the block of the last
 * one on its chain, or at the last. Transactions whose last block was not found in this world are left out.
 */
export function waitsUs(
  chain: MinedChain,
  confirmations: number,
  where: "found" | "everywhere" = "everywhere",
): readonly number[] {
  const atUs = where === "found" ? chain.foundUs : chain.everywhereUs;
  return chain.included.flatMap((one) => {
    const last = atUs[one.height + confirmations - 2];
    return last === undefined ? [] : [last - one.atUs];
  });
}

function planOf({ seed, network, members, blocks, transactionsPerBlock }: MeasureOptions): PowPlan {
  // A thousand parts; what is left over goes to the first ones.
  const power = Array.from(
    { length: members },
    (_, place) => Math.floor(1_000 / members) + (place < 1_000 % members ? 1 : 0),
  );
  // The first interval is not measured.
  const closesAtUs = (blocks + 1) * INTERVAL_US;
  return {
    ...{ seed, power, network: measuredNetwork(network, members), faults: [], liars: [] },
    payments: watched(seed, members, closesAtUs),
    clocks: Array(members).fill({ skewMs: 0, driftPpm: 0 }),
    ...{ writeUs: [WRITE_US, WRITE_US], judgeUs: [JUDGE_US, JUDGE_US], limits: POW_LIMITS },
    ...{ tickUs: TICK_US, resendTicks: 60, blockIntervalMs: INTERVAL_MS, maxFutureDriftMs: 5_000 },
    // Longer than the world: its target stays as it is.
    retargetInterval: 1_000_000,
    ...{ blockBytes: blockBytes(transactionsPerBlock), closesAtUs, boundUs: 1_000 * INTERVAL_US },
    // It is never anything else: turning kind would only make all connections anew.
    kindAtUs: closesAtUs + 1_000 * INTERVAL_US,
  };
}

function watched(seed: number, members: number, untilUs: number): readonly PaymentPlan[] {
  const random = Random.of(seed, "watched");
  const to = [...Array(members).keys()];
  const payments: PaymentPlan[] = [];
  const everyUs = Math.floor(INTERVAL_US / WATCHED);
  for (let atUs = INTERVAL_US; atUs < untilUs; atUs += everyUs)
    payments.push({ atUs: atUs + random.below(everyUs), coin: payments.length, to });
  return payments;
}

/** When each block came onto the chains of the miners. */
class Arrivals {
  readonly #byBlock = new Map<BlockHash, { readonly firstUs: number; lastUs: number }>();
  readonly #byPlace = new Map<number, Set<BlockHash>>();

  /** Blocks that were on some chain. */
  get size(): number {
    return this.#byBlock.size;
  }

  of(hash: BlockHash) {
    return this.#byBlock.get(hash);
  }

  moved({ place, disk }: PowProcess, nowUs: number): void {
    const had = this.#byPlace.get(place) ?? new Set();
    this.#byPlace.set(place, had);
    for (let at = disk.chain.length - 1; at > 0; at--) {
      const { hash } = (disk.chain[at] as (typeof disk.chain)[number]).header;
      if (had.has(hash)) return;
      had.add(hash);
      const known = this.#byBlock.get(hash);
      if (known === undefined) this.#byBlock.set(hash, { firstUs: nowUs, lastUs: nowUs });
      else known.lastUs = nowUs;
    }
  }
}

/** The chain that all stood on in the end, as far as it was measured. */
function chainOf(world: PowWorld, arrivals: Arrivals): MinedChain {
  const [, ...blocks] = world.processes[0]?.disk.chain ?? [];
  const seen = blocks.flatMap((block) => {
    const times = arrivals.of(block.header.hash);
    return times === undefined ? [] : [{ block, ...times }];
  });
  return {
    foundUs: seen.map(({ firstUs }) => firstUs),
    everywhereUs: seen.map(({ lastUs }) => lastUs),
    included: seen.flatMap(({ block: { header, holds } }) =>
      holds.map((payment) => ({
        atUs: world.plan.payments[payment]?.atUs as number,
        height: header.height,
      })),
    ),
    ...{ stale: arrivals.size - seen.length, intervalMs: INTERVAL_MS },
  };
}
