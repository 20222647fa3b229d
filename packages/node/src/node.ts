// A node: everything wired together in one place, started in order and stopped in the reverse. Knows ports, not
// adapters; the rules are in the parts.
import type { ValidBlock } from "@witan/ledger";
import type { Notice } from "@witan/mempool";
import {
  type AdmittedPeer,
  type Channel,
  type ConnectedPeer,
  type Hash,
  type Height,
  type PeerId,
  RULES_VERSIONS,
} from "@witan/primitives";
import type { EventFeed, RpcService } from "@witan/rpc";
import { BulkInbox } from "./bulk-inbox.ts";
import type { Branch } from "./chain/branch.ts";
import { rulesUnknown } from "./chain/chain-error.ts";
import type { ChainKeeper } from "./chain/chain-keeper.ts";
import { openChainKeeper } from "./chain/open-chain-keeper.ts";
import type { ConsensusStatus } from "./consensus/consensus-host.ts";
import { type OpenedConsensus, openConsensus } from "./consensus/open-consensus.ts";
import { leaderOf } from "./consensus/turn.ts";
import { TurningPoints } from "./consensus/turning-points.ts";
import { Events } from "./events/events.ts";
import { FloodGuard, REQUESTS, VOTES } from "./flood-guard.ts";
import { type BlockParts, blockParts, type PoolParts, poolParts } from "./parts.ts";
import { Peers } from "./peers.ts";
import { branchMoved, wasUndone } from "./pool/branch-moved.ts";
import type { Admitted } from "./pool/intake.ts";
import { Reversal } from "./pool/reversal.ts";
import { readingsOf } from "./readings.ts";
import { createService } from "./service/service.ts";
import type { NodeObserver, NodePorts, NodeReadings, NodeSettings } from "./settings.ts";

/** How often the pool's housekeeping is done, and ids are announced. */
const HOUSEKEEPING_MS = 1_000;
/** How often it is looked whether there is work that only time makes (a lock that opens, an empty block), or news to tell. */
const WORK_MS = 100;
/** A running node. Made by `Node.open`. */
export class Node {
  /** Answers the RPC. */
  readonly service: RpcService;
  readonly #events: Events;
  readonly #settings: NodeSettings;
  readonly #ports: NodePorts;
  readonly #observer: NodeObserver;
  readonly #chain: ChainKeeper;
  readonly #turningPoints: TurningPoints;
  readonly #peers: Peers;
  readonly #votes: FloodGuard;
  readonly #requests: FloodGuard;
  readonly #pool: PoolParts;
  readonly #blocks: BlockParts;
  readonly #bulk: BulkInbox;
  readonly #timers: (() => void)[] = [];
  #stopping: Promise<void> | undefined;
  #failed = false;
  /** Why the last write failed, if it did. */
  #unwritten: unknown;

