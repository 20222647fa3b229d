// A bench: a network of processes in a folder of its own, loaded by another process, and counted afterwards on every node's
// chain. All figures are of one run. Leaves neither processes nor files behind.
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { RpcClient } from "@witan/client";
import { freePorts } from "../free-ports.ts";
import { LabFailure } from "../lab-failure.ts";
import { createNetwork, type NetworkList, nodeSpecs, readNetwork } from "../network-files.ts";
import { type NetworkShape, nodesOf } from "../network-shape.ts";
import type { WitanCommand } from "../node-run.ts";
import { type NodeDeath, ProcessNetwork } from "../process-network.ts";
import { connected, readChain } from "../watch-nodes.ts";
import { BlockLog } from "./block-log.ts";
import { type LoadOutcome, outcomeOf, type Percentiles, percentilesOf, ratioOf, rounded } from "./figures.ts";
import type { FromLoad, RefusedTransaction } from "./load-messages.ts";
import { LoadRun } from "./load-run.ts";
import { measureVerify, type VerifySpeed } from "./verify-speed.ts";

/** What a bench is at, for who waits. */
export type BenchPhase =
  | "measuring"
  | "starting"
  | "splitting"
  | "signing"
  | "submitting"
  | "finishing"
  | "counting"
  | "single";

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

/** Genesis accounts that pay for the load: as many as a genesis takes. */
const ACCOUNTS = 256;
/** Transfers before the load that are not counted: until then much of what runs is not compiled yet. */
const WARM_UP = 4_000;
/** Transfers one after another on the idle network. */
const SINGLE = 100;
/** Transactions in a batch of calls, and batches that a validator has not answered yet. */
const BATCH = 100;
const OUTSTANDING = 4;
const CONNECT_MS = 15_000;
/** How long there may be no block before what is not final counts as lost, in milliseconds. */
const STALL_MS = 20_000;
const REFUSED_SHOWN = 5;

/**
 * Runs a bench.
 * @throws {LabFailure} if the network or the load fails; what `signal` was aborted with
 */
