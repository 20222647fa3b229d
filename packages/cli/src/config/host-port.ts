// HOST:PORT as people write it: a name, an IPv4 address, or an IPv6 address in brackets. Asks no name server.
import { isIPv4, isIPv6 } from "node:net";

/** Where something listens, or can be reached. */
export interface HostPort {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
}

const PORT_MAX = 65_535;
const NAME =
  /^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*$/;

/** Reads a host: IPv6 in brackets. Undefined if it is none. */
export function parseHost(text: string): string | undefined {
  const inner = /^\[(.*)\]$/.exec(text)?.[1];
  if (inner !== undefined) return isIPv6(inner) ? inner : undefined;
  // What has digits and points only would be an address: a name such as 300.1.1.1 is a slip.
  if (/^[0-9.]+$/.test(text)) return isIPv4(text) ? text : undefined;
  return NAME.test(text) ? text : undefined;
}

/** Reads HOST:PORT, the port from 0 to 65535. Undefined if it is none. */
export function parseHostPort(text: string): HostPort | undefined {
  const match = /^(.*):(0|[1-9][0-9]{0,4})$/.exec(text);
  if (match === null) return undefined;
  const [, before = "", digits] = match;
  const [host, port] = [parseHost(before), Number(digits)];
  return host === undefined || port > PORT_MAX ? undefined : { host, port };
}

/** HOST:PORT, as it is read. */
export function formatHostPort({ host, port }: HostPort): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

/** Whether only this machine can reach a host. */
export function isLoopback(host: string): boolean {
  if (host.toLowerCase() === "localhost") return true;
  return isIPv4(host) ? host.startsWith("127.") : host === "::1" || host === "0:0:0:0:0:0:0:1";
}

/** Whether listening there means listening on every address of the machine. */
export function isEveryHost(host: string): boolean {
  return host === "0.0.0.0" || host === "::" || host === "0:0:0:0:0:0:0:0";
}