  private constructor(
    settings: NodeSettings,
    ports: NodePorts,
    observer: NodeObserver,
    opened: { readonly chain: ChainKeeper; readonly consensus: OpenedConsensus },
  ) {
    const { chain, consensus } = opened;
    this.#settings = settings;
    this.#ports = ports;
    this.#observer = observer;
    this.#chain = chain;
    this.#votes = new FloodGuard(ports.clock, VOTES);
    this.#requests = new FloodGuard(ports.clock, REQUESTS);
    const { membership } = chain.governance;
    const isMined = settings.chain.mode === "pow";
    const reversal = isMined ? new Reversal(settings.proofOfWork) : undefined;
    this.#peers = new Peers(ports.network, settings.peers, membership);
    this.#turningPoints = new TurningPoints(ports, membership);
    const { connected } = this.#peers;
    this.#events = new Events({
      ...{ chain, clock: ports.clock, self: ports.network.self, yieldNow: ports.yieldNow },
      consensusStatus: () => this.#blocks.host.status,
      isStopping: () => this.#stopping !== undefined,
      finalHeight: reversal && (() => reversal.finalHeight(chain.tip.height)),
    });
    const input = {
      ...{ settings, ports, chain, reversal, consensus, connected },
      leader: () => leaderOf(this.#blocks.host.status, chain.governance.membership, ports.network),
      onAdmitted: (admitted: readonly Admitted[], notices: readonly Notice[]) =>
        this.#admitted(admitted, notices),
      onStepped: () => this.#events.consensusMoved(),
      onFailure: (error: unknown) => this.#fail(error),
    };
    this.#pool = poolParts(input);
    this.#blocks = blockParts(input, this.#pool.mempool);
    const { host, sync, heard, registers } = this.#blocks;
    const { leader, onFailure } = input;
    this.#bulk = new BulkInbox({ chain, network: ports.network, blocks: this.#blocks, leader, onFailure });
    this.service = createService({
      ...{ settings, ports, chain, reversal, heard, registers, consensus: host },
      ...this.#pool,
      syncTarget: () => syncTarget(host.status, sync.target),
      connectedCount: () => connected().length,
      isStopping: () => this.#stopping !== undefined,
      startedAt: ports.clock.now(),
      onFailure: (error) => this.#fail(error),
    });
  }

  /**
   * Opens a node on its store: checks it, and applies again what was not flushed.
   * @throws {ChainError} if the store is of another chain or damaged, and what the store throws
   */
  static async open(settings: NodeSettings, ports: NodePorts, observer: NodeObserver): Promise<Node> {
    const { store, log, yieldNow } = ports;
    // A keeper may fail, or finish a checkpoint, before the node is there to hear of it.
    let node: Node | undefined;
    let failure: unknown;
    const chain = await openChainKeeper({
      ...{ chain: settings.chain, store, addressIndex: settings.addressIndex, yieldNow },
      limits: settings.flushLimits ?? {},
      onFailure: (error) => {
        failure = error;
        if (node !== undefined) node.#storeFailed(error);
      },
      onApplied: (valid) => {
        if (node !== undefined) node.#applied(valid);
      },
      onSwitched: (branch) => {
        if (node !== undefined) node.#switched(branch);
      },
      ...(observer.onProgress === undefined ? {} : { onProgress: observer.onProgress }),
      onCheckpoint: ({ height, digest }) => {
        log.info({ height, digest }, "checkpoint");
        if (node !== undefined) node.#blocks.host.checkpointHashed(height, digest);
      },
    });
    if (failure !== undefined) throw failure;
    const unknown = unknownRules(chain);
    if (unknown !== undefined) throw unknown;
    node = new Node(settings, ports, observer, {
      chain,
      consensus: await openConsensus(chain, settings, ports),
    });
    return node;
  }

  /** The last final block; in proof of work the tip of the best chain. */
  get tip(): { readonly height: Height; readonly hash: Hash } {
    return this.#chain.tip;
  }

  /** Tells what happens, to those who subscribe. */
  get events(): EventFeed {
    return this.#events;
  }

  /** Where the node stands, in numbers. */
  readings(): NodeReadings {
    return readingsOf({
      ...this.#blocks,
      ...{ chain: this.#chain, mempool: this.#pool.mempool },
      peers: this.#peers.connected().length,
    });
  }

  /** Begins to listen, to dial, and to take part. @throws {NetworkFailure} if the address can't be had */
  async start(): Promise<void> {
    const { network, clock } = this.#ports;
    network.setHeight(this.#chain.tip.height);
    this.#peers.admit();
    await network.start({
      connected: (peer) => this.#connected(peer),
      disconnected: (id, reason) => this.#disconnected(id, reason),
      message: (from, channel, bytes) => this.#message(from, channel, bytes),
      request: (from, bytes) => this.#request(from, bytes),
    });
    this.#timers.push(
      clock.every(this.#settings.tickMs, () => this.#tick()),
      clock.every(WORK_MS, () => this.#blocks.work.update()),
      clock.every(WORK_MS, () => this.#blocks.tips.update()),
      clock.every(HOUSEKEEPING_MS, () => this.#keepHouse()),
    );
    this.#blocks.work.update();
  }

  #tick(): void {
    const { host } = this.#blocks;
    host.tick();
    this.#turningPoints.look(host.status);
  }

  /** Replaces the peers that the configuration lists. */
  listPeers(peers: readonly AdmittedPeer[]): void {
    this.#peers.list(peers);
  }

  /**
   * Stops: nothing is sent or written any more when this resolves; what was being written is durable. Again: the same.
   * @throws {StoreError} if what blocks changed could not be written down at the end: the next start applies it again
   */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    for (const cancel of this.#timers) cancel();
    this.#pool.gossip.stop();
    this.#events.stop();
    this.#blocks.sync.stop();
    await this.#blocks.host.stop();
    await this.#ports.network.close();
    if (this.#failed) return;
    await this.#chain.close();
    if (this.#unwritten !== undefined) throw this.#unwritten;
  }

  /** A write of the chain failed. While the node stops, who stops it is told: there is nobody else to tell. */
  #storeFailed(error: unknown): void {
    if (this.#stopping !== undefined) this.#unwritten ??= error;
    this.#fail(error);
  }

  #fail(error: unknown): void {
    if (this.#failed || this.#stopping !== undefined) {
      this.#ports.log.debug({ error: String(error) }, "failed while it was stopping");
      return;
    }
    this.#failed = true;
    this.stop().catch(() => {
      // What failed first is what counts, and whoever waits for the stop hears of this, too.
    });
    this.#observer.onFailure(error);
  }

  // Peers.

  #connected({ id, name, hello, version }: ConnectedPeer): void {
    this.#peers.add(id);
    this.#blocks.heard.from(id, hello.height);
    this.#ports.log.info({ peer: name, height: hello.height, version, agent: hello.agent }, "connected");
    if (this.#chain.headers === undefined) this.#blocks.sync.claim(hello.height, [id]);
    this.#pool.gossip.greet(id);
    this.#blocks.host.connected(id);
  }

  #disconnected(id: PeerId, reason: string): void {
    this.#peers.remove(id);
    this.#blocks.sync.forget(id);
    this.#blocks.host.disconnected?.(id);
    this.#votes.forget(id);
    this.#requests.forget(id);
    const name = this.#ports.network.peers().find((peer) => peer.id === id)?.name;
    this.#ports.log.info({ peer: name ?? id, reason }, "disconnected");
  }

  #message(from: PeerId, channel: Channel, bytes: Uint8Array): void | Promise<void> {
    this.#blocks.heard.from(from);
    if (channel === "transactions")
      return this.#pool.gossip.receive(from, bytes).catch((error: unknown) => this.#fail(error));
    if (channel === "bulk") return this.#bulk.take(from, bytes);
    if (!this.#votes.take(from)) {
      this.#ports.network.reportFault(from, "minor", "consensus-flood");
      return undefined;
    }
    return this.#blocks.host.receive(from, bytes);
  }

  async #request(from: PeerId, bytes: Uint8Array): Promise<Uint8Array | undefined> {
    const { network, log } = this.#ports;
    if (!this.#requests.take(from)) {
      network.reportFault(from, "minor", "request-flood");
      return undefined;
    }
    try {
      const served = await this.#blocks.serving.answer(bytes);
      if ("answer" in served) return served.answer;
      network.reportFault(from, "serious", served.fault);
    } catch (error) {
      // A damaged record, or a store that has failed: others have the block, and this node's own reads will tell.
      log.error({ error: String(error) }, "a peer's request could not be answered");
    }
    return undefined;
  }

  // Transactions and blocks.

  #admitted(admitted: readonly Admitted[], notices: readonly Notice[]): void {
    const known = new Set(this.#peers.connected());
    const own = admitted.filter(({ from }) => !known.has(from as PeerId));
    this.#pool.gossip.push(own.map(({ transaction }) => transaction));
    this.#events.admitted(admitted);
    for (const { transaction, from } of admitted)
      if (known.has(from as PeerId)) this.#pool.gossip.relay(transaction.id);
    this.#noticed(notices);
    this.#blocks.work.update();
  }

  /** What waited for inputs has become pending: nobody was told of it when it came. */
  #noticed(notices: readonly Notice[]): void {
    const ready = notices.filter(({ kind }) => kind === "admitted");
    // What stood in a block that was undone others may have.
    const [back, found] = [ready.filter(wasUndone), ready.filter((notice) => !wasUndone(notice))];
    for (const { transaction } of back) this.#pool.gossip.relay(transaction.id);
    if (found.length > 0) this.#pool.gossip.push(found.map(({ transaction }) => transaction));
    this.#pool.fates.noticed(notices);
    this.#events.noticed(notices);
  }

  /** A block is final, or in proof of work on top of the chain: everybody hears of it before anything else happens. */
  #applied(valid: ValidBlock): void {
    const { laterThan, headers } = this.#chain;
    const notices = this.#pool.mempool.blockApplied(valid, laterThan, this.#ports.clock.now());
    this.#ports.network.setHeight(valid.block.header.height);
    const { membership } = this.#chain.governance;
    this.#peers.membersAre(membership);
    this.#turningPoints.membersAre(membership);
    this.#pool.fates.blockFinal(valid);
    if (headers === undefined) this.#events.blockFinal(valid);
    else this.#events.chainMoved();
    this.#noticed(notices);
    this.#blocks.work.update();
    this.#observe(valid);
    const unknown = unknownRules(this.#chain);
    if (unknown !== undefined) this.#fail(unknown);
  }

  /** Blocks were undone, and others are in their place. */
  #switched(branch: Branch): void {
    const { clock, network, log } = this.#ports;
    const { mempool, fates } = this.#pool;
    const notices = branchMoved(branch, { mempool, chain: this.#chain, now: clock.now() });
    const { height, hash } = this.#chain.tip;
    network.setHeight(height);
    const [undone, applied] = [branch.undone.length, branch.applied.length];
    log.info({ undone, applied, height, hash }, "another branch");
    fates.chainMoved();
    this.#events.chainMoved();
    this.#noticed(notices);
    this.#blocks.work.update();
    for (const valid of branch.applied) this.#observe(valid);
  }

  #observe({ block }: ValidBlock): void {
    const { header, hash, transactions } = block;
    const { height, timestamp } = header;
    const transfers = transactions.filter(({ body }) => body.kind === "transfer").length;
    this.#observer.onBlock?.({ height, hash, timestamp, transactions: transactions.length, transfers });
  }

  #keepHouse(): void {
    this.#noticed(this.#pool.mempool.expireWaiting(this.#ports.clock.now()));
    this.#pool.gossip.announce();
    this.#blocks.tips.repeat();
    this.#blocks.registers.look();
  }
}

/** The height that peers have, if it is above the tip. */
function syncTarget(status: ConsensusStatus, fetched: Height | undefined): Height | undefined {
  if (status.mode !== "pow") return fetched;
  return status.best.height > status.height ? status.best.height : undefined;
}

/** Why no further block can be judged by this program; undefined: its rules are known. */
function unknownRules({ governance, tip }: ChainKeeper): Error | undefined {
  const { rulesVersion } = governance.state.parameters;
  if (RULES_VERSIONS.includes(rulesVersion)) return undefined;
  return rulesUnknown((tip.height + 1) as Height, rulesVersion);
}
