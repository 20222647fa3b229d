// Where the nodes of a network on this machine listen, as their homes say it: chosen, written into each config.toml and
// into network.json, and kept from one start to the next, so that `witan node --home DIR` starts exactly that node. Changes
// nothing else of these files: they are the user's.
import { readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePorts, isPortFree } from "./free-ports.ts";
import { LabFailure } from "./lab-failure.ts";
import { LOOPBACK, NETWORK_LIST, type NetworkList, type NetworkPorts, roleOf } from "./network-files.ts";
import type { NodeRole } from "./network-shape.ts";

const CONFIG = "config.toml";
const PORT_MAX = 65_535;

/** A port that is another one than at the start before. */
export interface PortChange {
  /** The name of the node. */
  readonly node: string;
  readonly role: NodeRole;
  /** Who comes there: clients, or other nodes. */
  readonly what: "rpc" | "p2p";
  readonly was: number;
  readonly now: number;
}

/** Where each node of a network is to listen. */
export interface ChosenPorts {
  readonly ports: NetworkPorts;
  /** What had to change because something else listens there. */
  readonly moved: readonly PortChange[];
}

/** The sections of config.toml that name a port, by who comes there. */
const SECTIONS = { p2p: "network", rpc: "rpc" } as const;

/** The ports in the homes of a network; undefined where a file does not say. */
export function portsInHomes(
  folder: string,
  { nodes }: NetworkList,
): Readonly<Record<keyof NetworkPorts, readonly (number | undefined)[]>> {
  const texts = nodes.map(({ home }) => configOf(join(folder, home)));
  return {
    rpc: texts.map((text) => portIn(text, SECTIONS.rpc)),
    p2p: texts.map((text) => portIn(text, SECTIONS.p2p)),
  };
}

/**
 * Chooses where the nodes listen: for clients from `rpcPort` on, or where they did before if that is 0; for each other
 * where they did before. Ports of before that are taken are replaced by any that are free.
 * @param before as the homes say it; undefined: the network is new
 * @throws {LabFailure} `ports-in-use`
 */
export async function choosePorts(
  { nodes }: NetworkList,
  rpcPort: number,
  before: ReturnType<typeof portsInHomes> | undefined,
): Promise<ChosenPorts> {
  const none = nodes.map(() => undefined);
  const isKept = rpcPort === 0;
  const rpc = isKept ? await kept(before?.rpc ?? none, []) : await portsFrom(rpcPort, nodes.length);
  const p2p = await kept(before?.p2p ?? none, rpc);
  const moved = (["rpc", "p2p"] as const).flatMap((what) =>
    nodes.flatMap((node, at) => {
      const [was, now] = [before?.[what][at], (what === "rpc" ? rpc : p2p)[at] ?? 0];
      if (was === undefined || was === now || (what === "rpc" && !isKept)) return [];
      return [{ node: node.name, role: roleOf(node), what, was, now }];
    }),
  );
  return { ports: { rpc, p2p }, moved };
}

/** Each port if it is free and not among `others`, or else one that is free. */
async function kept(
  ports: readonly (number | undefined)[],
  others: readonly number[],
): Promise<readonly number[]> {
  const found: (number | undefined)[] = [];
  for (const port of ports) {
    const isOurs = port !== undefined && port > 0 && !others.includes(port) && !found.includes(port);
    found.push(isOurs && (await isPortFree(port)) ? port : undefined);
  }
  const taken = found.flatMap((port) => port ?? []);
  const free = [...(await freePorts(found.length - taken.length, [...others, ...taken]))];
  return found.map((port) => port ?? free.pop() ?? 0);
}

/**
 * So many ports in a row, all of them free.
 * @throws {LabFailure} `ports-in-use`
 */
export async function portsFrom(first: number, count: number): Promise<readonly number[]> {
  const last = first + count - 1;
  if (last > PORT_MAX) {
    const message = `${count} nodes need the ports ${first} to ${last}, and ${PORT_MAX} is the last there is: choose a lower --rpc-port`;
    throw new LabFailure("ports-in-use", message, { fault: "input" });
  }
  const ports = Array.from({ length: count }, (_, at) => first + at);
  const free = await Promise.all(ports.map(isPortFree));
  const taken = ports.filter((_, at) => !free[at]);
  if (taken.length === 0) return ports;
  const which = taken.length === 1 ? `port ${taken[0]} is` : `ports ${taken.join(", ")} are`;
  throw new LabFailure(
    "ports-in-use",
    `${which} in use on ${LOOPBACK}, perhaps by another devnet: stop that, or choose other ports with --rpc-port (0: any that are free)`,
  );
}

