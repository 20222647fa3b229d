// Fetches final blocks that this node lacks: ranges from several peers at once, each block held against its
// certificate before the engine hears of it. A peer that is slow, or claims what it can't show, rests, and what was asked
// of it is asked of another; one that shows what is wrong for everyone is blamed. One honest peer is enough.
import type { Clock, Height, Network, PeerId } from "@witan/primitives";
import type { ChainKeeper } from "../chain/chain-keeper.ts";
import { type Bodies, headerOf } from "../consensus/bodies.ts";
import type { CheckedSignatures } from "../consensus/checked-signatures.ts";
import type { FinalBlock } from "../consensus/consensus-host.ts";
import type { Finality } from "../consensus/finality.ts";
import { type DecidedBlock, RANGE_BLOCKS_MAX, rangeCodec, requestCodec } from "../wire.ts";
import { Rests } from "./rests.ts";

/** Blocks asked of a peer at a time. */
const RANGE = 64;
/** Heights ahead of the tip that are fetched. */
const WINDOW = 4 * RANGE;
/** Bytes of blocks that wait to be applied. */
const HELD_BYTES_MAX = 64 * 1024 * 1024;
const REQUEST_TIMEOUT_MS = 10_000;
const RETRY_MS = 500;
/** What the chain waits for is asked of one more peer each time so long has passed: 4 MiB take this at 32 Mbit/s. */
const PATIENCE_MS = 1_000;

/** What fetching needs. */
export interface BlockSyncOptions {
  readonly chain: ChainKeeper;
  readonly network: Network;
  readonly clock: Clock;
  readonly bodies: Bodies;
  readonly signatures: CheckedSignatures;
  readonly finality: Omit<Finality, "shown">;
  /** The next block is final, and its body is at hand. */
  readonly onFinal: (block: FinalBlock) => void;
  readonly onFailure: (error: unknown) => void;
}

interface Held extends DecidedBlock {
  readonly from: PeerId;
}

interface Range {
  readonly from: number;
  readonly count: number;
}

interface Asked extends Range {
  readonly sinceMs: number;
  /** Until then nobody else is asked for the same. */
  readonly patientUntilMs: number;
  readonly ended: AbortController;
}

/** The fetching of final blocks. */
export class BlockSync {
  readonly #options: BlockSyncOptions;
  /** The height that each peer says it has. */
  readonly #claims = new Map<PeerId, Height>();
  readonly #asked = new Map<PeerId, Asked>();
  readonly #rests: Rests;
  /** When one that rests was asked last. */
  #wokeMs = Number.NEGATIVE_INFINITY;
  readonly #held = new Map<number, Held>();
  #heldBytes = 0;
  /** The height whose certificate is being checked, or was handed to the engine. */
  #handed = 0;
  #cancelRetry: (() => void) | undefined;
  #stopped = false;

  constructor(options: BlockSyncOptions) {
    this.#options = options;
    this.#rests = new Rests(options.clock);
  }

