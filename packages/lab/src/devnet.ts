// A devnet: a whole network on this machine, in a folder of its own, for people who develop. Starts it, watches it, stops
// it. Nothing of it is reachable from other machines, since everyone may know its keys.
import { RpcClient } from "@witan/client";
import type { DevnetFolder, DevnetFolderOptions, DevnetSettings } from "./devnet-folder.ts";
import { openDevnetFolder } from "./devnet-folder.ts";
import { freePorts, isPortFree } from "./free-ports.ts";
import { LabFailure } from "./lab-failure.ts";
import {
  createNetwork,
  genesisFileOf,
  type LabAccount,
  type NetworkList,
  nodeSpecs,
  readNetwork,
} from "./network-files.ts";
import type { NodeBlock, NodeReady, WitanCommand } from "./node-run.ts";
import { type NodeDeath, ProcessNetwork } from "./process-network.ts";
import { balancesOf, connected } from "./watch-nodes.ts";

/** How many accounts a devnet funds. */
const ACCOUNTS = 10;
const PORT_MAX = 65_535;
/** How long nodes may take to find each other, in milliseconds. */
const CONNECT_MS = 15_000;

/** How a devnet is opened. */
export interface DevnetOptions extends Omit<DevnetFolderOptions, "create"> {
  readonly command: WitanCommand;
  /** Where clients reach the first validator; the others count up. 0: any free ports. */
  readonly rpcPort: number;
  /** Hears of each block once, from the node that reports it first. */
  readonly onBlock: (block: NodeBlock) => void;
  /** Hears of each validator that ends without having been told to. */
  readonly onDeath: (death: NodeDeath) => void;
  /** Hears that there are too few validators left to decide anything: how many run, how many are needed. */
  readonly onQuorumLost: (running: number, quorum: number) => void;
}

/** A validator of a devnet that runs. */
export interface DevnetNode {
  readonly name: string;
  readonly pid: number;
  /** Where clients reach it. */
  readonly rpc: string;
  readonly logFile: string;
}

/** What a devnet that is ready consists of. */
export interface DevnetReady {
  readonly settings: DevnetSettings;
  readonly folder: string;
  /** Whether the chain was begun just now. */
  readonly created: boolean;
  readonly chainId: string;
  /** The height of the last block. */
  readonly height: number;
  readonly genesisFile: string;
  /** The native asset, for amounts as people read them. */
  readonly native: { readonly name: string; readonly decimals: number };
  readonly nodes: readonly DevnetNode[];
  /** With the balance each has now, in base units of the native asset. */
  readonly accounts: readonly LabAccount[];
}

/** A devnet that holds its folder. `start` it, and `stop` it in any case. */
export class Devnet {
  readonly #options: DevnetOptions;
  readonly #folder: DevnetFolder;
  readonly #list: NetworkList;
  readonly #network: ProcessNetwork;
  readonly #logFiles: readonly string[];
  #height = 0;
  #quorum = 0;

  private constructor(
    options: DevnetOptions,
    folder: DevnetFolder,
    list: NetworkList,
    ports: { readonly rpc: readonly number[]; readonly p2p: readonly number[] },
  ) {
    this.#options = options;
    this.#folder = folder;
    this.#list = list;
    const nodes = nodeSpecs(folder.path, list, ports);
    this.#logFiles = nodes.map(({ logFile }) => logFile);
    const { command } = options;
    this.#network = new ProcessNetwork({
      command,
      nodes,
      onBlock: (block) => this.#onBlock(block),
      onDeath: (death) => this.#onDeath(death),
    });
  }

  /**
   * Opens a devnet's folder, making its network if there is none, and chooses ports. Starts nothing.
   * @throws {LabFailure} as `openDevnetFolder`; `ports-in-use`
   */
  static async open(options: DevnetOptions): Promise<Devnet> {
    const { command } = options;
    const folder = await openDevnetFolder({
      ...options,
      create: (path, settings) => createNetwork(command, path, { ...settings, accounts: ACCOUNTS }),
    });
    try {
      const list = readNetwork(folder.path);
      const count = list.nodes.length;
      const rpc = await rpcPorts(options.rpcPort, count);
      return new Devnet(options, folder, list, { rpc, p2p: await freePorts(count) });
    } catch (error) {
      folder.lock.release();
      throw error;
    }
  }

  /** Whether the chain was begun just now, and with what. */
  get made(): Pick<DevnetReady, "settings" | "folder" | "created"> {
    const { settings, path, created } = this.#folder;
    return { settings, folder: path, created };
  }

  /**
   * Starts all validators, and waits until they serve and have found each other.
   * @throws {LabFailure} as `ProcessNetwork.start`; `not-connected`
   */
  async start(): Promise<DevnetReady> {
    const starting = this.#network.start();
    const { running } = this.#network;
    this.#folder.lock.note(running.flatMap((node) => this.#network.pid(node) ?? []));
    const ready = await starting;
    const urls = ready.map(({ rpc }) => rpc);
    const { quorum } = await connected(urls, CONNECT_MS);
    this.#quorum = quorum;
    const first = urls[0] ?? "";
    const { assets } = await new RpcClient({ url: first }).call("chain_assets", {});
    const height = Math.max(...ready.map((node) => node.height));
    this.#height = Math.max(this.#height, height);
    const { chainId, accounts } = this.#list;
    return {
      ...this.made,
      chainId,
      height,
      genesisFile: genesisFileOf(this.#folder.path, this.#list),
      native: { name: assets[0]?.name ?? "", decimals: assets[0]?.decimals ?? 0 },
      nodes: ready.map((node, at) => this.#nodeOf(node, at)),
      accounts: await balancesOf(first, accounts),
    };
  }

  /**
   * Stops all validators and gives the folder back.
   * @returns the names of those that did not stop in time, and were killed
   */
  async stop(): Promise<readonly string[]> {
    const killed = await this.#network.stop();
    this.#folder.lock.release();
    return killed;
  }

  /** Kills what is left, at once. */
  killAll(): Promise<void> {
    return this.#network.killAll();
  }

  #nodeOf({ pid, rpc }: NodeReady, at: number): DevnetNode {
    return { name: this.#list.nodes[at]?.name ?? "", pid, rpc, logFile: this.#logFiles[at] ?? "" };
  }

  #onBlock(block: NodeBlock): void {
    if (block.height <= this.#height) return;
    this.#height = block.height;
    this.#options.onBlock(block);
  }

  #onDeath(death: NodeDeath): void {
    this.#options.onDeath(death);
    const left = this.#network.running.length;
    // Told once, by the death that made it so. Before the start has ended, its failure tells enough.
    if (left === this.#quorum - 1) this.#options.onQuorumLost(left, this.#quorum);
  }
}

async function rpcPorts(first: number, count: number): Promise<readonly number[]> {
  if (first === 0) return freePorts(count);
  const last = first + count - 1;
  if (last > PORT_MAX) {
    const message = `${count} validators need the ports ${first} to ${last}, and ${PORT_MAX} is the last there is: choose a lower --rpc-port`;
    throw new LabFailure("ports-in-use", message, { fault: "input" });
  }
  const ports = Array.from({ length: count }, (_, at) => first + at);
  const free = await Promise.all(ports.map(isPortFree));
  const taken = ports.filter((_, at) => !free[at]);
  if (taken.length === 0) return ports;
  const which = taken.length === 1 ? `port ${taken[0]} is` : `ports ${taken.join(", ")} are`;
  throw new LabFailure(
    "ports-in-use",
    `${which} in use on 127.0.0.1, perhaps by another devnet: stop that, or choose other ports with --rpc-port (0: any that are free)`,
  );
}
