// A network of processes in a folder of its own, with a process beside it that loads it. Whatever ends the work, neither
// processes nor files are left.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RpcClient } from "@witan/client";
import { freePorts } from "../free-ports.ts";
import { LabFailure } from "../lab-failure.ts";
import { Links } from "../links.ts";
import { createNetwork, LOOPBACK, type NetworkList, nodeSpecs, readNetwork } from "../network-files.ts";
import { type NetworkShape, nodesOf } from "../network-shape.ts";
import type { NodeBlock, NodeSpec, WitanCommand } from "../node-run.ts";
import { type NodeDeath, ProcessNetwork } from "../process-network.ts";
import { connected } from "../watch-nodes.ts";
import { BlockLog } from "./block-log.ts";
import { type NodeCounters, readCounters } from "./counters.ts";
import { type FromLoad, type LoadPace, type LoadPlan, sharedNow } from "./load-messages.ts";
import { LoadRun } from "./load-run.ts";

/** What is going on while a network is loaded. */
export type LoadedPhase = "starting" | "splitting" | "signing" | "submitting" | "finishing" | "single";

/** What a network is started and loaded with. */
export interface LoadedOptions {
  readonly command: WitanCommand;
  readonly shape: NetworkShape;
  /** Transfers of each load; they are signed before the work begins. */
  readonly loads: readonly number[];
  /** Transfers that are sent one by one on the idle network. */
  readonly single: number;
  /** Those that go before them and are not counted; without it none. */
  readonly singleWarmUp?: number;
  /** Ends it early. */
  readonly signal: AbortSignal;
  /** `total` is 0 where nothing is counted. */
  readonly onProgress: (phase: LoadedPhase, done: number, total: number) => void;
  readonly onBlock?: (block: NodeBlock, node: number) => void;
  /** Hears where the nodes serve, once they are connected. */
  readonly onServing?: ((rpc: readonly string[]) => void) | undefined;
  /** Whether links between nodes can be cut. */
  readonly withLinks?: boolean;
  /** What nodes answer transfers of a load after; without it `final`, but under proof of work. */
  readonly waitFor?: LoadPlan["waitFor"];
  /** Whether nodes count what they do, for `counters`. */
  readonly withCounters?: boolean;
  /** Accounts that pay for the loads; without it as many as a genesis takes. */
  readonly accounts?: number;
}

/** What became of submitting. */
export type Submitted = Extract<FromLoad, { readonly kind: "submitted" }>;

/** As many as a genesis takes. */
const ACCOUNTS = 256;
const CONNECT_MS = 15_000;
/** How long there may be no block before what is not final counts as lost, in milliseconds. */
const STALL_MS = 20_000;
/** Under proof of work as many block intervals, if that is longer: one in 10^8 takes so long. */
const STALL_INTERVALS = 20;

/** As many times as long all nodes may take to have one height: who is behind then does not follow. */
const STALLS_MOST = 6;

/** A network that serves, with a load that is ready. */
export class LoadedNetwork {
  /** Where the nodes' RPC is, by their places. */
  readonly rpc: readonly string[];
  /** Their names. */
  readonly names: readonly string[];
  readonly processes: ProcessNetwork;
  readonly log: BlockLog;
  readonly signal: AbortSignal;
  /** With `withLinks` alone. */
  readonly links: Links | undefined;
  readonly #load: LoadRun;
  readonly #metrics: readonly number[];
  readonly #stallMs: number;
  readonly #onProgress: LoadedOptions["onProgress"];

  constructor(
    parts: Pick<LoadedNetwork, "rpc" | "names" | "processes" | "log" | "signal" | "links"> & {
      readonly load: LoadRun;
      /** Ports of the nodes' metrics; none without counters. */
      readonly metrics: readonly number[];
      readonly stallMs: number;
    },
    onProgress: LoadedOptions["onProgress"],
  ) {
    this.rpc = parts.rpc;
    this.names = parts.names;
    this.#metrics = parts.metrics;
    this.#stallMs = parts.stallMs;
    this.processes = parts.processes;
    this.log = parts.log;
    this.signal = parts.signal;
    this.links = parts.links;
    this.#load = parts.load;
    this.#onProgress = onProgress;
  }

