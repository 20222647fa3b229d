// Networks to test, by either adapter, each with a recorder of what it was told.
import { createHash } from "node:crypto";
import { MemoryHub, type NetworkLimits, type NetworkTimes, openLibp2pNetwork } from "@witan/p2p";
import type {
  AdmittedPeer,
  ChainId,
  Channel,
  Clock,
  Network,
  NetworkHandlers,
  PeerId,
  Timestamp,
} from "@witan/primitives";
import { until } from "../network/conditions.ts";

/** The chain of those who belong together. */
export const CHAIN = "c1".repeat(32) as ChainId;
const WAIT_MS = 8_000;
/** How often it is looked whether something holds that nobody announces. */
const ASK_MS = 5;

/** The clock of this machine. */
export const machineClock: Clock = {
  now: () => Date.now() as Timestamp,
  monotonicMs: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
  every(ms, call) {
    const timer = setInterval(call, ms);
    return () => clearInterval(timer);
  },
};

/** The secret key of a name. */
export function secretOf(name: string): string {
  return createHash("sha256").update(name).digest("hex");
}

/** What a network may be made with. */
export interface NodeOptions {
  readonly chainId?: ChainId;
  readonly versions?: readonly number[];
  readonly limits?: Partial<NetworkLimits>;
  readonly times?: Partial<NetworkTimes>;
  readonly listen?: string;
  readonly onMessage?: NetworkHandlers["message"];
  readonly onRequest?: NetworkHandlers["request"];
}

/** A message that came. */
export interface Received {
  readonly from: string;
  readonly channel: Channel;
  readonly bytes: Uint8Array;
}

/** A network with a record of what it was told. */
export class TestNode {
  readonly name: string;
  readonly network: Network;
  /** What happened, in order: "connected b", "disconnected b: idle-timeout", "refused x: not-admitted", …. */
  readonly events: string[] = [];
  readonly received: Received[] = [];
  readonly #names: Map<PeerId, string>;
  readonly #waiting = new Set<() => void>();

  constructor(name: string, network: Network, names: Map<PeerId, string>) {
    this.name = name;
    this.network = network;
    this.#names = names;
  }

  get id(): PeerId {
    return this.network.self;
  }

  /** As others admit it. */
  get asPeer(): AdmittedPeer {
    return { id: this.id, name: this.name, address: this.network.listening()[0] };
  }

  nameOf(id: PeerId | undefined): string {
    return (id === undefined ? undefined : this.#names.get(id)) ?? "somebody";
  }

  note(event: string): void {
    this.events.push(event);
    this.changed();
  }

  changed(): void {
    for (const look of [...this.#waiting]) look();
  }

  count(event: string): number {
    return this.events.filter((each) => each === event).length;
  }

  /** Ends when the condition holds, which is looked at whenever something happens. */
  until(what: string, condition: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (!condition()) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        reject(new Error(`${this.name} waited in vain for: ${what}; it saw ${this.events.join("; ")}`));
      }, WAIT_MS);
      this.#waiting.add(look);
      look();
    });
  }

  happened(event: string, times = 1): Promise<void> {
    return this.until(event, () => this.count(event) >= times);
  }

  isConnected(other: TestNode): boolean {
    return this.network.isConnected(other.id);
  }
}

/** Makes networks of one kind. */
export interface World {
  readonly kind: string;
  /** A network that has started. */
  node(name: string, options?: NodeOptions): Promise<TestNode>;
  closeAll(): Promise<void>;
}

abstract class BaseWorld implements World {
  abstract readonly kind: string;
  readonly #names = new Map<PeerId, string>();
  readonly #nodes: TestNode[] = [];

  abstract open(
    name: string,
    options: NodeOptions,
    common: ReturnType<typeof commonOptions>,
  ): Promise<Network>;

  async node(name: string, options: NodeOptions = {}): Promise<TestNode> {
    let node: TestNode | undefined;
    const network = await this.open(
      name,
      options,
      commonOptions(options, () => node),
    );
    this.#names.set(network.self, name);
    node = new TestNode(name, network, this.#names);
    this.#nodes.push(node);
    await network.start(handlersOf(node, options));
    return node;
  }

  async closeAll(): Promise<void> {
    await Promise.all(this.#nodes.map(({ network }) => network.close()));
    this.#nodes.length = 0;
  }
}

function commonOptions(options: NodeOptions, node: () => TestNode | undefined) {
  const { chainId = CHAIN, versions = [1, 2], limits = {}, times = {} } = options;
  return {
    hello: { chainId, versions, agent: "test/1" },
    clock: machineClock,
    random: Math.random,
    limits,
    times,
    observer: {
      refused: (peer: { readonly id: PeerId | undefined }, code: string) =>
        node()?.note(`refused ${node()?.nameOf(peer.id)}: ${code}`),
      fault: (id: PeerId, severity: string, code: string) =>
        node()?.note(`${severity} fault of ${node()?.nameOf(id)}: ${code}`),
      banned: (id: PeerId, _until: number, code: string) =>
        node()?.note(`banned ${node()?.nameOf(id)}: ${code}`),
    },
  };
}

function handlersOf(node: TestNode, options: NodeOptions): NetworkHandlers {
  return {
    connected: ({ id }) => node.note(`connected ${node.nameOf(id)}`),
    disconnected: (id, reason) => node.note(`disconnected ${node.nameOf(id)}: ${reason}`),
    message(from, channel, bytes) {
      node.received.push({ from: node.nameOf(from), channel, bytes });
      const handled = options.onMessage?.(from, channel, bytes);
      node.changed();
      return handled;
    },
    request: (from, bytes) => options.onRequest?.(from, bytes) ?? Promise.resolve(undefined),
  };
}

/** Real sockets. */
export class Libp2pWorld extends BaseWorld {
  readonly kind = "libp2p";

  open(name: string, options: NodeOptions, common: ReturnType<typeof commonOptions>): Promise<Network> {
    return openLibp2pNetwork({
      ...common,
      secretKey: secretOf(name),
      listen: options.listen ?? "127.0.0.1:0",
    });
  }
}

/** A hub. */
export class MemoryWorld extends BaseWorld {
  readonly kind = "memory";
  readonly hub = new MemoryHub();
  #port = 1;

  async open(name: string, options: NodeOptions, common: ReturnType<typeof commonOptions>): Promise<Network> {
    const listen = options.listen ?? `memory:${this.#port++}`;
    return this.hub.open({ ...common, id: `002408011220${secretOf(name)}` as PeerId, listen });
  }
}

/** Both kinds. */
export const WORLDS: readonly (() => World)[] = [() => new Libp2pWorld(), () => new MemoryWorld()];

/** Lets all of them admit each other, and waits until all are connected. */
export async function join(...nodes: readonly TestNode[]): Promise<void> {
  for (const node of nodes) node.network.admit(nodes.map(({ asPeer }) => asPeer));
  for (const node of nodes) {
    await node.until("all connected", () =>
      nodes.every((other) => other === node || node.isConnected(other)),
    );
  }
}

/** Ends when the condition holds, for conditions that nobody announces. */
export function eventually(what: string, condition: () => boolean): Promise<void> {
  return until(what, condition, WAIT_MS, ASK_MS);
}

/** Bytes that tell a number. */
export function numbered(value: number, length = 8): Uint8Array {
  const bytes = new Uint8Array(length);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** The number that bytes tell. */
export function numberOf(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
}

/** Something to wait for, ended from outside. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
