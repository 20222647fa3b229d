// One network of processes for one mode: single transfers while it is idle, then loads that rise step by step. What
// experiments say of real processes without faults comes from here.
import { confirmationsFor, rosenfeld } from "@witan/consensus";
import { outcomeOf, rounded } from "../bench/figures.ts";
import { LabFailure } from "../lab-failure.ts";
import { type LoadedNetwork, withLoadedNetwork } from "../load/loaded-network.ts";
import { type NetworkShape, shapeText } from "../network-shape.ts";
import { readChain } from "../watch-nodes.ts";
import type { Context } from "./context.ts";
import { modeName } from "./drawing.ts";
import { costOf, type LadderCost } from "./ladder-cost.ts";
import type { ModeFailure } from "./results.ts";
import { quantile } from "./statistics.ts";
import { type SentAlone, timesTo, type WorkTimes, workTimes } from "./work-times.ts";

/** How hard a network is loaded. */
export interface LadderPlan {
  /** Single transfers on the idle network. */
  readonly single: number;
  /** Fewer of them under proof of work, one for each block in the mean: they wait for blocks. */
  readonly singleWork: number;
  /** Transfers before anything counts: a process that has just started is still compiling what it runs. */
  readonly warmUp: number;
  /** Transfers offered in a second, step by step, ascending; under proof of work some of them. */
  readonly perSecond: readonly number[];
  readonly perSecondWork: readonly number[];
  /** How long each step lasts, in seconds; under proof of work longer, or too few blocks would say anything. */
  readonly stepSeconds: number;
  readonly stepSecondsWork: number;
  /** How often the steps are gone through. */
  readonly repeats: number;
}

