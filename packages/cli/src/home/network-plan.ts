// Which address each node of a new network has: hosts and ports. Pure.
import { isIPv6 } from "node:net";
import { formatHostPort, type HostPort, isLoopback, parseHost, parseHostPort } from "../config/host-port.ts";
import { badInput } from "../exit.ts";
import type { Seat } from "./network-seats.ts";

const FIRST_PEER_PORT = 9_600;
const PORT_MAX = 65_535;

/** Where one node is. */
export interface Place extends Seat {
  /** How the others reach it. */
  readonly address: string;
  /** Where it listens for them. */
  readonly listen: string;
  /** Where it listens for clients: on its own machine only. */
  readonly rpcListen: string;
  readonly isLoopback: boolean;
}

/** What a network is planned of. */
export interface PlanInput {
  readonly seats: readonly Seat[];
  /** HOST or HOST:PORT for each seat; a single one stands for all. */
  readonly hosts: readonly string[];
  readonly rpcPort: number;
}

/**
 * The places of seats, in their order: on each host ports count up, from the port given or 9600, and from `rpcPort`.
 * @throws {CommandFailure} `hosts` (2) if that can't be
 */
export function planNetwork({ seats, hosts, rpcPort }: PlanInput): readonly Place[] {
  if (hosts.length !== 1 && hosts.length !== seats.length)
    throw badInput(
      "hosts",
      `--hosts names ${hosts.length}, expected one for all or ${seats.length}, one for each`,
    );
  const wanted = seats.map((seat, at) => ({ seat, ...hostOf(hosts[at % hosts.length] ?? "") }));
  const taken = new Set<string>();
  // Ports for clients first: people count on them.
  const rpc = wanted.map(({ host }) => taking(taken, host, { from: rpcPort, what: "--rpc-port" }));
  const given = new Set(
    wanted.flatMap(({ host, port }) => (port === undefined ? [] : [formatHostPort({ host, port })])),
  );
  for (const text of given)
    if (taken.has(text))
      throw badInput("hosts", `--hosts ${text}: that port is for clients; choose another --rpc-port`);
  const peer = wanted.map(({ host, port }) =>
    taking(taken, host, { from: port ?? FIRST_PEER_PORT, what: "--hosts" }),
  );
  return wanted.map(({ host, seat }, at) => ({
    ...seat,
    address: formatHostPort({ host, port: peer[at] as number }),
    listen: formatHostPort({ host: listenHost(host), port: peer[at] as number }),
    rpcListen: formatHostPort({ host: "127.0.0.1", port: rpc[at] as number }),
    isLoopback: isLoopback(host),
  }));
}

/** The first free port of a host, from one on. */
function taking(
  taken: Set<string>,
  host: string,
  { from, what }: { readonly from: number; readonly what: string },
): number {
  for (let port = from; port <= PORT_MAX; port++) {
    const text = formatHostPort({ host, port });
    if (taken.has(text)) continue;
    taken.add(text);
    return port;
  }
  throw badInput("hosts", `${what}: ports of ${host} from ${from} on reach past ${PORT_MAX}; begin lower`);
}

function hostOf(text: string): { readonly host: string; readonly port: number | undefined } {
  const both: HostPort | undefined = parseHostPort(text);
  const host = both?.host ?? parseHost(text);
  if (host === undefined || both?.port === 0)
    throw badInput(
      "hosts",
      `--hosts ${text}: expected HOST or HOST:PORT, an IPv6 address in brackets, a port from 1 on`,
    );
  // By its address: names are looked up, and this one needs no looking up.
  return { host: host.toLowerCase() === "localhost" ? "127.0.0.1" : host, port: both?.port };
}

/** A machine often does not know the address by which others reach it; on this one nobody else is to come in. */
function listenHost(host: string): string {
  if (isLoopback(host)) return host;
  return isIPv6(host) ? "::" : "0.0.0.0";
}
