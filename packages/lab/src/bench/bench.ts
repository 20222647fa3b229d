// A bench: a network of processes, loaded by another process, and counted afterwards on every node's chain. All figures
// are of one run.
import { availableParallelism } from "node:os";
import { LabFailure } from "../lab-failure.ts";
import type { RefusedTransaction } from "../load/load-messages.ts";
import {
  type LoadedNetwork,
  type LoadedPhase,
  type Submitted,
  withLoadedNetwork,
} from "../load/loaded-network.ts";
import { type NetworkShape, nodesOf } from "../network-shape.ts";
import type { WitanCommand } from "../node-run.ts";
import { readChain } from "../watch-nodes.ts";
import { type LoadOutcome, outcomeOf, type Percentiles, percentilesOf, ratioOf, rounded } from "./figures.ts";
import { measureVerify, type VerifySpeed } from "./verify-speed.ts";

/** What a bench is at, for who waits. */
export type BenchPhase = LoadedPhase | "measuring" | "counting";

/** How a bench is run. */
export interface BenchOptions {
  readonly command: WitanCommand;
  readonly shape: NetworkShape;
  readonly transactions: number;
  /** Ends it early; nothing is left then either. */
  readonly signal: AbortSignal;
  /** Hears what it is at; `total` is 0 where nothing is counted. */
  readonly onProgress: (phase: BenchPhase, done: number, total: number) => void;
  /** Hears where the nodes serve, once they are connected. */
  readonly onServing?: (rpc: readonly string[]) => void;
}

/** What a bench found, and of which network. */
export type BenchResult = NetworkShape & BenchFigures;

/** Times in milliseconds, memory in MiB. */
export type BenchFigures = {
  /** How many processes check every transfer, as the ratio counts them: all nodes, proposers and acceptors alike. */
  readonly validating: number;
  readonly transactions: number;
  /** Those that are on every node's chain, once. */
  readonly final: number;
  /** Those that nodes did not take; the first few, with the reason. */
  readonly refused: readonly RefusedTransaction[];
  readonly blocks: number;
  /** How often a node was too busy to take a transaction at once. */
  readonly retries: number;
  /** Final transactions in a second: until the last node had the last of them. */
  readonly throughput: number;
  /** From sending a transaction until the node that it was sent to had it in a final block. */
  readonly latencyMs: Percentiles;
  /** What one core checks in a second: the mean of before and after, both, and the backend. */
  readonly verifyPerSecond: number;
  readonly verifyPerSecondBefore: number;
  readonly verifyPerSecondAfter: number;
  readonly backend: string;
  readonly ratio: number;
  /** From sending a transaction to the idle network until the answer that it is final. */
  readonly idleLatencyMs: Percentiles;
  /** Of each node, proposers first; null where the system does not tell. */
  readonly peakMemoryMiB: readonly (number | null)[];
  /** Processor time while the load ran, in seconds: of each node, and of the load process. */
  readonly validatorCpuSeconds: readonly (number | null)[];
  readonly loadCpuSeconds: number;
  readonly wallSeconds: number;
  readonly cores: number;
};

/**
 * Transfers before the load that are not counted, as many as the load has, within these: until 20,000 or so nodes
 * spend much of their time on compiling what they run, and run it slowly (docs/decisions/021-warm-benches.md).
 */
const WARM_UP = { least: 4_000, most: 20_000 } as const;
/** Transfers one by one on the idle network, and those before them that are not counted. */
const SINGLE = 100;
const SINGLE_WARM_UP = 100;
/**
 * Transactions in a batch of calls, and batches that a validator has not answered yet: it answers once all of them are
 * final. With half as many in flight a sixth less became final (the same decision).
 */
const PACE = { kind: "full", batch: 100, outstanding: 8 } as const;
const REFUSED_SHOWN = 5;

/**
 * Runs a bench.
 * @throws {LabFailure} if the network or the load fails; what `signal` was aborted with
 */
