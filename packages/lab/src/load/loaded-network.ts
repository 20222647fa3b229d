// A network of processes in a folder of its own, with a process beside it that loads it. Whatever ends the work, neither
// processes nor files are left.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RpcClient } from "@witan/client";
import { freePorts } from "../free-ports.ts";
import { LabFailure } from "../lab-failure.ts";
import { Links } from "../links.ts";
import { createNetwork, type NetworkList, nodeSpecs, readNetwork } from "../network-files.ts";
import { type NetworkShape, nodesOf } from "../network-shape.ts";
import type { NodeBlock, WitanCommand } from "../node-run.ts";
import { type NodeDeath, ProcessNetwork } from "../process-network.ts";
import { connected } from "../watch-nodes.ts";
import { BlockLog } from "./block-log.ts";
import type { FromLoad, LoadPace } from "./load-messages.ts";
import { LoadRun } from "./load-run.ts";

/** What is going on while a network is loaded. */
export type LoadedPhase = "starting" | "splitting" | "signing" | "submitting" | "finishing" | "single";

/** What a network is started and loaded with. */
export interface LoadedOptions {
  readonly command: WitanCommand;
  readonly shape: NetworkShape;
  /** Transfers of each load; they are signed before the work begins. */
  readonly loads: readonly number[];
  /** Transfers that are sent one after another. */
  readonly single: number;
  /** Ends it early. */
  readonly signal: AbortSignal;
  /** `total` is 0 where nothing is counted. */
  readonly onProgress: (phase: LoadedPhase, done: number, total: number) => void;
  readonly onBlock?: (block: NodeBlock, node: number) => void;
  /** Hears where the nodes serve, once they are connected. */
  readonly onServing?: ((rpc: readonly string[]) => void) | undefined;
  /** Whether links between nodes can be cut. */
  readonly withLinks?: boolean;
  /** More arguments of `witan node`, for all. */
  readonly nodeArguments?: readonly string[];
  /** More arguments of `witan network create`. */
  readonly createArguments?: readonly string[];
}

/** What became of submitting. */
export type Submitted = Extract<FromLoad, { readonly kind: "submitted" }>;

/** Genesis accounts that pay for the load: as many as a genesis takes. */
const ACCOUNTS = 256;
const CONNECT_MS = 15_000;
/** How long there may be no block before what is not final counts as lost, in milliseconds. */
const STALL_MS = 20_000;

/** A network that serves, with a load that is ready. */
export class LoadedNetwork {
  /** Where the nodes' RPC is, by their places. */
  readonly rpc: readonly string[];
  readonly processes: ProcessNetwork;
  readonly log: BlockLog;
  readonly signal: AbortSignal;
  /** With `withLinks` alone. */
  readonly links: Links | undefined;
  readonly #load: LoadRun;
  readonly #onProgress: LoadedOptions["onProgress"];

  constructor(
    parts: Pick<LoadedNetwork, "rpc" | "processes" | "log" | "signal" | "links"> & { readonly load: LoadRun },
    onProgress: LoadedOptions["onProgress"],
  ) {
    this.rpc = parts.rpc;
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
    const answer = await this.#load.ask({ kind: "submit", load, pace }, "submitted");
    this.#onProgress("finishing", 0, 0);
    await this.log.until(answer.transactions.length - answer.refused.length, {
      ...{ signal: this.signal, stallMs: STALL_MS },
    });
    return answer;
  }

  /** From sending each of the single transfers until the answer that it is final, in milliseconds. */
  async single(): Promise<readonly number[]> {
    return (await this.#load.ask({ kind: "single" }, "single")).latenciesMs;
  }

  /** Processor time of the load process since it last began to submit, in seconds. */
  async loadCpuSeconds(): Promise<number> {
    return (await this.#load.ask({ kind: "cpu" }, "cpu")).seconds;
  }

  /** The height of all nodes that run, once it is the same. */
  async commonHeight(): Promise<number> {
    const clients = this.processes.running.map((node) => new RpcClient({ url: this.rpc[node] ?? "" }));
    for (;;) {
      this.signal.throwIfAborted();
      const heads = await Promise.all(clients.map((client) => client.call("chain_head", {})));
      const heights = new Set(heads.map((head) => head.height));
      const [height] = heights;
      if (heights.size === 1 && height !== undefined) return height;
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
  const { command, shape, signal, onProgress, onBlock, nodeArguments = [] } = options;
  onProgress("starting", 0, 0);
  await createNetwork(command, home, { ...shape, accounts: ACCOUNTS, more: options.createArguments ?? [] });
  const list = readNetwork(home);
  const count = nodesOf(shape);
  const ports = await freePorts(2 * count);
  const log = new BlockLog(count);
  const broken = new AbortController();
  const p2p = ports.slice(count);
  const links = options.withLinks === true ? await Links.open(p2p) : undefined;
  const dialled = links && { dialled: (from: number, to: number) => links.port(from, to) };
  const processes = new ProcessNetwork({
    command,
    // As members run: the index by address is for observers and for development.
    nodes: nodeSpecs(home, list, { rpc: ports.slice(0, count), p2p, ...dialled }, [
      ...["--storage-address-index", "false"],
      ...nodeArguments,
    ]),
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
      return work(new LoadedNetwork({ rpc, processes, log, signal: either, links, load }, onProgress));
    };
    const done = begin();
    // Whoever ends it in the middle makes it fail afterwards: that is no news.
    done.catch(() => {});
    return await Promise.race([done, rejection(either)]);
  } finally {
    await Promise.all([load.stop(), processes.stop()]);
    await links?.close();
  }
}

async function served(
  { shape, loads, single, onServing }: LoadedOptions,
  processes: ProcessNetwork,
  { load, list }: { readonly load: LoadRun; readonly list: NetworkList },
): Promise<readonly string[]> {
  const rpc = (await processes.start()).map((node) => node.rpc);
  await connected(rpc, CONNECT_MS);
  onServing?.(rpc);
  const { chainId, accounts } = list;
  // Clients send to proposers, where there are some: they are first in the list of nodes.
  const asked = shape.consensus === "bp-fast-paxos" ? rpc.slice(0, shape.proposers) : rpc;
  await load.ask({ kind: "prepare", plan: { rpc: asked, chainId, accounts, loads, single } }, "prepared");
  return rpc;
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
