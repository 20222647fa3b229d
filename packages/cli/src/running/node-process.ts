// One node as a process: real adapters plugged into their ports, started in order and stopped in the reverse. What fails
// at the start is told with its reason, and what was opened is closed again.
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { formatPeerId } from "@witan/crypto";
import {
  acceptorsSealer,
  chooseScheme,
  openMiner,
  openVerifier,
  type WorkerVerifier,
} from "@witan/crypto/node";
import { PAGE_FOLDER } from "@witan/explorer";
import { type BlockEvent, Node, type NodePorts, type NodeSettings, PROTOCOL_VERSIONS } from "@witan/node";
import { openLibp2pNetwork } from "@witan/p2p";
import type {
  AdmittedPeer,
  Network,
  NetworkObserver,
  PeerId,
  PeerStatus,
  SignatureScheme,
} from "@witan/primitives";
import { openRpcServer, type RpcServer, readPage } from "@witan/rpc/server";
import { StoreError } from "@witan/storage";
import { openLevelStore } from "@witan/storage/level";
import { mempoolLimits, type NodeConfig } from "../config/fields.ts";
import { parseHostPort } from "../config/host-port.ts";
import { CommandFailure, EXIT } from "../exit.ts";
import type { Home } from "../home/open.ts";
import { countedPorts } from "./counted-ports.ts";
import { openGuardedSigner } from "./guarded-signer.ts";
import type { Logger } from "./log.ts";
import type { NodeMetrics } from "./metrics.ts";
import { type MetricsServer, serveMetrics } from "./metrics-server.ts";
import { REAL_CLOCK } from "./real-clock.ts";
import { slowDisk } from "./slow-disk.ts";
import { startFailure } from "./start-failure.ts";

const MIB = 1024 * 1024;

/** What a node's process is started with. */
export interface NodeProcessOptions {
  readonly config: NodeConfig;
  readonly home: Home;
  readonly agent: string;
  readonly log: Logger;
  /** Ends opening and starting: they fail with its reason. */
  readonly signal: AbortSignal;
  readonly onBlock: (block: BlockEvent) => void;
  /** The node can't go on, and stops itself: close the process. */
  readonly onFailure: (error: unknown) => void;
}

/** A node that serves. */
export class NodeProcess {
  readonly #node: Node;
  readonly #server: RpcServer;
  readonly #network: Network;
  /** In the order they were opened. */
  readonly #opened: readonly Closable[];

  private constructor(parts: {
    node: Node;
    server: RpcServer;
    network: Network;
    opened: readonly Closable[];
  }) {
    this.#node = parts.node;
    this.#server = parts.server;
    this.#network = parts.network;
    this.#opened = parts.opened;
  }

  /**
   * Opens and starts a node.
   * @throws {CommandFailure} with what was found, what was expected and what to do; the signal's reason
   */
  static async start(options: NodeProcessOptions): Promise<NodeProcess> {
    const opened: Closable[] = [];
    try {
      return await start(options, opened, (parts) => new NodeProcess(parts));
    } catch (error) {
      // What failed first is what counts.
      await closeAll(opened).catch(() => {});
      if (options.signal.aborted && error === options.signal.reason) throw error;
      throw startFailure(error, options.config);
    }
  }

  /** Where clients reach it. */
  get rpc(): string {
    return this.#server.address;
  }

  /** Where other nodes reach it. */
  get p2p(): readonly string[] {
    return this.#network.listening();
  }

  /** The height of the last final block. */
  get height(): number {
    return this.#node.tip.height;
  }

  /** Replaces the peers that the configuration lists. */
  listPeers(peers: readonly AdmittedPeer[]): void {
    this.#node.listPeers(peers);
  }

