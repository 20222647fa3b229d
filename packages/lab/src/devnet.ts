// A devnet: a whole network on this machine, in a folder of its own, for people who develop. Starts it, watches it, stops
// it. Nothing of it is reachable from other machines, since everyone may know its keys.
import { join } from "node:path";
import { RpcClient } from "@witan/client";
import type { DevnetFolder, DevnetFolderOptions } from "./devnet-folder.ts";
import { openDevnetFolder } from "./devnet-folder.ts";
import { isPortFree } from "./free-ports.ts";
import {
  type ChosenPorts,
  choosePorts,
  type PortChange,
  portsFrom,
  portsInHomes,
  writePorts,
} from "./home-ports.ts";
import { LabFailure } from "./lab-failure.ts";
import {
  createNetwork,
  devnetSpecs,
  genesisFileOf,
  type LabAccount,
  LOOPBACK,
  type NetworkList,
  readNetwork,
  roleOf,
} from "./network-files.ts";
import { type NetworkShape, type NodeRole, nodesOf } from "./network-shape.ts";
import type { NodeBlock, NodeReady, WitanCommand } from "./node-run.ts";
import { type NodeDeath, ProcessNetwork } from "./process-network.ts";
import { type Turnout, ValidatorWatch } from "./validator-watch.ts";
import { balancesOf, connected } from "./watch-nodes.ts";

/** How many accounts a devnet funds. */
const ACCOUNTS = 10;
/** How long nodes may take to find each other, in milliseconds. */
const CONNECT_MS = 15_000;
/** How long a node that somebody else may have started is asked who it is, in milliseconds. */
const ASK_MS = 1_000;

/** How a devnet is opened. */
export interface DevnetOptions extends Omit<DevnetFolderOptions, "create" | "mayUse" | "mayMake"> {
  readonly command: WitanCommand;
  /** Where clients reach the first validator; the others count up. 0: where they did before, or any free ports. */
  readonly rpcPort: number;
  /** Hears of each block once, from the node that reports it first. */
  readonly onBlock: (block: NodeBlock) => void;
  /** Hears of each validator that serves, while the others may still be starting. */
  readonly onServes: (validator: DevnetPlace) => void;
  /** Hears of each validator that ends without having been told to. */
  readonly onDeath: (death: NodeDeath, node: DevnetPlace) => void;
  /** Hears of a validator that ended, and that somebody else has started again. */
  readonly onBack: (validator: DevnetPlace) => void;
  /** Hears of a validator that somebody else had started, and that answers no more. */
  readonly onGone: (validator: DevnetPlace) => void;
  /** Hears that too few validators take part to decide anything, with those that are missing; or that enough do again. */
  readonly onQuorum: (isReached: boolean, turnout: Turnout, missing: readonly DevnetPlace[]) => void;
}

/** A node of a devnet, whether it runs or not. */
export interface DevnetPlace {
  readonly name: string;
  readonly role: NodeRole;
  /** Its folder: `witan node --home` starts it. */
  readonly home: string;
  /** Where clients reach it. */
  readonly rpc: string;
}

/** How a devnet was stopped. */
export interface DevnetEnd {
  /** The names of those that did not stop in time, and were killed. */
  readonly killed: readonly string[];
  /** Those that somebody else has started: they run on. */
  readonly leftRunning: readonly DevnetPlace[];
}

/** A validator of a devnet that runs. */
export interface DevnetNode extends DevnetPlace {
  readonly pid: number;
  /** Where other nodes reach it: HOST:PORT. */
  readonly p2p: string;
  readonly logFile: string;
}

/** What a devnet that is ready consists of. */
export interface DevnetReady {
  readonly settings: NetworkShape;
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
  readonly #places: readonly DevnetPlace[];
  readonly #chosen: ChosenPorts;
  readonly #network: ProcessNetwork;
  readonly #watch: ValidatorWatch;
  readonly #logFiles: readonly string[];
  #height = 0;