/** What came of one step. */
export interface LadderStep {
  readonly repeat: number;
  readonly offeredPerSecond: number;
  readonly finalPerSecond: number;
  readonly offered: number;
  readonly final: number;
  /** How many of the others the nodes said that they would not take. */
  readonly refused: number;
  readonly blocks: number;
  /** From when each was due until the node that it was sent to had it final. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cost: LadderCost;
}

/** What one mode showed. */
export interface LadderRun {
  readonly shape: NetworkShape;
  /**
   * Of each single transfer: from sending it until the answer that it is final; under proof of work until the node that it
   * was sent to had so many blocks on it that it calls it final.
   */
  readonly idleMs: readonly number[];
  readonly steps: readonly LadderStep[];
  /** Under proof of work alone: how it went on. */
  readonly work: WorkTimes | undefined;
}

/** A run of each mode, or how it failed. */
export interface Ladder {
  readonly plan: LadderPlan;
  readonly runs: readonly LadderRun[];
  readonly failures: readonly ModeFailure[];
}

/** What nodes assume of an attacker and a reversal unless they are told otherwise: so deep is final. */
export const USUAL_RISK = { attacker: 0.1, risk: 0.001 } as const;

/** How many blocks, its own counted, make a transfer final. */
export function depthOf({ consensus }: Pick<NetworkShape, "consensus">): number {
  const { attacker, risk } = USUAL_RISK;
  return consensus === "pow" ? (confirmationsFor(rosenfeld, attacker, risk) ?? 1) : 1;
}

/** What ran, where figures say it. */
export function ranOf(runs: readonly Pick<LadderRun, "shape">[], machine: string): string {
  const shapes = runs.map(({ shape }) => `${modeName(shape.consensus)}: ${shapeText(shape)}`);
  return `Processes on one machine (${machine}), over loopback; they have no seed. ${shapes.join("; ")}.`;
}

/** The short one, or the whole. */
export function ladderPlan(quick: boolean): LadderPlan {
  return quick
    ? {
        ...{ single: 50, singleWork: 12, warmUp: 200, repeats: 1 },
        ...{ perSecond: [50, 200, 700], perSecondWork: [100, 700] },
        ...{ stepSeconds: 1.2, stepSecondsWork: 3 },
      }
    : {
        ...{ single: 300, singleWork: 60, warmUp: 4_000, repeats: 3 },
        ...{ perSecond: [50, 200, 500, 1_000, 1_500, 3_000], perSecondWork: [50, 500] },
        ...{ stepSeconds: 6, stepSecondsWork: 40 },
      };
}

/** Accounts that pay: each splits its coin in one transfer of 250 coins, or more than one if there are not enough of them. */
export function payersFor(transfers: number): number {
  return Math.min(256, Math.max(16, Math.ceil(transfers / 250)));
}

const WARM_UP_PACE = { kind: "full", batch: 100, outstanding: 4 } as const;

/**
 * Runs one mode.
 * @throws {LabFailure} if its network or its load fails; what the context's signal was aborted with
 */
export async function climbLadder(
  context: Context,
  shape: NetworkShape,
  plan: LadderPlan,
): Promise<LadderRun> {
  const { command, signal, onStep } = context;
  const mode = shape.consensus;
  const isWork = shape.consensus === "pow";
  const seconds = isWork ? plan.stepSecondsWork : plan.stepSeconds;
  const rates = isWork ? plan.perSecondWork : plan.perSecond;
  const rounds = Array.from({ length: plan.repeats }, (_, repeat) =>
    rates.map((perSecond) => ({ repeat: repeat + 1, perSecond })),
  ).flat();
  const [single, alone] = isWork ? [0, plan.singleWork] : [plan.single, 0];
  const steps = rounds.map(({ perSecond }) => Math.round(perSecond * seconds));
  const loads = [plan.warmUp, alone, ...steps];
  const accounts = payersFor(loads.reduce((sum, load) => sum + load, single));
  const onProgress = (phase: string) => onStep(`${mode}: ${phase}`);
  return withLoadedNetwork(
    { command, shape, loads, single, accounts, withCounters: true, signal, onProgress },
    async (network) => {
      await network.submit(0, WARM_UP_PACE);
      onStep(`${mode}: single transfers on the idle network`);
      const idle = isWork ? await singleUnderWork(network, 1_000 / shape.blockIntervalMs) : undefined;
      const idleMs = idle === undefined ? await network.single() : [];
      const made: LadderStep[] = [];
      for (const [at, { repeat, perSecond }] of rounds.entries()) {
        onStep(`${mode}: ${perSecond} transfers per second`);
        made.push(await stepOf(network, { shape, load: at + 2, repeat, perSecond }));
      }
      if (idle === undefined) return { shape, idleMs, steps: made, work: undefined };
      const work = workTimes(network.log, idle, network.rpc.length);
      return { shape, idleMs: timesTo(work, depthOf(shape)), steps: made, work };
    },
  );
}

/** Single transfers under proof of work, one for each block in the mean. */
async function singleUnderWork(network: LoadedNetwork, perSecond: number): Promise<readonly SentAlone[]> {
  const height = await network.commonHeight();
  const { transactions } = await network.submit(1, { kind: "steady", perSecond });
  const last = await network.commonHeight();
  await network.deep(last, depthOf({ consensus: "pow" }));
  const { places } = await readChain(network.rpc[0] ?? "", height + 1, last);
  return transactions.flatMap((sent) => {
    const place = places.get(sent.id);
    return place === undefined ? [] : [{ ...sent, height: place.height }];
  });
}

async function stepOf(
  network: LoadedNetwork,
  {
    shape,
    load,
    repeat,
    perSecond,
  }: {
    readonly shape: NetworkShape;
    readonly load: number;
    readonly repeat: number;
    readonly perSecond: number;
  },
): Promise<LadderStep> {
  const { rpc, log } = network;
  const depth = depthOf(shape);
  const height = await network.commonHeight();
  const before = await network.counters();
  const sent = await network.submit(load, { kind: "steady", perSecond });
  const after = await network.counters();
  const last = await network.commonHeight();
  // What is not so deep yet may be another block on another node.
  await network.deep(last, depth);
  const chains = [];
  for (const [node, url] of rpc.entries())
    chains.push({ ...(await readChain(url, height + 1, last)), reportedAt: log.finalAt(node, depth) });
  if (new Set(chains.map(({ hash }) => hash)).size > 1)
    throw new LabFailure("node-answer", `the ${rpc.length} nodes have different blocks at height ${last}`);
  const { final, latenciesMs, wallMs } = outcomeOf(sent.transactions, chains);
  const sentMs = (sent.transactions.length * 1_000) / perSecond;
  return {
    ...{ repeat, offeredPerSecond: perSecond, offered: sent.transactions.length, final },
    refused: sent.refused.length,
    blocks: last - height,
    finalPerSecond: rounded(paceOf({ sentMs, latenciesMs, wallMs }, shape.consensus === "pow"), 1),
    ...{ p50Ms: rounded(quantile(latenciesMs, 0.5), 2), p99Ms: rounded(quantile(latenciesMs, 0.99), 2) },
    cost: costOf(before, after),
  };
}

/** Of those that wait, so many wait no longer than is usual: the first; under proof of work, where chance decides, nearly all. */
const USUAL_WAIT = { voted: 0.1, mined: 0.9 } as const;

/**
 * How fast transfers became final: their number by the time from the first that was sent until the last was final, without
 * what is usual to wait. As fast as they were offered, at most: who waits no longer at the end than at the beginning keeps up.
 */
export function paceOf({ sentMs, latenciesMs, wallMs }: PaceParts, isWork: boolean): number {
  if (latenciesMs.length === 0) return 0;
  const usual = quantile(latenciesMs, isWork ? USUAL_WAIT.mined : USUAL_WAIT.voted);
  return (latenciesMs.length * 1_000) / Math.max(sentMs, wallMs - usual);
}

/** What a pace is made of. */
export interface PaceParts {
  /** For how long transfers were offered. */
  readonly sentMs: number;
  /** Of each that became final: from when it was due until then. */
  readonly latenciesMs: readonly number[];
  /** From the first that was due until the last was final on the slowest node. */
  readonly wallMs: number;
}