  /** Stops everything, in the reverse of the order in which it was started. */
  async stop(): Promise<void> {
    await closeAll(this.#opened);
  }
}

interface Closable {
  close(): Promise<void>;
}

async function closeAll(opened: readonly Closable[]): Promise<void> {
  let failure: unknown;
  for (const one of opened.toReversed())
    await one.close().catch((error: unknown) => {
      failure ??= error;
    });
  if (failure !== undefined) throw failure;
}

async function start<T>(
  options: NodeProcessOptions,
  opened: Closable[],
  finish: (parts: { node: Node; server: RpcServer; network: Network; opened: readonly Closable[] }) => T,
): Promise<T> {
  const { config, home, agent, log } = options;
  for (const remark of home.remarks) log.warn({}, remark);
  if (home.acceptorsKey !== undefined)
    log.info({ id: home.acceptorsKey.id }, "the acceptors' key was read; all acceptors must have the same");
  const keep = <C extends Closable>(one: C): C => {
    opened.push(one);
    return one;
  };
  const { signal } = options;
  const watchWrite = slowDisk({ clock: REAL_CLOCK, log });
  const onSync = (write: Promise<void>): void => watchWrite("a block or a vote", write);
  const store = keep(await openLevelStore(config.storage.dataDir, { onSync }));
  signal.throwIfAborted();
  const signer = keep(await openGuardedSigner(home.votingKeys, home.chain.chainId, watchWrite));
  const { verifier, scheme } = await verification(config, log);
  keep(verifier);
  signal.throwIfAborted();
  const miner = home.rewardPolicy === undefined ? undefined : keep(minerOf(config, log));
  let isOpen = false;
  const metrics = await openMetrics(config);
  const network = await openNetwork(options, metrics);
  const ports = { store, network, verifier, scheme, signer, ...(miner === undefined ? {} : { miner }) };
  const node = await openNode(options, metrics, {
    ...(metrics === undefined ? ports : { ...ports, ...countedPorts(ports, metrics) }),
    ...{ log, clock: REAL_CLOCK },
    ...(home.acceptorsKey === undefined ? {} : { promiseSealer: acceptorsSealer(home.acceptorsKey) }),
    yieldNow: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      // A node that runs ends its work itself; one that is being opened has nobody else who would.
      if (!isOpen) signal.throwIfAborted();
    },
  });
  isOpen = true;
  keep({ close: () => node.stop() });
  signal.throwIfAborted();
  const server = keep(await openServer(options, node));
  if (metrics !== undefined) {
    metrics.watch(node);
    keep<MetricsServer>(await serveMetrics(config.metrics.listen, metrics));
  }
  await node.start();
  signal.throwIfAborted();
  const [p2p, peer] = [network.listening(), formatPeerId(network.self)];
  log.info({ rpc: server.address, p2p, peer, height: node.tip.height }, `${agent} serves`);
  return finish({ node, server, network, opened });
}

/** What counts for Prometheus, if it is read: counting costs a little, and loading it a twentieth of a start. */
async function openMetrics({ metrics }: NodeConfig): Promise<NodeMetrics | undefined> {
  if (metrics.listen === "") return undefined;
  const { NodeMetrics } = await import("./metrics.ts");
  return new NodeMetrics();
}

async function openNetwork(
  { config, home, agent, log }: NodeProcessOptions,
  metrics: NodeMetrics | undefined,
): Promise<Network> {
  let network: Network | undefined;
  network = await openLibp2pNetwork({
    secretKey: home.peerKey.secretKey,
    listen: config.network.listen,
    hello: { chainId: home.chain.chainId, versions: PROTOCOL_VERSIONS, agent },
    clock: REAL_CLOCK,
    random: Math.random,
    observer: observerOf(log, metrics, () => network?.peers() ?? []),
  });
  return network;
}

function openNode(
  options: NodeProcessOptions,
  metrics: NodeMetrics | undefined,
  ports: NodePorts,
): Promise<Node> {
  const { config, home, agent, log } = options;
  const { consensus, storage } = config;
  const { tickMs, viewTimeoutMs, viewTimeoutMaxMs, minimumSharePermille } = consensus;
  const { assumedAttackerShare, reversalRisk } = consensus;
  const settings: NodeSettings = {
    ...{ agent, chain: home.chain, peers: config.network.peers, addressIndex: storage.addressIndex },
    ...{ tickMs, viewTimeoutMs, viewTimeoutMaxMs, minimumSharePermille },
    proofOfWork: { rewardPolicy: home.rewardPolicy, assumedAttackerShare, reversalRisk },
    mempoolLimits: mempoolLimits(config),
    flushLimits: { cleanBytes: storage.outputCacheMiB * MIB, changedBytes: storage.flushMiB * MIB },
    verifierWorkers: workersOf(config),
  };
  return Node.open(settings, ports, {
    onProgress: (progress) => {
      log.info(progress, "opening the chain");
      // Checking goes through every output, and asks nobody but who hears of its progress.
      options.signal.throwIfAborted();
    },
    onBlock: (block) => {
      metrics?.block(block.transactions);
      log.debug(block, "block");
      options.onBlock(block);
    },
    onFailure: options.onFailure,
  });
}

