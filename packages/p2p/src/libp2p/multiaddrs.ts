// Addresses as libp2p has them, and as we write them.
import { isIPv4, isIPv6 } from "node:net";
import { type Multiaddr, multiaddr } from "@multiformats/multiaddr";
import { formatHostPort, type HostPort } from "../address.ts";

/** Libp2p's of ours. */
export function toMultiaddr({ host, port }: HostPort): Multiaddr {
  const kind = isIPv4(host) ? "ip4" : isIPv6(host) ? "ip6" : "dns";
  return multiaddr(`/${kind}/${host}/tcp/${port}`);
}

/** Host and port of libp2p's; undefined: it has none. */
export function hostPortOf(address: Multiaddr): HostPort | undefined {
  const [first, second] = address.getComponents();
  if (first?.value === undefined || second?.name !== "tcp") return undefined;
  return { host: first.value, port: Number(second.value) };
}

/** Libp2p's as `HOST:PORT`, or as it is if it has none. */
export function formatMultiaddr(address: Multiaddr): string {
  const found = hostPortOf(address);
  return found === undefined ? address.toString() : formatHostPort(found);
}
