// Bytes of blocks that are not final yet: those that proposers sent, and those that are fetched by hash. Bounded per
// sender, and forgotten as soon as their height is decided. Says nothing about validity.
import { type Header, headerCodec } from "@witan/ledger";
import type { BlockHash, Height, PeerId } from "@witan/primitives";

/** Bodies of one sender that are kept: its proposal for the height in progress, and for the next. */
const OF_SENDER_MAX = 2;
/** A header lies at the beginning of a block. */
const HEADER_BYTES = 128;

/** A body as it is kept. */
export interface Body {
  /** Who sent it; undefined: it was made here. */
  readonly from: PeerId | undefined;
  readonly hash: BlockHash;
  readonly height: Height;
  readonly bytes: Uint8Array;
}

/** The hash and header of a block, without reading its transactions; undefined if there is no header. */
export function headerOf(bytes: Uint8Array, hash: (header: Header) => BlockHash) {
  const header = headerCodec.decode(bytes.subarray(0, HEADER_BYTES));
  return header.ok ? { header: header.value, hash: hash(header.value) } : undefined;
}

/** Bodies by hash. */
export class Bodies {
  readonly #byHash = new Map<BlockHash, Body>();
  readonly #ofSender = new Map<PeerId | undefined, readonly BlockHash[]>();
  readonly #waiting = new Map<BlockHash, Set<(body: Body) => void>>();

  /** Keeps a body, unless there is one of its hash. */
  keep(body: Body): void {
    const { hash, from } = body;
    if (!this.#byHash.has(hash)) {
      this.#byHash.set(hash, body);
      const held = [...(this.#ofSender.get(from) ?? []), hash];
      for (const old of held.slice(0, -OF_SENDER_MAX)) this.#byHash.delete(old);
      this.#ofSender.set(from, held.slice(-OF_SENDER_MAX));
    }
    const waiting = this.#waiting.get(hash);
    this.#waiting.delete(hash);
    for (const resolve of waiting ?? []) resolve(body);
  }

  /** The body of a block. */
  get(hash: BlockHash): Body | undefined {
    return this.#byHash.get(hash);
  }

  /** Forgets one that was found to be another than its header says. */
  drop(hash: BlockHash): void {
    this.#byHash.delete(hash);
  }

  /** Resolves with the body when it comes; undefined if `signal` says first that it is not wanted any more. */
  wait(hash: BlockHash, signal: AbortSignal): Promise<Body | undefined> {
    const known = this.get(hash);
    if (known !== undefined || signal.aborted) return Promise.resolve(known);
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(hash) ?? new Set();
      this.#waiting.set(hash, waiting);
      const give = (body: Body): void => {
        signal.removeEventListener("abort", abort);
        resolve(body);
      };
      const abort = (): void => {
        waiting.delete(give);
        if (waiting.size === 0) this.#waiting.delete(hash);
        resolve(undefined);
      };
      waiting.add(give);
      signal.addEventListener("abort", abort, { once: true });
    });
  }

  /** Forgets bodies of a height and below. */
  forget(height: Height): void {
    for (const [hash, body] of this.#byHash) if (body.height <= height) this.#byHash.delete(hash);
    for (const [sender, held] of this.#ofSender) {
      const left = held.filter((hash) => this.#byHash.has(hash));
      if (left.length === 0) this.#ofSender.delete(sender);
      else this.#ofSender.set(sender, left);
    }
  }
}