export async function runBench(options: BenchOptions): Promise<BenchResult> {
  options.onProgress("measuring", 0, 0);
  const before = await measureVerify();
  const folder = await mkdtemp(join(tmpdir(), "witan-bench-"));
  try {
    const measured = await measuredNetwork(options, folder);
    options.onProgress("measuring", 0, 0);
    return resultOf(options, measured, [before, await measureVerify()]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What was measured while the network ran. */
interface Measured {
  readonly outcome: LoadOutcome;
  readonly load: Extract<FromLoad, { readonly kind: "submitted" }>;
  readonly blocks: number;
  readonly loadCpuSeconds: number;
  readonly validatorCpuSeconds: readonly (number | null)[];
  readonly peakMemoryMiB: readonly (number | null)[];
  readonly idleLatenciesMs: readonly number[];
}

async function measuredNetwork(options: BenchOptions, folder: string): Promise<Measured> {
  const { command, shape, signal, onProgress } = options;
  onProgress("starting", 0, 0);
  const home = join(folder, "network");
  await createNetwork(command, home, { ...shape, accounts: ACCOUNTS });
  const list = readNetwork(home);
  const count = nodesOf(shape);
  const ports = await freePorts(2 * count);
  const log = new BlockLog(count);
  const broken = new AbortController();
  const network = new ProcessNetwork({
    command,
    nodes: nodeSpecs(
      home,
      list,
      { rpc: ports.slice(0, count), p2p: ports.slice(count) },
      // As members run: the index by address is for observers and for development.
      ["--storage-address-index", "false"],
    ),
    onBlock: (block, node) => log.note(block, node),
    onDeath: (death) => broken.abort(diedOf(death)),
  });
  const load = LoadRun.start(({ phase, done, total }) => onProgress(phase, done, total));
  const either = AbortSignal.any([signal, broken.signal]);
  try {
    const work = measure(options, { network, list, log, load, signal: either });
    // Whoever ends it in the middle makes it fail afterwards: that is no news.
    work.catch(() => {});
    return await Promise.race([work, rejection(either)]);
  } finally {
    await Promise.all([load.stop(), network.stop()]);
  }
}

function diedOf({ name, how, log }: NodeDeath): LabFailure {
  return new LabFailure("node-failed", `${name} ${how} in the middle of the bench`, { log });
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** What a bench works with. */
interface Bench {
  readonly network: ProcessNetwork;
  readonly list: NetworkList;
  readonly log: BlockLog;
  readonly load: LoadRun;
  readonly signal: AbortSignal;
}

async function measure(options: BenchOptions, bench: Bench): Promise<Measured> {
  const { network, list, log, load: process, signal } = bench;
  const { transactions, shape, onProgress } = options;
  const ready = await network.start();
  const rpc = ready.map((node) => node.rpc);
  await connected(rpc, CONNECT_MS);
  options.onServing?.(rpc);
  const { chainId, accounts } = list;
  const plan = {
    // Clients send to proposers, where there are some: they are first in the list of nodes.
    rpc: shape.consensus === "pbft" ? rpc : rpc.slice(0, shape.proposers),
    chainId,
    accounts,
    warmUp: WARM_UP,
    transactions,
    single: SINGLE,
    batch: BATCH,
    outstanding: OUTSTANDING,
  };
  await process.ask({ kind: "prepare", plan }, "prepared");

  const nodes = rpc.map((_, node) => node);
  const cpuOf = () => nodes.map((node) => network.usage(node)?.cpuSeconds);
  const submitted = async (what: "warmUp" | "load") => {
    const answer = await process.ask({ kind: "submit", what }, "submitted");
    onProgress("finishing", 0, 0);
    await log.until(answer.transactions.length - answer.refused.length, { signal, stallMs: STALL_MS });
    return answer;
  };
  log.countFrom(await commonHeight(rpc, signal));
  await submitted("warmUp");
  const height = await commonHeight(rpc, signal);
  const cpuBefore = cpuOf();
  log.countFrom(height);
  const load = await submitted("load");
  const cpuAfter = cpuOf();
  const { seconds: loadCpuSeconds } = await process.ask({ kind: "cpu" }, "cpu");

  onProgress("counting", 0, 0);
  const last = await commonHeight(rpc, signal);
  const chains = [];
  for (const [node, url] of rpc.entries())
    chains.push({ ...(await readChain(url, height + 1, last)), reportedAt: log.reportedAt(node) });
  if (new Set(chains.map(({ hash }) => hash)).size > 1)
    throw new LabFailure("node-answer", `the ${rpc.length} nodes have different blocks at height ${last}`);
  const { latenciesMs } = await process.ask({ kind: "single" }, "single");
  const memory = nodes.map((node) => network.usage(node)?.peakMemoryMiB);
  return {
    outcome: outcomeOf(load.transactions, chains),
    load,
    blocks: last - height,
    loadCpuSeconds,
    validatorCpuSeconds: cpuAfter.map((after, node) => difference(after, cpuBefore[node])),
    peakMemoryMiB: memory.map((peak) => (peak === undefined ? null : rounded(peak, 1))),
    idleLatenciesMs: latenciesMs,
  };
}

function difference(after: number | undefined, before: number | undefined): number | null {
  return after === undefined || before === undefined ? null : rounded(after - before, 2);
}

/** The height of all nodes, once it is the same. */
async function commonHeight(urls: readonly string[], signal: AbortSignal): Promise<number> {
  const clients = urls.map((url) => new RpcClient({ url }));
  for (;;) {
    signal.throwIfAborted();
    const heads = await Promise.all(clients.map((client) => client.call("chain_head", {})));
    const heights = new Set(heads.map((head) => head.height));
    const [height] = heights;
    if (heights.size === 1 && height !== undefined) return height;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
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
