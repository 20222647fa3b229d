// Gets blocks of proof of work from peers, many at a time from several: who is slow keeps only what it was asked for, and
// what it does not give is asked of others. What nobody gives is given up: the engine asks again when it wants it still.
import type { BlockHash, Network, PeerId } from "@witan/primitives";
import { BODIES_MAX, bodiesCodec, requestCodec } from "../../wire.ts";

/** Questions to one peer at a time. */
const OF_PEER_MAX = 2;
const REQUEST_TIMEOUT_MS = 10_000;

/** What fetching needs. */
export interface BodyFetcherOptions {
  readonly network: Network;
  readonly connected: () => readonly PeerId[];
  /** The bytes of a block as a peer sent them; resolves to the hash of what they are, if they are a block at all. */
  readonly onBody: (from: PeerId, bytes: Uint8Array) => Promise<BlockHash | undefined>;
  readonly onFailure: (error: unknown) => void;
}

interface Wanted {
  /** Who says to have it; none: anybody may. */
  holders: readonly PeerId[];
  /** Who was asked, and did not give it yet. */
  readonly asked: Set<PeerId>;
  /** How many of those may still answer. */
  underway: number;
}

/** The fetching of blocks. */
export class BodyFetcher {
  readonly #options: BodyFetcherOptions;
  readonly #wanted = new Map<BlockHash, Wanted>();
  readonly #questions = new Map<PeerId, number>();
  readonly #ended = new AbortController();
  #scheduled = false;

  constructor(options: BodyFetcherOptions) {
    this.#options = options;
  }

  /** Gets a block. Asked again for one that is underway: from one more peer. */
  fetch(hash: BlockHash, holders: readonly PeerId[]): void {
    const known = this.#wanted.get(hash);
    if (known === undefined) this.#wanted.set(hash, { holders, asked: new Set(), underway: 0 });
    else known.holders = [...new Set([...known.holders, ...holders])];
    if (known !== undefined) known.underway = 0;
    this.#schedule();
  }

  /** A block has come, whoever sent it. */
  came(hash: BlockHash): void {
    this.#wanted.delete(hash);
  }

  /** Ends. */
  stop(): void {
    this.#ended.abort();
    this.#wanted.clear();
  }

  /** What is wanted in one go is asked for together. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      for (const peer of this.#options.connected()) this.#askSome(peer);
      this.#giveUp();
    });
  }

  #askSome(peer: PeerId): void {
    const peers = Math.max(1, this.#options.connected().length);
    const open = [...this.#wanted].filter(
      ([, { underway, asked, holders }]) =>
        underway === 0 && !asked.has(peer) && (holders.length === 0 || holders.includes(peer)),
    );
    // Shared out: one peer must not be asked for all while others have nothing to do.
    const share = Math.max(1, Math.min(BODIES_MAX, Math.ceil(open.length / peers)));
    for (let at = 0; at < open.length; at += share) {
      if ((this.#questions.get(peer) ?? 0) >= OF_PEER_MAX) return;
      this.#ask(
        peer,
        open.slice(at, at + share).map(([hash]) => hash),
      );
    }
  }

  #ask(peer: PeerId, hashes: readonly BlockHash[]): void {
    const { network, onFailure } = this.#options;
    this.#questions.set(peer, (this.#questions.get(peer) ?? 0) + 1);
    for (const hash of hashes) {
      const wanted = this.#wanted.get(hash);
      wanted?.asked.add(peer);
      if (wanted) wanted.underway++;
    }
    const bytes = requestCodec.encode({ kind: "bodies", of: hashes.map((hash) => ({ hash })) });
    network
      .request(peer, bytes, { timeoutMs: REQUEST_TIMEOUT_MS, signal: this.#ended.signal })
      .then((answer) => (answer.ok ? this.#take(peer, hashes, answer.value) : []))
      .then((given) => this.#answered(peer, hashes, given))
      .catch((error: unknown) => {
        if (!this.#ended.signal.aborted) onFailure(error);
      });
  }

  async #take(peer: PeerId, hashes: readonly BlockHash[], bytes: Uint8Array): Promise<readonly BlockHash[]> {
    const { network, onBody } = this.#options;
    const decoded = bodiesCodec.decode(bytes);
    if (!decoded.ok) {
      network.reportFault(peer, "serious", "bodies-encoding");
      return [];
    }
    const given: BlockHash[] = [];
    for (const body of decoded.value) {
      const hash = await onBody(peer, body);
      if (hash === undefined || this.#ended.signal.aborted) return given;
      if (!hashes.includes(hash)) {
        network.reportFault(peer, "serious", "body-of-another-block");
        return given;
      }
      given.push(hash);
    }
    return given;
  }

  #answered(peer: PeerId, hashes: readonly BlockHash[], given: readonly BlockHash[]): void {
    if (this.#ended.signal.aborted) return;
    this.#questions.set(peer, (this.#questions.get(peer) ?? 1) - 1);
    for (const hash of hashes) {
      const wanted = this.#wanted.get(hash);
      if (wanted === undefined) continue;
      wanted.underway = Math.max(0, wanted.underway - 1);
      // It gave some, as many as fit in an answer: it may give the others.
      if (given.length > 0) wanted.asked.delete(peer);
    }
    this.#schedule();
  }

  /** What everybody was asked for, and nobody gave. */
  #giveUp(): void {
    const connected = this.#options.connected();
    for (const [hash, { asked, underway, holders }] of this.#wanted) {
      const able = holders.length === 0 ? connected : holders.filter((one) => connected.includes(one));
      if (underway === 0 && able.every((peer) => asked.has(peer))) this.#wanted.delete(hash);
    }
  }
}