/**
 * Writes down where the nodes listen: each config.toml says its own ports and the addresses of the others, and network.json
 * those of all. A file that says so already is not touched.
 */
export function writePorts(folder: string, list: NetworkList, { rpc, p2p }: NetworkPorts): void {
  const addresses = new Map(list.nodes.map(({ peerId }, at) => [peerId, `${LOOPBACK}:${p2p[at]}`]));
  for (const [at, { home }] of list.nodes.entries()) {
    const text = configOf(join(folder, home));
    const own = withListen(text, SECTIONS.p2p, `${LOOPBACK}:${p2p[at]}`);
    const both = withListen(own, SECTIONS.rpc, `${LOOPBACK}:${rpc[at]}`);
    replaceText(join(folder, home, CONFIG), withAddresses(both, addresses));
  }
  const file = join(folder, NETWORK_LIST);
  const written = JSON.parse(readFileSync(file, "utf8")) as { readonly nodes: readonly object[] };
  const nodes = written.nodes.map((node, at) => {
    return { ...node, address: `${LOOPBACK}:${p2p[at]}`, rpc: `http://${LOOPBACK}:${rpc[at]}` };
  });
  replaceText(file, `${JSON.stringify({ ...written, nodes }, undefined, 2)}\n`);
}

/** The text of a home's configuration; an empty one where there is no file: every setting has a default. */
function configOf(home: string): string {
  try {
    return readFileSync(join(home, CONFIG), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

/** Puts a new text in the place of a file in one step, with the mode it had. */
function replaceText(path: string, text: string): void {
  let mode = 0o644;
  try {
    if (readFileSync(path, "utf8") === text) return;
    mode = statSync(path).mode & 0o777;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, text, { mode });
  renameSync(temporary, path);
}

const HEADER = /^\s*\[\s*([A-Za-z0-9_.-]+)\s*\]\s*(?:#.*)?$/;
const LISTEN = /^(\s*listen\s*=\s*)(?:"([^"]*)"|'([^']*)')/;

/** The line of a section that says where to listen, and the line of the section's header; -1: there is none. */
function linesOf(
  lines: readonly string[],
  section: string,
): { readonly header: number; readonly listen: number } {
  const header = lines.findIndex((line) => HEADER.exec(line)?.[1] === section);
  const next = lines.findIndex((line, at) => at > header && HEADER.test(line));
  const end = next < 0 ? lines.length : next;
  const listen =
    header < 0 ? -1 : lines.findIndex((line, at) => at > header && at < end && LISTEN.test(line));
  return { header, listen };
}

function portIn(text: string, section: string): number | undefined {
  const lines = text.split("\n");
  const match = LISTEN.exec(lines[linesOf(lines, section).listen] ?? "");
  const port = /:(\d{1,5})$/.exec(match?.[2] ?? match?.[3] ?? "")?.[1];
  return port === undefined ? undefined : Number(port);
}

function withListen(text: string, section: string, address: string): string {
  const lines = text.split("\n");
  const { header, listen } = linesOf(lines, section);
  const line = `listen = "${address}"`;
  if (listen >= 0) lines[listen] = (lines[listen] ?? "").replace(LISTEN, `$1"${address}"`);
  else if (header >= 0) lines.splice(header + 1, 0, line);
  else lines.push(`[${section}]`, line, "");
  return lines.join("\n");
}

/** A peer is told by its id: whatever else the file lists, a fifth validator say, stays as it is. */
function withAddresses(text: string, addresses: ReadonlyMap<string, string>): string {
  return text.replace(/\{[^{}]*\}/g, (peer) => {
    const id = /\bid\s*=\s*["']([^"']*)["']/.exec(peer)?.[1] ?? "";
    const address = addresses.get(id);
    return address === undefined ? peer : peer.replace(/(\baddress\s*=\s*)["'][^"']*["']/, `$1"${address}"`);
  });
}