  /** A height above the tip that at least one correct witness says it has. */
  get target(): Height | undefined {
    const { chain, finality } = this.#options;
    const claims = [...this.#claims].filter(([peer]) => finality.isWitness(peer)).map(([, height]) => height);
    const target = claims.sort((a, b) => b - a)[finality.liarsMax()];
    return target !== undefined && target > chain.tip.height ? target : undefined;
  }

  /** Bytes of blocks that wait to be applied. */
  get heldBytes(): number {
    return this.#heldBytes;
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
    for (const { ended } of this.#asked.values()) ended.abort();
  }

  #go(): void {
    if (this.#stopped) return;
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#handNext().catch((error: unknown) => this.#options.onFailure(error));
    this.#letGo();
    if (Math.max(0, ...this.#claims.values()) <= this.#options.chain.tip.height) return;
    this.#askForFirst();
    for (const [peer, claimed] of this.#free) {
      const range = this.#rests.leftMs(peer) === 0 ? this.#gap(claimed) : undefined;
      if (range !== undefined) this.#ask(peer, range, PATIENCE_MS);
    }
    this.#cancelRetry = this.#options.clock.after(RETRY_MS, () => this.#go());
  }

  /** Peers that claim something, and were asked for nothing. */
  get #free(): readonly (readonly [PeerId, Height])[] {
    const { network } = this.#options;
    return [...this.#claims].filter(([peer]) => !this.#asked.has(peer) && network.isConnected(peer));
  }

  /** Takes back what was asked and has come from elsewhere. Whom that took longer than others rests. */
  #letGo(): void {
    const now = this.#options.clock.monotonicMs();
    for (const [peer, asked] of this.#asked) {
      const { from, count } = asked;
      if (Array.from({ length: count }, (_, index) => from + index).some((at) => this.#isLacked(at)))
        continue;
      this.#asked.delete(peer);
      if (now - asked.sinceMs >= PATIENCE_MS) this.#rests.begin(peer);
      asked.ended.abort();
    }
  }

  /** The first block that is lacking holds up all others: whoever was asked for it and is slow is not waited for alone. */
  #askForFirst(): void {
    const { chain, clock } = this.#options;
    const { height } = chain.tip;
    let first = height + 1;
    while (this.#held.has(first)) first++;
    if (first > height + WINDOW || this.#isFullFrom(first)) return;
    const now = clock.monotonicMs();
    const asked = [...this.#asked.values()].filter((one) => isIn(one, first));
    if (asked.some(({ patientUntilMs }) => now < patientUntilMs)) return;
    const able = this.#free
      .filter(([, claimed]) => claimed >= first)
      .map(([peer, claimed]) => ({ peer, claimed, restsMs: this.#rests.leftMs(peer) }))
      .sort((a, b) => a.restsMs - b.restsMs);
    for (const { peer, claimed, restsMs } of able.slice(0, 1)) {
      // Nobody else is left to ask. Not at once again and again: it may claim more each time that it has nothing.
      if (restsMs > 0 && now - this.#wokeMs < RETRY_MS) return;
      if (restsMs > 0) this.#wokeMs = now;
      const ends = asked.map(({ from, count }) => from + count);
      const range = asked.length === 0 ? this.#gap(claimed) : this.#lackedFrom(first, Math.min(...ends));
      if (range !== undefined) this.#ask(peer, range, restsMs > 0 ? 0 : PATIENCE_MS);
    }
  }

  /** As many blocks in a row as are lacking, below `end`. */
  #lackedFrom(from: number, end: number): Range {
    let count = 0;
    while (from + count < end && this.#isLacked(from + count)) count++;
    return { from, count };
  }

  #isLacked(at: number): boolean {
    return at > this.#options.chain.tip.height && !this.#held.has(at);
  }

  /** Full: only what is in front of all that is held is fetched, without which none of it can go. */
  #isFullFrom(height: number): boolean {
    return this.#heldBytes > HELD_BYTES_MAX && height > Math.min(...this.#held.keys());
  }

  /** Hands the next block to the engine, if it is here and its certificate holds. */
  async #handNext(): Promise<void> {
    const { chain, bodies, signatures, network, finality } = this.#options;
    const height = chain.tip.height + 1;
    const held = this.#held.get(height);
    if (held === undefined || this.#handed >= height) return;
    this.#handed = height;
    const { certificate, block, from } = held;
    const asked = finality.checks(certificate, from);
    const answer = asked.kind === "checks" ? await signatures.check(asked.checks) : "broken";
    if (this.#stopped || chain.tip.height >= height) return;
    if (answer === "hold") {
      bodies.keep({ from, hash: certificate.blockHash, height: certificate.height, bytes: block });
      this.#options.onFinal({ certificate, from });
      return;
    }
    this.#handed = height - 1;
    if (answer === "unknown") return;
    network.reportFault(from, "serious", "sync-certificate");
    this.#claims.delete(from);
    for (const [at, other] of this.#held) if (other.from === from) this.#release(at, other);
    this.#go();
  }

  #ask(peer: PeerId, range: Range, patienceMs: number): void {
    const { network, chain, clock, onFailure } = this.#options;
    const ended = new AbortController();
    const sinceMs = clock.monotonicMs();
    const asked: Asked = { ...range, sinceMs, patientUntilMs: sinceMs + patienceMs, ended };
    this.#asked.set(peer, asked);
    const { tip } = chain;
    const bytes = requestCodec.encode({ kind: "blocks", from: range.from as Height, count: range.count });
    network
      .request(peer, bytes, { timeoutMs: REQUEST_TIMEOUT_MS, signal: ended.signal })
      .then((answer) => {
        // It was let go.
        if (this.#stopped || this.#asked.get(peer) !== asked) return;
        this.#asked.delete(peer);
        const taken = answer.ok && this.#take(peer, range, answer.value);
        // It has not what it claimed, or does not answer: others are asked, and it later, if it still says so.
        if (!taken && (answer.ok || answer.code !== "not-connected")) this.#rests.begin(peer);
        if (!taken && (this.#claims.get(peer) ?? 0) > tip.height) this.#claims.delete(peer);
        this.#go();
      })
      .catch(onFailure);
  }

  /** The first range that nobody was asked for. */
  #gap(claimed: Height): Range | undefined {
    const { height } = this.#options.chain.tip;
    const last = Math.min(claimed, height + WINDOW);
    const asked = [...this.#asked.values()];
    const isFree = (at: number): boolean => !this.#held.has(at) && !asked.some((one) => isIn(one, at));
    let from = height + 1;
    while (from <= last && !isFree(from)) from++;
    if (this.#isFullFrom(from)) return undefined;
    let count = 0;
    while (count < RANGE && from + count <= last && isFree(from + count)) count++;
    return count > 0 ? { from, count } : undefined;
  }

  /** @returns false if there was nothing in it */
  #take(peer: PeerId, { from, count }: Range, bytes: Uint8Array): boolean {
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

function isIn({ from, count }: Range, height: number): boolean {
  return height >= from && height < from + count;
}
