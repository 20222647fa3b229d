// A leader that turns: from some moment on it shows two blocks for one height, to some one and to the rest the other, while
// clients send at a steady pace. What is measured is when blocks became final, as those see it that keep the rules.
import { twoBlocks } from "../bp-fast-paxos/conducts/equivocation.ts";
import type { BpfpPlan, NodePlan } from "../bp-fast-paxos/plan.ts";
import { realEngine as bpfpEngine } from "../bp-fast-paxos/real-engine.ts";
import { BpfpWorld } from "../bp-fast-paxos/world.ts";
import type { ModelBlock } from "../engines/blocks.ts";
import { type EnginePlan, QUICK_HOST } from "../engines/plan.ts";
import { twoProposals } from "../pbft/conducts/equivocation.ts";
import type { PbftPlan } from "../pbft/plan.ts";
import { realEngine as pbftEngine } from "../pbft/real-engine.ts";
import { PbftWorld } from "../pbft/world.ts";
import { Random } from "../random.ts";
import { measuredNetwork } from "./networks.ts";
import { blockBytes, TRANSFER_BYTES } from "./sizes.ts";
import type { MeasuredMode } from "./types.ts";
import { BUFFERED_MAX, TICK_US, TIMER_TICKS, WRITE_US } from "./waves.ts";

/** When the leader turns, in microseconds of the world. */
export const TURNS_US = 3_000_000;
/** When clients send no more, in microseconds of the world. */
export const ENDS_US = 9_000_000;
/** Between two transactions, in microseconds. */
export const EVERY_US = 20_000;
/** As small as may be: the leader is one of four that vote; of BP Fast Paxos one of two proposers. */
export const VOTERS = 4;

/** A block that became final, at the first that keeps the rules. */
export interface FinalBlock {
  readonly atUs: number;
  readonly transactions: number;
}

/** What came of it. */
export interface LeaderFault {
  readonly blocks: readonly FinalBlock[];
  /** The longest time without a block, from when the leader turned. */
  readonly stalledUs: number;
  /** From when each transaction was sent until it was final at the last of those that keep the rules: the longest. */
  readonly longestUs: number;
  /** Transactions that were not final at all of them in the end. */
  readonly lost: number;
  /** Heights at which two of those that keep the rules have different blocks. */
  readonly contradicted: number;
  /** How often it showed two blocks. */
  readonly lies: number;
}

/** Lets the leader of a world turn. */
export function leaderTurns(mode: Exclude<MeasuredMode, "pow">, seed: number): LeaderFault {
  return mode === "pbft" ? turnsInPbft(seed) : turnsInBpFastPaxos(seed);
}

/** Nothing but this goes wrong. @param client the places that clients hand their transactions to, by turns */
function steadyPlan(seed: number, processes: number, clients: readonly number[]): EnginePlan {
  const random = Random.of(seed, "steady");
  const count = Math.floor(ENDS_US / EVERY_US);
  return {
    ...{ seed, network: measuredNetwork("lan", processes), faults: [], host: QUICK_HOST },
    clocks: Array(processes).fill({ skewMs: 0, driftPpm: 0 }),
    ...{ writeUs: [WRITE_US, WRITE_US], tickUs: TICK_US, resendTicks: TIMER_TICKS.resend },
    ...{ bufferedMax: BUFFERED_MAX, changesPermille: 0, checkpointInterval: 1_000_000 },
    ...{ blockBytes: blockBytes(1), transactionBytes: TRANSFER_BYTES, told: "together" },
    transactions: Array.from({ length: count }, (_, at) => ({
      atUs: at * EVERY_US + random.below(EVERY_US),
      client: clients[at % clients.length] as number,
    })),
    // What was sent last has as long as a leader may take to be replaced.
    ...{ kindAtUs: ENDS_US, boundUs: 10_000_000 },
  };
}