  private constructor(options: DevnetOptions, folder: DevnetFolder, list: NetworkList, chosen: ChosenPorts) {
    this.#options = options;
    this.#folder = folder;
    this.#list = list;
    this.#chosen = chosen;
    this.#places = list.nodes.map((node, at) => ({
      name: node.name,
      role: roleOf(node),
      home: join(folder.path, node.home),
      rpc: `http://${LOOPBACK}:${chosen.ports.rpc[at]}`,
    }));
    const nodes = devnetSpecs(folder.path, list, chosen.ports);
    this.#logFiles = nodes.map(({ logFile }) => logFile);
    const { command } = options;
    this.#network = new ProcessNetwork({
      command,
      nodes,
      onBlock: (block) => this.#onBlock(block),
      onReady: (node) => options.onServes(this.#place(node)),
      onDeath: (death, node) => options.onDeath(death, this.#place(node)),
    });
    this.#watch = new ValidatorWatch({
      chainId: list.chainId,
      validators: this.#places,
      ours: () => this.#network.running,
      onBack: (node) => options.onBack(this.#place(node)),
      onGone: (node) => options.onGone(this.#place(node)),
      onQuorum: (isReached, turnout) => options.onQuorum(isReached, turnout, this.#missing()),
    });
  }

  /**
   * Opens a devnet's folder, making its network if there is none, chooses ports, and writes them into the homes. Starts
   * nothing.
   * @throws {LabFailure} as `openDevnetFolder`; `ports-in-use`
   */
  static async open(options: DevnetOptions): Promise<Devnet> {
    const { command, rpcPort } = options;
    const folder = await openDevnetFolder({
      ...options,
      mayUse: refuseWhereNodesRun,
      mayMake: async (shape) => {
        if (rpcPort !== 0) await portsFrom(rpcPort, nodesOf(shape));
      },
      create: (path, settings) => createNetwork(command, path, { ...settings, accounts: ACCOUNTS }),
    });
    try {
      const { path, created } = folder;
      const list = readNetwork(path);
      const before = created ? undefined : portsInHomes(path, list);
      const chosen = await choosePorts(list, rpcPort, before);
      writePorts(path, list, chosen.ports);
      return new Devnet(options, folder, list, chosen);
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

  /** Ports that had to change since the last start, since something else listens there. */
  get moved(): readonly PortChange[] {
    return this.#chosen.moved;
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
    this.#watch.start(quorum);
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

  /** Stops all validators that it has started, and gives the folder back. */
  async stop(): Promise<DevnetEnd> {
    this.#watch.stop();
    const leftRunning = this.#watch.byHand.map((node) => this.#place(node));
    const killed = await this.#network.stop();
    this.#folder.lock.release();
    return { killed, leftRunning };
  }

  /** Kills what is left, at once. */
  killAll(): Promise<void> {
    return this.#network.killAll();
  }

  #place(node: number): DevnetPlace {
    return this.#places[node] as DevnetPlace;
  }

  /** Those that nobody runs. */
  #missing(): readonly DevnetPlace[] {
    const running = new Set([...this.#network.running, ...this.#watch.byHand]);
    return this.#places.filter((_, node) => !running.has(node));
  }

  #nodeOf({ pid, rpc }: NodeReady, at: number): DevnetNode {
    const p2p = `${LOOPBACK}:${this.#chosen.ports.p2p[at]}`;
    return { ...this.#place(at), pid, rpc, p2p, logFile: this.#logFiles[at] ?? "" };
  }

  #onBlock(block: NodeBlock): void {
    if (block.height <= this.#height) return;
    this.#height = block.height;
    this.#options.onBlock(block);
  }
}

/**
 * Refuses a network of which somebody runs a node: its files would be taken from under it, or its ports given to another.
 * A damaged list is told by who needs it.
 */
async function refuseWhereNodesRun(folder: string): Promise<void> {
  const list = listIn(folder);
  if (list === undefined) return;
  const { rpc } = portsInHomes(folder, list);
  for (const [at, { name, home }] of list.nodes.entries()) {
    const port = rpc[at];
    if (port === undefined || port === 0 || (await isPortFree(port))) continue;
    const url = `http://${LOOPBACK}:${port}`;
    const asked = new RpcClient({ url, timeoutMs: ASK_MS }).call("node_status", {});
    const found = await asked.then(
      ({ chainId }) => chainId,
      () => undefined,
    );
    if (found !== list.chainId) continue;
    throw new LabFailure(
      "folder-in-use",
      `${name} of this network runs already, at ${url}, and no devnet has started it: stop it where it was started ` +
        `(witan node --home ${join(folder, home)}), then run again`,
    );
  }
}

function listIn(folder: string): NetworkList | undefined {
  try {
    return readNetwork(folder);
  } catch (error) {
    if (error instanceof LabFailure) return undefined;
    throw error;
  }
}
