// Wires of libp2p: TCP, Noise, Yamux. No discovery, no routing, no services: peers are those we are told of.
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { yamux } from "@chainsafe/libp2p-yamux";
import type { Connection, Libp2p, PrivateKey } from "@libp2p/interface";
import { peerIdFromPrivateKey } from "@libp2p/peer-id";
import { tcp } from "@libp2p/tcp";
import { ok, type PeerId, present, type Result, refuse } from "@witan/primitives";
import { createLibp2p } from "libp2p";
import { formatHostPort, type HostPort, parseHostPort } from "../address.ts";
import { NetworkError } from "../network-error.ts";
import { type DialFault, type Door, LANES, type Transport, type Wire } from "../wire.ts";
import { CONNECTIONS_PER_SECOND, Gate, HANDSHAKE_MS, UNPROVEN_AT_ONCE } from "./gate.ts";
import { Libp2pWire, protocolOf } from "./libp2p-wire.ts";
import { listenFailure } from "./listen-failure.ts";
import { hostPortOf, toMultiaddr } from "./multiaddrs.ts";
import { fromLibp2p, toLibp2p } from "./peer-ids.ts";
import { sparingNoise } from "./short-reads.ts";
import { silentLogger } from "./silent-logger.ts";

/**
 * What may be on its way on one lane. Less, and a line around the world is slow; more, and votes wait behind it on the
 * line, where no scheduler reaches.
 */
const WINDOW_BYTES_MAX = 1024 * 1024;
/** Of TCP sockets in all. */
const CONNECTIONS_MAX = 1_024;
/** How long farewells may take to leave. */
const CLOSE_MS = 500;

/** A libp2p host. */
export class Libp2pTransport implements Transport {
  readonly self: PeerId;
  readonly #key: PrivateKey;
  readonly #listen: readonly HostPort[];
  readonly #gate = new Gate();
  readonly #wires = new Map<Connection, Libp2pWire>();
  #host: Libp2p | undefined;
  #door: Door | undefined;
  #emptied: () => void = () => {};

  constructor(key: PrivateKey, listen: readonly HostPort[]) {
    this.#key = key;
    this.#listen = listen;
    this.self = fromLibp2p(peerIdFromPrivateKey(key));
  }

