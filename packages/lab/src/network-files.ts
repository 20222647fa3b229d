// The files of a network whose nodes all run on this machine: made by `witan network create`, read from its list, and
// turned into what each node is started with. Every node listens on loopback only: the secrets of accounts lie open.
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { LabFailure } from "./lab-failure.ts";
import { type NetworkShape, type NodeRole, shapeArguments } from "./network-shape.ts";
import type { NodeSpec, WitanCommand } from "./node-run.ts";
import { runWitan } from "./run-witan.ts";

/** The list of a network, in its folder. */
export const NETWORK_LIST = "network.json";
/** Where every node of a network on this machine listens. */
export const LOOPBACK = "127.0.0.1";

/** A funded account whose secret lies open. */
export interface LabAccount {
  readonly address: string;
  readonly secretKey: string;
  /** What the genesis pays it, in base units. */
  readonly balance: string;
}

/** A node of a network, as `network.json` lists it. */
export interface ListedNode {
  readonly name: string;
  /** Lists of before there were others have none: a validator. */
  readonly role?: NodeRole;
  /** Its home, from the network's folder. */
  readonly home: string;
  readonly peerId: string;
}

/** A network, as `network.json` lists it. */
export interface NetworkList {
  readonly chainId: string;
  readonly name: string;
  readonly nodes: readonly ListedNode[];
  readonly accounts: readonly LabAccount[];
}

/** What a network for this machine is made with. */
export type NewNetwork = NetworkShape & {
  readonly accounts: number;
  /** More arguments of `witan network create`, such as `--parameter name=value`. */
  readonly more?: readonly string[];
};

/**
 * Makes a network in a new folder, by the command that operators use.
 * @throws {LabFailure} `command-failed`
 */
export async function createNetwork(
  command: WitanCommand,
  folder: string,
  network: NewNetwork,
): Promise<void> {
  const { accounts, more = [], ...shape } = network;
  await runWitan(command, [
    ...["network", "create", "--out", folder, "--plain", "--hosts", LOOPBACK],
    ...shapeArguments(shape),
    ...["--accounts", `${accounts}`],
    ...more,
  ]);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function hasTexts(value: unknown, names: readonly string[]): boolean {
  return isRecord(value) && names.every((name) => typeof value[name] === "string");
}

function isList(value: unknown): value is NetworkList {
  if (!isRecord(value) || !hasTexts(value, ["chainId", "name"])) return false;
  const { nodes, accounts } = value;
  if (!Array.isArray(nodes) || !Array.isArray(accounts) || nodes.length === 0) return false;
  return (
    nodes.every((node) => hasTexts(node, ["name", "home", "peerId"])) &&
    accounts.every((account) => hasTexts(account, ["address", "secretKey", "balance"]))
  );
}

/**
 * Reads the list of a network in a folder.
 * @throws {LabFailure} `folder-damaged` if there is none
 */
export function readNetwork(folder: string): NetworkList {
  const path = join(folder, NETWORK_LIST);
  try {
    const list: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (isList(list)) return list;
  } catch (error) {
    const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (!missing && !(error instanceof SyntaxError)) throw error;
  }
  const message = `${path} does not list a network: it was changed or lost; make the network anew (a devnet: --fresh)`;
  throw new LabFailure("folder-damaged", message);
}

/** What a listed node does. */
export function roleOf({ role = "validator" }: ListedNode): NodeRole {
  return role;
}

/** The genesis file of a network: each home has a copy. */
export function genesisFileOf(folder: string, list: NetworkList): string {
  return join(folder, list.nodes[0]?.home ?? "", "genesis.json");
}

/** Where the nodes of a network listen, by their places. */
export interface NetworkPorts {
  /** For clients. */
  readonly rpc: readonly number[];
  /** For each other. */
  readonly p2p: readonly number[];
}

/** By which port one node dials another, where that is not the one that the other listens at. */
export interface DialledPorts {
  readonly dialled?: (from: number, to: number) => number;
}

/**
 * What each node of a devnet is started with: its home says all, and the flags say the same ports once more, so that a
 * variable of the environment which is meant for one node does not send all of them to one address.
 */
export function devnetSpecs(
  folder: string,
  { nodes }: NetworkList,
  { rpc, p2p }: NetworkPorts,
): readonly NodeSpec[] {
  return nodes.map(({ name, home }, at) => ({
    name,
    logFile: join(folder, home, "node.log"),
    arguments: [
      ...["--home", join(folder, home)],
      ...["--rpc-listen", `${LOOPBACK}:${rpc[at]}`, "--network-listen", `${LOOPBACK}:${p2p[at]}`],
    ],
  }));
}

/**
 * What each node of a network is started with: homes in `folder`, logs in them, on loopback at these ports, and as many
 * threads that check signatures as its share of the cores: a node alone would take them all.
 * @param more arguments of `witan node` that all get
 */
export function nodeSpecs(
  folder: string,
  { nodes }: NetworkList,
  { rpc, p2p, dialled = (_, to) => p2p[to] ?? 0 }: NetworkPorts & DialledPorts,
  more: readonly string[] = [],
): readonly NodeSpec[] {
  const peersOf = (from: number) =>
    nodes.flatMap(({ name, peerId }, to) =>
      to === from ? [] : [`${name}=${peerId}@${LOOPBACK}:${dialled(from, to)}`],
    );
  const workers = Math.max(1, Math.floor(availableParallelism() / nodes.length));
  return nodes.map(({ name, home }, at) => ({
    name,
    logFile: join(folder, home, "node.log"),
    arguments: [
      ...["--home", join(folder, home)],
      ...["--rpc-listen", `${LOOPBACK}:${rpc[at]}`, "--network-listen", `${LOOPBACK}:${p2p[at]}`],
      ...["--network-peers", peersOf(at).join(",")],
      ...["--verifier-workers", `${workers}`],
      ...more,
    ],
  }));
}
