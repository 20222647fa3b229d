// One network of processes for one mode: single transfers while it is idle, then loads that rise step by step. What
// experiments say of real processes comes from here.
import { type NodeView, outcomeOf, rounded } from "../bench/figures.ts";
import { LabFailure } from "../lab-failure.ts";
import { type LoadedNetwork, withLoadedNetwork } from "../load/loaded-network.ts";
import type { NetworkShape } from "../network-shape.ts";
import { readChain } from "../watch-nodes.ts";
import type { Context } from "./context.ts";
import type { ModeFailure } from "./results.ts";
import { quantile } from "./statistics.ts";

/** How hard a network is loaded. */
export interface LadderPlan {
  /** Single transfers on the idle network. */
  readonly single: number;
  /** Transfers before anything counts: a process that has just started is still compiling what it runs. */
  readonly warmUp: number;
  /** Transfers offered in a second, step by step, ascending. */
  readonly perSecond: readonly number[];
  /** How long each step lasts, in seconds. */
  readonly stepSeconds: number;
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
  readonly blocks: number;
  /** From when each was due until the node that it was sent to had it final. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Processor time of all nodes. */
  readonly cpuSeconds: number;
}

/** What one mode showed. */
export interface LadderRun {
  readonly shape: NetworkShape;
  /** Of each single transfer: from sending it until the answer that it is final. */
  readonly idleMs: readonly number[];
  readonly steps: readonly LadderStep[];
}

/** A run of each mode, or how it failed. */
export interface Ladder {
  readonly plan: LadderPlan;
  readonly runs: readonly LadderRun[];
  readonly failures: readonly ModeFailure[];
}

/** The short one, or the whole. */
export function ladderPlan(quick: boolean): LadderPlan {
  return quick
    ? { single: 60, warmUp: 500, perSecond: [50, 200, 800], stepSeconds: 2, repeats: 1 }
    : {
        single: 300,
        warmUp: 4_000,
        perSecond: [50, 200, 500, 1_000, 1_500, 2_000, 3_000],
        stepSeconds: 8,
        repeats: 3,
      };
}

/** Runs all modes, one after another. What fails is told, and the rest goes on. */
export async function runLadder(context: Context, plan: LadderPlan): Promise<Ladder> {
  const runs: LadderRun[] = [];
  const failures: ModeFailure[] = [];
  for (const shape of context.shapes)
    try {
      runs.push(await ladderOf(context, shape, plan));
    } catch (error) {
      context.signal.throwIfAborted();
      if (!(error instanceof LabFailure)) throw error;
      failures.push({ mode: shape.consensus, message: error.message, log: error.log });
    }
  return { plan, runs, failures };
}

const WARM_UP_PACE = { kind: "full", batch: 100, outstanding: 4 } as const;

async function ladderOf(context: Context, shape: NetworkShape, plan: LadderPlan): Promise<LadderRun> {
  const { command, signal, onStep } = context;
  const mode = shape.consensus;
  const rounds = Array.from({ length: plan.repeats }, (_, repeat) =>
    plan.perSecond.map((perSecond) => ({ repeat: repeat + 1, perSecond })),
  ).flat();
  const loads = [plan.warmUp, ...rounds.map(({ perSecond }) => perSecond * plan.stepSeconds)];
  const onProgress = (phase: string) => onStep(`${mode}: ${phase}`);
  return withLoadedNetwork(
    { command, shape, loads, single: plan.single, signal, onProgress },
    async (network) => {
      await network.submit(0, WARM_UP_PACE);
      onStep(`${mode}: single transfers on the idle network`);
      const idleMs = await network.single();
      const steps: LadderStep[] = [];
      for (const [at, { repeat, perSecond }] of rounds.entries()) {
        onStep(`${mode}: ${perSecond} transfers per second`);
        steps.push(await stepOf(network, { load: at + 1, repeat, perSecond }));
      }
      return { shape, idleMs, steps };
    },
  );
}

async function stepOf(
  network: LoadedNetwork,
  { load, repeat, perSecond }: { readonly load: number; readonly repeat: number; readonly perSecond: number },
): Promise<LadderStep> {
  const { rpc, processes, log } = network;
  const cpu = () => rpc.reduce((sum, _, node) => sum + (processes.usage(node)?.cpuSeconds ?? 0), 0);
  const height = await network.commonHeight();
  const before = cpu();
  const sent = await network.submit(load, { kind: "steady", perSecond });
  const cpuSeconds = cpu() - before;
  const last = await network.commonHeight();
  const chains = [];
  for (const [node, url] of rpc.entries())
    chains.push({ ...(await readChain(url, height + 1, last)), reportedAt: log.reportedAt(node) });
  const { final, latenciesMs } = outcomeOf(sent.transactions, chains);
  return {
    repeat,
    offeredPerSecond: perSecond,
    finalPerSecond: rounded(paceOf(chains), 1),
    offered: sent.transactions.length,
    final,
    blocks: last - height,
    p50Ms: rounded(quantile(latenciesMs, 0.5), 2),
    p99Ms: rounded(quantile(latenciesMs, 0.99), 2),
    cpuSeconds: rounded(cpuSeconds, 2),
  };
}

/**
 * Transfers in a second, from the first block with some until the last: when each was final on the last node. What is in
 * the first block was waited for before, and does not count.
 */
export function paceOf(nodes: readonly NodeView[]): number {
  const held = new Map<number, number>();
  for (const { height } of nodes[0]?.places.values() ?? []) held.set(height, (held.get(height) ?? 0) + 1);
  const blocks = [...held]
    .map(([height, count]) => ({
      count,
      at: Math.max(...nodes.map((node) => node.reportedAt.get(height) ?? Number.NaN)),
    }))
    .filter(({ at }) => Number.isFinite(at))
    .sort((a, b) => a.at - b.at);
  const [first, last] = [blocks[0], blocks.at(-1)];
  if (first === undefined || last === undefined || first === last) return 0;
  const count = blocks.slice(1).reduce((sum, block) => sum + block.count, 0);
  return (count * 1_000) / (last.at - first.at);
}