function turnsInPbft(seed: number): LeaderFault {
  const members = VOTERS;
  const plan: PbftPlan = {
    ...steadyPlan(seed, members, [1, 2, 3]),
    ...{ members, spares: 0, changes: "one" },
    liars: [{ node: 0, conducts: ["turns"], twin: false }],
    ...{ viewTicks: TIMER_TICKS.first, viewTicksMax: TIMER_TICKS.longest },
  };
  const times = new FinalTimes(plan, members - 1);
  const world: PbftWorld = new PbftWorld(plan, {
    ...{ begin: pbftEngine, conducts: { turns: (random) => turning(twoProposals(random)) } },
    checks: [
      () => ({
        name: "measure",
        applied: (at, block) => {
          if (at.lies === undefined) times.applied(block, world.queue.nowUs);
        },
      }),
    ],
  });
  return times.found(world.run().faults);
}

function turnsInBpFastPaxos(seed: number): LeaderFault {
  const nodes: readonly NodePlan[] = [
    ...Array<NodePlan>(2).fill({ role: "proposer", isSpare: false }),
    ...Array<NodePlan>(VOTERS).fill({ role: "acceptor", isSpare: false }),
  ];
  const plan: BpfpPlan = {
    ...steadyPlan(seed, nodes.length, [2, 3, 4, 5]),
    ...{ nodes, liars: [{ node: 0, conducts: ["turns"] }], gone: [] },
    ...{ promiseAuthentication: "mac", detectByzantineAcceptors: false },
    ...{ roundTicks: TIMER_TICKS.first, roundTicksMax: TIMER_TICKS.longest },
  };
  const times = new FinalTimes(plan, nodes.length - 1);
  const world: BpfpWorld = new BpfpWorld(plan, {
    ...{ begin: bpfpEngine, conducts: { turns: (random) => turning(twoBlocks(random)) } },
    checks: [
      () => ({
        name: "measure",
        applied: (at, block) => {
          if (at.lies === undefined) times.applied(block, world.queue.nowUs);
        },
      }),
    ],
  });
  return times.found(world.run().faults);
}

/** The same conduct, from when the leader turns. */
function turning<Sent, Liar extends { readonly nowUs: number }>(conduct: {
  readonly name: string;
  sends?(outgoing: Sent, liar: Liar): readonly Sent[];
}) {
  return {
    name: conduct.name,
    sends: (outgoing: Sent, liar: Liar): readonly Sent[] =>
      (liar.nowUs < TURNS_US ? undefined : conduct.sends?.(outgoing, liar)) ?? [outgoing],
  };
}

/** When blocks and transactions became final. */
class FinalTimes {
  readonly #plan: EnginePlan;
  readonly #correct: number;
  readonly #blocks = new Map<number, FinalBlock & Pick<ModelBlock, "hash">>();
  readonly #contradicted = new Set<number>();
  /** By transaction: how many have it, and since when the last one has. */
  readonly #final = new Map<number, { count: number; lastUs: number }>();

  /** @param correct how many keep the rules */
  constructor(plan: EnginePlan, correct: number) {
    this.#plan = plan;
    this.#correct = correct;
  }

  applied({ hash, height, holds }: ModelBlock, nowUs: number): void {
    const first = this.#blocks.get(height);
    if (first === undefined) this.#blocks.set(height, { hash, atUs: nowUs, transactions: holds.length });
    else if (first.hash !== hash) this.#contradicted.add(height);
    for (const id of holds) {
      const count = (this.#final.get(id)?.count ?? 0) + 1;
      this.#final.set(id, { count, lastUs: nowUs });
    }
  }

  found(faults: ReadonlyMap<string, number>): LeaderFault {
    const blocks = [...this.#blocks.values()].map(({ atUs, transactions }) => ({ atUs, transactions }));
    const after = [TURNS_US, ...blocks.map(({ atUs }) => atUs).filter((atUs) => atUs > TURNS_US)];
    const gaps = after.slice(1).map((atUs, at) => atUs - (after[at] as number));
    const waits = this.#plan.transactions.map(({ atUs }, id) => {
      const { count = 0, lastUs = 0 } = this.#final.get(id) ?? {};
      return count === this.#correct ? lastUs - atUs : undefined;
    });
    return {
      ...{ blocks, stalledUs: Math.max(0, ...gaps) },
      longestUs: waits.reduce<number>((most, us) => Math.max(most, us ?? 0), 0),
      lost: waits.filter((us) => us === undefined).length,
      contradicted: this.#contradicted.size,
      lies: [...faults.values()].reduce((sum, count) => sum + count, 0),
    };
  }
}