async function openServer({ config, home, log }: NodeProcessOptions, node: Node): Promise<RpcServer> {
  const page = config.rpc.explorer ? await readPage(fileURLToPath(PAGE_FOLDER)) : undefined;
  return openRpcServer({
    service: node.service,
    events: node.events,
    listen: config.rpc.listen,
    tokens: home.tokens,
    allowedOrigins: config.rpc.allowedOrigins,
    ...(home.tls === undefined ? {} : { tls: home.tls }),
    ...(page === undefined ? {} : { page }),
    limits: {
      connections: config.rpc.connections,
      connectionsPerSource: config.rpc.connectionsPerSource,
      callsPerSecond: config.rpc.callsPerSecond,
      wrongPerSecond: config.rpc.wrongPerSecond,
    },
    observer: {
      bug: (error, method) => {
        const isOfStore = error instanceof StoreError;
        const why = isOfStore ? `a call failed: ${error.message}` : "a call failed by a bug of this program";
        log.error({ err: error, method }, why);
      },
      refused: (reason, source) => log.debug({ reason, source }, "a call was refused"),
    },
  });
}

/** Threads that try nonces, at the rate that the configuration says. */
function minerOf({ mining }: NodeConfig, log: Logger) {
  const { threads, hashRate } = mining;
  return openMiner({
    ...(threads === 0 ? {} : { threads }),
    ...(hashRate === 0 ? {} : { hashRate }),
    onLost: (detail) =>
      log.error({ detail }, "a thread that mines has ended; the others go on, and a restart brings it back"),
  });
}

/** As many workers as the configuration says, or one for each core. */
function workersOf({ verifier }: NodeConfig): number {
  return verifier.workers === 0 ? availableParallelism() : verifier.workers;
}

async function verification(
  config: NodeConfig,
  log: Logger,
): Promise<{ verifier: WorkerVerifier; scheme: SignatureScheme }> {
  const { backend } = config.verifier;
  const chosen = await chooseScheme(backend);
  if (!chosen.ok)
    throw new CommandFailure(
      EXIT.unable,
      `verifier-${chosen.code}`,
      `the backend ${backend} can't check signatures here: ${chosen.detail ?? chosen.code}; set verifier.backend to another`,
    );
  const { nativeRefusal } = chosen.value;
  if (nativeRefusal !== undefined)
    log.warn({ detail: nativeRefusal }, "signatures are checked by WASM, several times slower than natively");
  const opened = await openVerifier({ scheme: backend, workers: workersOf(config) });
  if (!opened.ok)
    throw new CommandFailure(
      EXIT.unable,
      `verifier-${opened.code}`,
      `no worker could be started to check signatures: ${opened.detail ?? opened.code}`,
    );
  return { verifier: opened.value, scheme: chosen.value.scheme };
}

/** How long a connection that came to nothing may take to be made up for by another, in milliseconds. */
const MADE_UP_MS = 2_000;

function observerOf(
  log: Logger,
  metrics: NodeMetrics | undefined,
  peers: () => readonly PeerStatus[],
): NetworkObserver {
  // Names of admitted peers; strangers are one to the metrics, or anyone could fill them.
  const nameOf = (id: PeerId): string => peers().find((peer) => peer.id === id)?.name || "stranger";
  return {
    refused: ({ id, address }, code) => {
      metrics?.refused(code);
      const fields = { peer: id === undefined ? "unknown" : formatPeerId(id), address, code };
      const warn = (): void => log.warn(fields, "a connection was refused");
      if (code !== "handshake-failed") {
        warn();
        return;
      }
      // Two nodes that dial each other at the same moment keep one connection, and the other ends before it has a name.
      const timer = setTimeout(() => {
        if (peers().some((peer) => peer.connected && hostOf(peer.address) === hostOf(address)))
          log.debug(fields, "a connection was refused, and its peer has another");
        else warn();
      }, MADE_UP_MS);
      timer.unref();
    },
    fault: (id, severity, code) => {
      const name = nameOf(id);
      metrics?.fault(name, code);
      log.warn({ name, peer: formatPeerId(id), severity, code }, "a peer did what is wrong for everyone");
    },
    banned: (id, untilMs, code) => {
      const name = nameOf(id);
      metrics?.banned(name);
      const until = new Date(untilMs).toISOString();
      log.warn({ name, peer: formatPeerId(id), until, code }, "a peer was cut off");
    },
  };
}

function hostOf(address: string | undefined): string | undefined {
  return address === undefined ? undefined : parseHostPort(address)?.host;
}