export async function runBench(options: BenchOptions): Promise<BenchResult> {
  const { transactions, onProgress } = options;
  onProgress("measuring", 0, 0);
  const before = await measureVerify();
  const warmUp = Math.min(Math.max(transactions, WARM_UP.least), WARM_UP.most);
  const measured = await withLoadedNetwork(
    { ...options, loads: [warmUp, transactions], single: SINGLE, singleWarmUp: SINGLE_WARM_UP },
    (network) => measure(network, onProgress),
  );
  onProgress("measuring", 0, 0);
  return resultOf(options, measured, [before, await measureVerify()]);
}

/** What was measured while the network ran. */
interface Measured {
  readonly outcome: LoadOutcome;
  readonly load: Submitted;
  readonly blocks: number;
  readonly loadCpuSeconds: number;
  readonly validatorCpuSeconds: readonly (number | null)[];
  readonly peakMemoryMiB: readonly (number | null)[];
  readonly idleLatenciesMs: readonly number[];
}

async function measure(network: LoadedNetwork, onProgress: BenchOptions["onProgress"]): Promise<Measured> {
  const { rpc, processes, log } = network;
  const nodes = rpc.map((_, node) => node);
  const cpuOf = () => nodes.map((node) => processes.usage(node)?.cpuSeconds);
  await network.submit(0, PACE);
  const height = await network.commonHeight();
  const cpuBefore = cpuOf();
  const load = await network.submit(1, PACE);
  const cpuAfter = cpuOf();
  const loadCpuSeconds = await network.loadCpuSeconds();

  onProgress("counting", 0, 0);
  const last = await network.commonHeight();
  const chains = [];
  for (const [node, url] of rpc.entries())
    chains.push({ ...(await readChain(url, height + 1, last)), reportedAt: log.finalAt(node) });
  if (new Set(chains.map(({ hash }) => hash)).size > 1)
    throw new LabFailure("node-answer", `the ${rpc.length} nodes have different blocks at height ${last}`);
  const idleLatenciesMs = await network.single();
  const memory = nodes.map((node) => processes.usage(node)?.peakMemoryMiB);
  return {
    outcome: outcomeOf(load.transactions, chains),
    load,
    blocks: last - height,
    loadCpuSeconds,
    validatorCpuSeconds: cpuAfter.map((after, node) => difference(after, cpuBefore[node])),
    peakMemoryMiB: memory.map((peak) => (peak === undefined ? null : rounded(peak, 1))),
    idleLatenciesMs,
  };
}

/** What was used in between; null where the system does not tell. */
function difference(after: number | undefined, before: number | undefined): number | null {
  return after === undefined || before === undefined ? null : rounded(after - before, 2);
}

function resultOf(
  { shape, transactions }: BenchOptions,
  measured: Measured,
  speeds: readonly [VerifySpeed, VerifySpeed],
): BenchResult {
  const { outcome, load, loadCpuSeconds } = measured;
  const verifyPerSecond = (speeds[0].perSecond + speeds[1].perSecond) / 2;
  const wallSeconds = outcome.wallMs / 1000;
  const throughput = wallSeconds === 0 ? 0 : outcome.final / wallSeconds;
  const cores = availableParallelism();
  const validating = nodesOf(shape);
  const parts = { throughput, validators: validating, verifyPerSecond, cores, loadCpuSeconds, wallSeconds };
  return {
    ...shape,
    validating,
    transactions,
    final: outcome.final,
    refused: load.refused.slice(0, REFUSED_SHOWN),
    blocks: measured.blocks,
    retries: load.retries,
    throughput: rounded(throughput, 1),
    latencyMs: percentilesOf(outcome.latenciesMs),
    verifyPerSecond: rounded(verifyPerSecond, 0),
    verifyPerSecondBefore: rounded(speeds[0].perSecond, 0),
    verifyPerSecondAfter: rounded(speeds[1].perSecond, 0),
    backend: speeds[0].backend,
    ratio: wallSeconds === 0 ? 0 : rounded(ratioOf(parts), 3),
    idleLatencyMs: percentilesOf(measured.idleLatenciesMs),
    peakMemoryMiB: measured.peakMemoryMiB,
    validatorCpuSeconds: measured.validatorCpuSeconds,
    loadCpuSeconds: rounded(loadCpuSeconds, 2),
    wallSeconds: rounded(wallSeconds, 3),
    cores,
  };
}
