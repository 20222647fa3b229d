// Fetches final blocks that this node lacks: ranges from several peers at once, each block held against its
// certificate before the engine hears of it. A peer that claims what it can't show is passed over; one that shows what
// is wrong for everyone is blamed.
import { certificateChecks } from "@witan/consensus";
import type { Certificate, Clock, Height, Network, PeerId } from "@witan/primitives";
import type { ChainKeeper } from "../chain/chain-keeper.ts";
import { type Bodies, headerOf } from "../consensus/bodies.ts";
import type { CheckedSignatures } from "../consensus/checked-signatures.ts";
import { type DecidedBlock, RANGE_BLOCKS_MAX, rangeCodec, requestCodec } from "../wire.ts";

/** Blocks asked of a peer at a time. */
const RANGE = 64;
/** Heights ahead of the tip that are fetched. */
const WINDOW = 4 * RANGE;
/** Bytes of blocks that wait to be applied. */
const HELD_BYTES_MAX = 64 * 1024 * 1024;
const REQUEST_TIMEOUT_MS = 10_000;
const RETRY_MS = 500;
/** A peer that let a request time out is not asked for so long, if others have what is wanted: each costs its time. */
const REST_MS = 60_000;

/** What fetching needs. */
export interface BlockSyncOptions {
  readonly chain: ChainKeeper;
  readonly network: Network;
  readonly clock: Clock;
  readonly bodies: Bodies;
  readonly signatures: CheckedSignatures;
  readonly isMember: (peer: PeerId) => boolean;
  /** How many members may be Byzantine. */
  readonly faultyMax: () => number;
  /** The certificate of the next block holds, and its body is at hand. */
  readonly onCertificate: (certificate: Certificate) => void;
  readonly onFailure: (error: unknown) => void;
}

interface Held extends DecidedBlock {
  readonly from: PeerId;
}

interface Asked {
  readonly from: number;
  readonly count: number;
}

/** The fetching of final blocks. */
export class BlockSync {
  readonly #options: BlockSyncOptions;
  /** The height that each peer says it has. */
  readonly #claims = new Map<PeerId, Height>();
  readonly #asked = new Map<PeerId, Asked>();
  /** Peers that did not answer in time, and until when others are asked instead. */
  readonly #resting = new Map<PeerId, number>();
  readonly #held = new Map<number, Held>();
  #heldBytes = 0;
  /** The height whose certificate is being checked, or was handed to the engine. */
  #handed = 0;
  #cancelRetry: (() => void) | undefined;
  #stopped = false;

  constructor(options: BlockSyncOptions) {
    this.#options = options;
  }

