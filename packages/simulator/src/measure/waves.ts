// Calm worlds of engines whose blocks are final: every wave of transactions comes to one process, and fills one block before
// the next comes.
import type { ModelBlock } from "../engines/blocks.ts";
import { type EnginePlan, QUICK_HOST, type TransactionPlan } from "../engines/plan.ts";
import { Random } from "../random.ts";
import { measuredNetwork, type NetworkName } from "./networks.ts";
import { blockBytes, TRANSFER_BYTES } from "./sizes.ts";
import type { MeasureOptions } from "./types.ts";

/** How long a write takes until it is safe: of a good solid-state disk. */
export const WRITE_US = 1_000;
/** A tick of a node. */
export const TICK_US = 10_000;
/** The view timer of a node, the longest, and how often messages are said again: in ticks, as nodes have them. */
export const TIMER_TICKS = { first: 100, longest: 400, resend: 25 } as const;
/** Bodies of messages for later heights that an engine keeps, as a node does. */
export const BUFFERED_MAX = 32;
/** Between waves: longer than a block takes. */
const APART_US: Readonly<Record<NetworkName, number>> = {
  ...{ lan: 50_000, continent: 150_000, world: 800_000 },
};

/** What such worlds have in common. @param processes how many there are */
export function calmPlan(options: MeasureOptions, processes: number): EnginePlan {
  const { seed, network, transactionsPerBlock } = options;
  const transactions = wavesOf(options, processes);
  const last = transactions.at(-1)?.atUs ?? 0;
  return {
    ...{ seed, network: measuredNetwork(network, processes), faults: [], host: QUICK_HOST },
    clocks: Array(processes).fill({ skewMs: 0, driftPpm: 0 }),
    ...{ writeUs: [WRITE_US, WRITE_US], tickUs: TICK_US, resendTicks: TIMER_TICKS.resend },
    ...{ bufferedMax: BUFFERED_MAX, changesPermille: 0, checkpointInterval: 1_000_000 },
    ...{ blockBytes: blockBytes(transactionsPerBlock), transactionBytes: TRANSFER_BYTES },
    ...{ transactions, told: "together", kindAtUs: last + APART_US[network], boundUs: 60_000_000 },
  };
}

/** Each wave at another process, and at another moment between two ticks. */
function wavesOf(
  { seed, network, blocks, transactionsPerBlock }: MeasureOptions,
  processes: number,
): readonly TransactionPlan[] {
  const random = Random.of(seed, "waves");
  const first = random.below(processes);
  // Processes stand in regions by turns: each client is in another one.
  return Array.from({ length: blocks }, (_, wave) => ({
    atUs: (wave + 1) * APART_US[network] + random.below(TICK_US),
    client: (first + wave) % processes,
  })).flatMap((one) => Array<TransactionPlan>(transactionsPerBlock).fill(one));
}

/** When blocks were final, seen from when their transactions were sent. */
export class WaveTimes {
  readonly #waves: readonly TransactionPlan[];
  readonly #clientUs = new Map<number, number>();
  readonly #everywhereUs = new Map<number, number>();
  readonly #heights = new Set<number>();

  constructor({ transactions }: EnginePlan) {
    this.#waves = transactions;
  }

  applied(place: number, { height, holds }: ModelBlock, nowUs: number): void {
    this.#heights.add(height);
    for (const { atUs, client } of holds.map((id) => this.#waves[id] as TransactionPlan)) {
      if (client === place) this.#clientUs.set(atUs, nowUs - atUs);
      this.#everywhereUs.set(atUs, nowUs - atUs);
    }
  }

  /** How many blocks there were. */
  get blocks(): number {
    return this.#heights.size;
  }

  get clientUs(): readonly number[] {
    return [...this.#clientUs.values()];
  }

  get everywhereUs(): readonly number[] {
    return [...this.#everywhereUs.values()];
  }
}