  /** Submits a load, and waits until every node has reported all that was taken of it, or reports no more blocks. */
  async submit(load: number, pace: LoadPace): Promise<Submitted> {
    this.log.countFrom(await this.commonHeight());
    const answer = await this.begin(load, pace);
    this.#onProgress("finishing", 0, 0);
    await this.log.until(answer.transactions.length - answer.refused.length, {
      ...{ signal: this.signal, stallMs: this.#stallMs },
    });
    return answer;
  }

  /** Submits a load, and waits until all of it was answered, or what was due before `stopLoad`; for nothing else. */
  begin(load: number, pace: LoadPace): Promise<Submitted> {
    return this.#load.ask({ kind: "submit", load, pace }, "submitted");
  }

  /** Ends a load at a steady pace early. */
  stopLoad(): void {
    this.#load.stopLoad();
  }

  /** Waits until every node has reported so many blocks from a height on, its own counted. */
  async deep(height: number, blocks: number): Promise<void> {
    if (blocks > 1)
      await this.log.reached(height + blocks - 1, { signal: this.signal, stallMs: this.#stallMs });
  }

  /** What each node has done so far. @throws {LabFailure} `node-answer` if one does not say */
  counters(): Promise<readonly NodeCounters[]> {
    return Promise.all(
      this.#metrics.map(async (port, node) => {
        const usage = this.processes.usage(node);
        return { ...(await readCounters(port)), ...(usage === undefined ? {} : usage) };
      }),
    );
  }

  /** From sending each of the single transfers that count until the answer that it is final, in milliseconds. */
  async single(): Promise<readonly number[]> {
    return (await this.#load.ask({ kind: "single" }, "single")).latenciesMs;
  }

  /** Processor time of the load process since it last began to submit, in seconds. */
  async loadCpuSeconds(): Promise<number> {
    return (await this.#load.ask({ kind: "cpu" }, "cpu")).seconds;
  }

  /** The height of all nodes that run, once it is the same. @throws {LabFailure} `node-answer` if it never is */
  async commonHeight(): Promise<number> {
    const { running } = this.processes;
    const clients = running.map((node) => new RpcClient({ url: this.rpc[node] ?? "" }));
    const waitMs = STALLS_MOST * this.#stallMs;
    for (const until = sharedNow() + waitMs; ; ) {
      this.signal.throwIfAborted();
      const heads = await Promise.all(clients.map((client) => client.call("chain_head", {})));
      const heights = heads.map((head) => head.height as number);
      const [height] = heights;
      if (height !== undefined && new Set(heights).size === 1) return height;
      if (sharedNow() > until) {
        const each = running.map((node, at) => `${this.names[node]} ${heights[at]}`).join(", ");
        const waited = `for ${Math.ceil(waitMs / 1_000)} s the nodes had different heights`;
        throw new LabFailure("node-answer", `${waited}, at last ${each}: some do not follow the others`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/**
 * Starts a network, makes its load ready, and lets `work` have both.
 * @throws {LabFailure} if the network or the load fails, a node that ends by itself too; what `signal` was aborted with
 */
export async function withLoadedNetwork<T>(
  options: LoadedOptions,
  work: (network: LoadedNetwork) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "witan-load-"));
  try {
    return await inFolder(options, join(folder, "network"), work);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function inFolder<T>(
  options: LoadedOptions,
  home: string,
  work: (network: LoadedNetwork) => Promise<T>,
): Promise<T> {
  const { command, shape, signal, onProgress, onBlock, accounts = ACCOUNTS } = options;
  onProgress("starting", 0, 0);
  await createNetwork(command, home, { ...shape, accounts });
  signal.throwIfAborted();
  const list = readNetwork(home);
  const count = nodesOf(shape);
  const ports = await freePorts((options.withCounters === true ? 3 : 2) * count);
  const log = new BlockLog(count);
  const broken = new AbortController();
  const [p2p, metrics] = [ports.slice(count, 2 * count), ports.slice(2 * count)];
  const links = options.withLinks === true ? await Links.open(p2p) : undefined;
  const dialled = links && { dialled: (from: number, to: number) => links.port(from, to) };
  const processes = new ProcessNetwork({
    command,
    // As members run: the index by address is for observers and for development.
    nodes: nodeSpecs(home, list, { rpc: ports.slice(0, count), p2p, ...dialled }, [
      ...["--storage-address-index", "false"],
    ]).map((spec, node) => counted(spec, metrics[node])),
    onBlock: (block, node) => {
      log.note(block, node);
      onBlock?.(block, node);
    },
    onDeath: (death) => broken.abort(diedOf(death)),
  });
  const load = LoadRun.start(({ phase, done, total }) => onProgress(phase, done, total));
  const either = AbortSignal.any([signal, broken.signal]);
  try {
    const begin = async (): Promise<T> => {
      const rpc = await served(options, processes, { load, list });
      const names = list.nodes.map(({ name }) => name);
      const stallMs = shape.consensus === "pow" ? STALL_INTERVALS * shape.blockIntervalMs : 0;
      const parts = { rpc, names, processes, log, signal: either, links, load, metrics };
      return work(new LoadedNetwork({ ...parts, stallMs: Math.max(STALL_MS, stallMs) }, onProgress));
    };
    const done = begin();
    // Whoever ends it in the middle makes it fail afterwards: that is no news.
    done.catch(() => {});
    return await Promise.race([done, rejection(either)]);
  } catch (error) {
    throw withLogs(error, processes, list);
  } finally {
    await Promise.all([load.stop(), processes.stop()]);
    await links?.close();
  }
}

/** A node that counts, where there is a port for its metrics. */
function counted(spec: NodeSpec, port: number | undefined): NodeSpec {
  if (port === undefined) return spec;
  return { ...spec, arguments: [...spec.arguments, "--metrics-listen", `${LOOPBACK}:${port}`] };
}

async function served(
  {
    shape,
    loads,
    single,
    singleWarmUp = 0,
    onServing,
    waitFor = shape.consensus === "pow" ? "admitted" : "final",
  }: LoadedOptions,
  processes: ProcessNetwork,
  { load, list }: { readonly load: LoadRun; readonly list: NetworkList },
): Promise<readonly string[]> {
  const rpc = (await processes.start()).map((node) => node.rpc);
  await connected(rpc, CONNECT_MS);
  onServing?.(rpc);
  const { chainId, accounts } = list;
  // Clients send to proposers, where there are some: they are first in the list of nodes.
  const asked = shape.consensus === "bp-fast-paxos" ? rpc.slice(0, shape.proposers) : rpc;
  const plan = { rpc: asked, chainId, accounts, waitFor, loads, single, singleWarmUp };
  await load.ask({ kind: "prepare", plan }, "prepared");
  return rpc;
}

/** Lines of each node's log where the failure has none: the folder with them will be gone. */
const LOG_LINES = 6;

function withLogs(error: unknown, processes: ProcessNetwork, { nodes }: NetworkList): unknown {
  if (!(error instanceof LabFailure) || error.log.length > 0) return error;
  const log = nodes.flatMap(({ name }, node) =>
    processes
      .logOf(node)
      .slice(-LOG_LINES)
      .map((line) => `${name}: ${line}`),
  );
  const { code, message, fault, problems } = error;
  return new LabFailure(code, message, { fault, problems, log });
}

function diedOf({ name, how, log }: NodeDeath): LabFailure {
  return new LabFailure("node-failed", `${name} ${how} in the middle of the measurement`, { log });
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
