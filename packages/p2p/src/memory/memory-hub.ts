// Networks in one process that reach each other through a hub, for tests of what is above: the same gate, greeting,
// bounds and order as on libp2p, without sockets. The hub cuts and heals lines; it delays nothing by itself.
import { assert, type Network, ok, type PeerId, type Result, refuse } from "@witan/primitives";
import { NetworkError } from "../network-error.ts";
import { PeerNetwork } from "../peer-network.ts";
import { type NetworkSettings, resolveSettings } from "../settings.ts";
import type { DialFault, Door, Transport, Wire } from "../wire.ts";
import { MemoryWire } from "./memory-wire.ts";

/** What a network in memory needs. */
export interface MemoryNetworkOptions extends NetworkSettings {
  readonly id: PeerId;
  /** Where it is reached: `HOST:PORT`, free in its hub; left out: nowhere, it dials. */
  readonly listen?: string;
}

function lineOf(one: PeerId, other: PeerId): string {
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}

class MemoryTransport implements Transport {
  readonly self: PeerId;
  readonly #hub: MemoryHub;
  readonly #listen: string | undefined;
  #door: Door | undefined;
  readonly #wires = new Set<MemoryWire>();

  constructor(hub: MemoryHub, self: PeerId, listen: string | undefined) {
    this.#hub = hub;
    this.self = self;
    this.#listen = listen;
  }

  async start(door: Door): Promise<readonly string[]> {
    this.#door = door;
    if (this.#listen === undefined) return [];
    if (!this.#hub.occupy(this.#listen, this)) {
      const message = `can't listen on ${this.#listen}: another network of this hub has it; set another address`;
      throw new NetworkError("address-in-use", message, { address: this.#listen });
    }
    return [this.#listen];
  }

  async dial(to: { readonly id: PeerId; readonly address: string }): Promise<Result<Wire, DialFault>> {
    const there = this.#hub.at(to.address);
    if (there === undefined) return refuse("unreachable", `nobody listens on ${to.address}`);
    if (!this.#hub.isWhole(this.self, there.self)) return refuse("unreachable", "the line is cut");
    if (there.self !== to.id) return refuse("unreachable", `${to.address} is ${there.self}`);
    const door = there.#door;
    const from = this.#listen ?? "memory:0";
    if (door?.mayEnter(this.self, from) !== true)
      return refuse("unreachable", "the peer closed the connection");
    const [mine, theirs] = MemoryWire.pair({ id: this.self, address: from }, to);
    this.#wires.add(mine);
    there.#wires.add(theirs);
    door.entered(theirs);
    return ok(mine);
  }

  async close(): Promise<void> {
    if (this.#listen !== undefined) this.#hub.vacate(this.#listen, this);
    for (const wire of this.#wires) wire.abort();
    this.#wires.clear();
  }

  /** Breaks every wire to a peer. */
  cut(id: PeerId): void {
    for (const wire of [...this.#wires]) {
      if (wire.id !== id && !wire.isOver) continue;
      this.#wires.delete(wire);
      wire.cut();
    }
  }
}

/** Where networks in memory meet. */
export class MemoryHub {
  readonly #listening = new Map<string, MemoryTransport>();
  readonly #transports = new Map<PeerId, MemoryTransport>();
  readonly #cut = new Set<string>();

  /** A network of this hub. One at a time for each peer id. */
  open(options: MemoryNetworkOptions): Network {
    const transport = new MemoryTransport(this, options.id, options.listen);
    this.#transports.set(options.id, transport);
    return new PeerNetwork(transport, resolveSettings(options));
  }

  /** Breaks the line between two peers, until it is healed. */
  cut(one: PeerId, other: PeerId): void {
    assert(one !== other, "a peer has no line to itself");
    this.#cut.add(lineOf(one, other));
    this.#transports.get(one)?.cut(other);
  }

  /** Mends a line: the peers find each other by themselves. */
  heal(one: PeerId, other: PeerId): void {
    this.#cut.delete(lineOf(one, other));
  }

  /** @internal */
  isWhole(one: PeerId, other: PeerId): boolean {
    return !this.#cut.has(lineOf(one, other));
  }

  /** @internal */
  at(address: string): MemoryTransport | undefined {
    return this.#listening.get(address);
  }

  /** @internal False: somebody is there already. */
  occupy(address: string, transport: MemoryTransport): boolean {
    if (this.#listening.has(address)) return false;
    this.#listening.set(address, transport);
    return true;
  }

  /** @internal */
  vacate(address: string, transport: MemoryTransport): void {
    if (this.#listening.get(address) === transport) this.#listening.delete(address);
  }
}
