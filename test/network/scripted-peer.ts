// A peer on real libp2p that does what a test tells it, in the name of a member or of a stranger.
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parsePeerId, parseSecretKey } from "@witan/crypto";
import { type NetworkLimits, openLibp2pNetwork } from "@witan/p2p";
import type { ChainId, Network, PeerId, Timestamp } from "@witan/primitives";
import { until } from "./conditions.ts";
import type { TestNetwork } from "./harness.ts";

/** Limits that let it send what nobody takes. */
const NO_LIMITS: Partial<NetworkLimits> = {
  transactionsBytes: 8 * 1024 * 1024,
  requestBytes: 8 * 1024 * 1024,
  queueBytes: { consensus: 64 * 1024 * 1024, transactions: 64 * 1024 * 1024, bulk: 64 * 1024 * 1024 },
};

/** Who it says to be. */
export interface Script {
  readonly secretKey: string;
  readonly chainId: string;
}

/** A secret key that nobody knows. */
export function strangersKey(): string {
  return randomBytes(32).toString("hex");
}

/** The secret of a key file that is not encrypted. */
export function secretOf(network: TestNetwork, node: number, file: string): string {
  const text = readFileSync(join(network.home(node), "keys", file), "utf8");
  return (JSON.parse(text) as { readonly secret: { readonly secretKey: string } }).secret.secretKey;
}

/** A voting key as it signs. */
export function votingKeyOf(network: TestNetwork, node: number) {
  const key = parseSecretKey(secretOf(network, node, "voting.json"));
  if (!key.ok) throw new TypeError(key.code);
  return key.value;
}

/** The peer of a node. */
export function peerOf(
  network: TestNetwork,
  node: number,
): { readonly id: PeerId; readonly address: string } {
  const id = parsePeerId(network.list.nodes[node]?.peerId ?? "");
  if (!id.ok) throw new TypeError(id.code);
  return { id: id.value, address: `127.0.0.1:${network.p2pPort + node}` };
}

/** A peer that was told what to do. */
export class ScriptedPeer {
  readonly network: Network;
  readonly #connected = new Set<PeerId>();

  private constructor(network: Network) {
    this.network = network;
  }

  /** Opens it; it connects to nobody yet, and answers nothing. */
  static async open({ secretKey, chainId }: Script): Promise<ScriptedPeer> {
    const network = await openLibp2pNetwork({
      secretKey,
      listen: "127.0.0.1:0",
      hello: { chainId: chainId as ChainId, versions: [1], agent: "scripted" },
      clock: {
        now: () => Date.now() as Timestamp,
        monotonicMs: () => performance.now(),
        after: (ms, call) => {
          const timer = setTimeout(call, ms);
          return () => clearTimeout(timer);
        },
        every: (ms, call) => {
          const timer = setInterval(call, ms);
          return () => clearInterval(timer);
        },
      },
      random: Math.random,
      observer: {},
      limits: NO_LIMITS,
    });
    const peer = new ScriptedPeer(network);
    await network.start({
      connected: ({ id }) => peer.#connected.add(id),
      disconnected: (id) => peer.#connected.delete(id),
      message: () => {},
      request: async () => undefined,
    });
    return peer;
  }

  /** Runs work with a peer that is closed afterwards. */
  static async with<T>(script: Script, work: (peer: ScriptedPeer) => Promise<T>): Promise<T> {
    const peer = await ScriptedPeer.open(script);
    try {
      return await work(peer);
    } finally {
      await peer.network.close();
    }
  }

  isConnected(id: PeerId): boolean {
    return this.#connected.has(id);
  }

  /** Dials a node, and none besides. */
  dial({ id, address }: { readonly id: PeerId; readonly address: string }): void {
    this.network.admit([{ id, name: "node", address }]);
  }

  /** Dials a node, and waits until they have greeted each other. */
  async meet(node: { readonly id: PeerId; readonly address: string }): Promise<void> {
    this.dial(node);
    await until("the scripted peer is connected", () => this.isConnected(node.id));
  }
}