  /** A height above the tip that at least one correct member says it has: f may say what they like. */
  get target(): Height | undefined {
    const { chain, faultyMax, isMember } = this.#options;
    const claims = [...this.#claims].filter(([peer]) => isMember(peer)).map(([, height]) => height);
    const target = claims.sort((a, b) => b - a)[faultyMax()];
    return target !== undefined && target > chain.tip.height ? target : undefined;
  }

  /** Peers have blocks up to a height. */
  claim(height: Height, peers: readonly PeerId[]): void {
    for (const peer of peers) if (height > (this.#claims.get(peer) ?? 0)) this.#claims.set(peer, height);
    this.#go();
  }

  /** A peer sent a final block unasked. */
  offer(from: PeerId, decided: DecidedBlock): void {
    const { height } = decided.certificate;
    const { tip } = this.#options.chain;
    if (height <= tip.height || height > tip.height + WINDOW) return;
    // What nobody asked for must not fill the memory.
    if (this.#heldBytes > HELD_BYTES_MAX && height > tip.height + 1) return;
    if (!this.#hold(from, height, decided)) return;
    if (height > (this.#claims.get(from) ?? 0)) this.#claims.set(from, height);
    this.#go();
  }

  /** A peer is gone. */
  forget(peer: PeerId): void {
    this.#claims.delete(peer);
    this.#resting.delete(peer);
    for (const [at, held] of this.#held) if (held.from === peer) this.#release(at, held);
  }

  /** The chain has gone on. */
  applied(): void {
    const { height } = this.#options.chain.tip;
    for (const [at, held] of this.#held) if (at <= height) this.#release(at, held);
    // A certificate that came while the engine was still applying the block before was dropped: it is handed over again.
    this.#handed = Math.min(this.#handed, height);
    for (const [peer, claimed] of this.#claims) if (claimed <= height) this.#claims.delete(peer);
    this.#go();
  }

  /** Ends. */
  stop(): void {
    this.#stopped = true;
    this.#cancelRetry?.();
  }

  #go(): void {
    if (this.#stopped) return;
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#handNext().catch((error: unknown) => this.#options.onFailure(error));
    if (Math.max(0, ...this.#claims.values()) <= this.#options.chain.tip.height) return;
    const now = this.#options.clock.monotonicMs();
    const free = [...this.#claims].filter(([peer]) => !this.#asked.has(peer));
    const rests = (peer: PeerId): boolean => (this.#resting.get(peer) ?? 0) > now;
    for (const [peer, claimed] of free) if (!rests(peer)) this.#ask(peer, claimed);
    // Nobody else has it.
    if (this.#asked.size === 0) for (const [peer, claimed] of free) this.#ask(peer, claimed);
    this.#cancelRetry = this.#options.clock.after(RETRY_MS, () => this.#go());
  }

  /** Hands the next block to the engine, if it is here and its certificate holds. */
  async #handNext(): Promise<void> {
    const { chain, bodies, signatures, network } = this.#options;
    const height = chain.tip.height + 1;
    const held = this.#held.get(height);
    if (held === undefined || this.#handed >= height) return;
    this.#handed = height;
    const { certificate, block, from } = held;
    const asked = certificateChecks(chain.chain.chainId, certificate, chain.memberships);
    const answer = asked.kind === "checks" ? await signatures.check(asked.checks) : "broken";
    if (this.#stopped || chain.tip.height >= height) return;
    if (answer === "hold") {
      bodies.keep({ from, hash: certificate.blockHash, height: certificate.height, bytes: block });
      this.#options.onCertificate(certificate);
      return;
    }
    this.#handed = height - 1;
    if (answer === "unknown") return;
    network.reportFault(from, "serious", "sync-certificate");
    this.#claims.delete(from);
    for (const [at, other] of this.#held) if (other.from === from) this.#release(at, other);
    this.#go();
  }

  /** Asks a peer for the first range that nobody was asked for. */
  #ask(peer: PeerId, claimed: Height): void {
    const { network, chain, clock, onFailure } = this.#options;
    const range = this.#gap(claimed);
    if (range === undefined || !network.isConnected(peer)) return;
    this.#asked.set(peer, range);
    const { tip } = chain;
    const bytes = requestCodec.encode({ kind: "blocks", from: range.from as Height, count: range.count });
    network
      .request(peer, bytes, { timeoutMs: REQUEST_TIMEOUT_MS })
      .then((answer) => {
        this.#asked.delete(peer);
        if (this.#stopped) return;
        if (answer.ok) this.#resting.delete(peer);
        else if (answer.code === "timeout") this.#resting.set(peer, clock.monotonicMs() + REST_MS);
        const taken = answer.ok && this.#take(peer, range, answer.value);
        // It has not what it claimed, or does not answer: others are asked, until it says more.
        if (!taken && (this.#claims.get(peer) ?? 0) > tip.height) this.#claims.delete(peer);
        this.#go();
      })
      .catch(onFailure);
  }

  #gap(claimed: Height): Asked | undefined {
    const { height } = this.#options.chain.tip;
    const last = Math.min(claimed, height + WINDOW);
    const asked = [...this.#asked.values()];
    const isFree = (at: number): boolean =>
      !this.#held.has(at) && !asked.some(({ from, count }) => at >= from && at < from + count);
    let from = height + 1;
    while (from <= last && !isFree(from)) from++;
    // Full: only what is in front of all that is held, without which none of it can go.
    if (this.#heldBytes > HELD_BYTES_MAX && from > Math.min(...this.#held.keys())) return undefined;
    let count = 0;
    while (count < RANGE && from + count <= last && isFree(from + count)) count++;
    return count > 0 ? { from, count } : undefined;
  }

  /** @returns false if there was nothing in it */
  #take(peer: PeerId, { from, count }: Asked, bytes: Uint8Array): boolean {
    const range = rangeCodec.decode(bytes);
    if (!range.ok || range.value.length > Math.min(count, RANGE_BLOCKS_MAX)) {
      this.#options.network.reportFault(peer, "serious", "sync-encoding");
      return false;
    }
    for (const [index, decided] of range.value.entries())
      if (!this.#hold(peer, from + index, decided)) return index > 0;
    return range.value.length > 0;
  }

  /** @returns false if it is not the block of that height, or not of its certificate */
  #hold(from: PeerId, height: number, decided: DecidedBlock): boolean {
    const { chain, network } = this.#options;
    const { block, certificate } = decided;
    const found = headerOf(block, (header) => chain.chain.blockHash(header));
    const fits =
      found?.header.height === height &&
      certificate.height === height &&
      certificate.blockHash === found.hash;
    if (!fits) {
      network.reportFault(from, "serious", "sync-block");
      return false;
    }
    if (height <= chain.tip.height || this.#held.has(height)) return true;
    this.#held.set(height, { ...decided, from });
    this.#heldBytes += block.length;
    return true;
  }

  #release(at: number, { block }: Held): void {
    this.#held.delete(at);
    this.#heldBytes -= block.length;
  }
}