  async start(door: Door): Promise<readonly string[]> {
    this.#door = door;
    this.#gate.open(door);
    const resolved = await Promise.all(this.#listen.map(resolveHost));
    const host = await this.#makeHost(resolved);
    this.#host = host;
    // Heard at once, within the event: a peer's first stream must not come before its wire is there.
    host.addEventListener("connection:open", ({ detail }) => {
      if (detail.direction === "inbound") door.entered(this.#wireOf(detail));
    });
    for (const lane of LANES) {
      await host.handle(protocolOf(lane), (stream, connection) => {
        const wire = this.#wires.get(connection);
        if (wire?.direction !== "in" || !wire.attach(lane, stream))
          stream.abort(new NetworkError("closed", "not wanted"));
      });
    }
    try {
      await host.start();
    } catch (error) {
      await host.stop();
      throw listenFailure(error, this.#listen.map(formatHostPort));
    }
    return this.#addresses(host, resolved);
  }

  async dial(
    to: { readonly id: PeerId; readonly address: string },
    signal: AbortSignal,
  ): Promise<Result<Wire, DialFault>> {
    const address = parseHostPort(to.address);
    if (!address.ok) return refuse("wrong-address", address.detail);
    let wire: Libp2pWire | undefined;
    try {
      const host = present(this.#host, "the host");
      const target = toMultiaddr(address.value).encapsulate(`/p2p/${toLibp2p(to.id).toString()}`);
      const connection = await host.dial(target, { signal, force: true });
      wire = this.#wireOf(connection);
      await wire.open("control");
      return ok(wire);
    } catch (error) {
      wire?.abort();
      if (signal.aborted) return refuse("timeout", `${to.address} did not answer in time`);
      return refuse("unreachable", sayWhy(error));
    }
  }

  async close(): Promise<void> {
    if (this.#wires.size > 0) {
      const emptied = new Promise<void>((resolve) => {
        this.#emptied = resolve;
      });
      const timer = setTimeout(() => this.#emptied(), CLOSE_MS);
      await emptied;
      clearTimeout(timer);
    }
    for (const wire of [...this.#wires.values()]) wire.abort();
    await this.#host?.stop();
  }

  #makeHost(listen: readonly HostPort[]): Promise<Libp2p> {
    return createLibp2p({
      start: false,
      privateKey: this.#key,
      logger: silentLogger,
      addresses: { listen: listen.map((each) => toMultiaddr(each).toString()) },
      transports: [tcp({ maxConnections: CONNECTIONS_MAX })],
      connectionEncrypters: [sparingNoise()],
      streamMuxers: [
        yamux({
          // Its round trip times let windows grow; whether the peer is alive is ours to say.
          enableKeepAlive: true,
          keepAliveInterval: 10_000,
          maxInboundStreams: 2 * LANES.length,
          maxOutboundStreams: 2 * LANES.length,
          streamOptions: { maxStreamWindowSize: WINDOW_BYTES_MAX },
        }),
      ],
      connectionGater: this.#gate.gater,
      connectionManager: {
        maxConnections: CONNECTIONS_MAX,
        maxIncomingPendingConnections: UNPROVEN_AT_ONCE,
        inboundConnectionThreshold: CONNECTIONS_PER_SECOND,
        inboundUpgradeTimeout: HANDSHAKE_MS,
        inboundStreamProtocolNegotiationTimeout: HANDSHAKE_MS,
        outboundStreamProtocolNegotiationTimeout: HANDSHAKE_MS,
        reconnectRetries: 0,
      },
      connectionMonitor: { enabled: false },
    });
  }

  #wireOf(connection: Connection): Libp2pWire {
    const wire = new Libp2pWire(connection);
    this.#wires.set(connection, wire);
    connection.addEventListener("close", () => this.#forget(connection, wire), { once: true });
    if (connection.status !== "open") this.#forget(connection, wire);
    return wire;
  }

  #forget(connection: Connection, wire: Libp2pWire): void {
    this.#wires.delete(connection);
    if (this.#wires.size === 0) this.#emptied();
    // Libp2p remembers everybody it ever spoke to; strangers must not fill its memory.
    if (this.#door?.mayStay(wire.id) === false) void this.#host?.peerStore.delete(connection.remotePeer);
  }

  /** The hosts as configured, with the ports that were given. */
  #addresses(host: Libp2p, listen: readonly HostPort[]): readonly string[] {
    const found = host.getMultiaddrs().flatMap((address) => hostPortOf(address) ?? []);
    const taken = new Set<number>();
    return listen.map(({ host: wanted, port }, at) => {
      const isAny = wanted === "0.0.0.0" || wanted === "::";
      const match =
        found.find((each) => port === 0 && each.host === wanted && !taken.has(each.port)) ??
        found.find((each) => port === 0 && isAny && !taken.has(each.port));
      const given = match?.port ?? port;
      taken.add(given);
      return formatHostPort({ host: this.#listen[at]?.host ?? wanted, port: given });
    });
  }
}

/** Libp2p listens on numbers only. */
async function resolveHost({ host, port }: HostPort): Promise<HostPort> {
  if (isIP(host) !== 0) return { host, port };
  try {
    return { host: (await lookup(host)).address, port };
  } catch (cause) {
    const address = formatHostPort({ host, port });
    const message = `can't listen on ${address}: the host ${host} is not known here; set "listen" to an address of this machine, or to 0.0.0.0:${port}`;
    throw new NetworkError("address-not-available", message, { address, cause });
  }
}

function sayWhy(error: unknown): string {
  return error instanceof Error ? (error.message.split("\n")[0] ?? error.name) : String(error);
}
