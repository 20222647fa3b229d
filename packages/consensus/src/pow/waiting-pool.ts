// Blocks that wait: for their parent, or for the time they are from. Bounded, and no peer can fill it against the others.
import type { BlockHash, PeerId } from "@witan/primitives";
import type { ChainHeader } from "./types.ts";

/** A header as it came. */
export interface Offer {
  readonly header: ChainHeader;
  /** Undefined: from this host. */
  readonly from: PeerId | undefined;
  /** The body is at hand. */
  readonly body: boolean;
  /** The tick when it came. */
  readonly at: number;
}

/** A bounded pool of blocks. */
export class WaitingPool {
  readonly #limit: number;
  /** In the order in which they came. */
  readonly #offers = new Map<BlockHash, Offer>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#offers.size;
  }

  get offers(): Iterable<Offer> {
    return this.#offers.values();
  }

  has(hash: BlockHash): boolean {
    return this.#offers.has(hash);
  }

  /** Keeps a block, and gives what had to go for it: the oldest of who has the most. */
  add(offer: Offer): Offer | undefined {
    const { hash } = offer.header;
    const known = this.#offers.get(hash);
    if (known) {
      // Who sent it first may be gone: of who sent it last more can be asked.
      this.#offers.set(hash, { ...offer, at: known.at, body: known.body || offer.body });
      return undefined;
    }
    this.#offers.set(hash, offer);
    return this.size > this.#limit ? this.#drop() : undefined;
  }

  /** Takes out all of which this holds. */
  take(holds: (offer: Offer) => boolean): readonly Offer[] {
    const taken = [...this.#offers.values()].filter(holds);
    for (const { header } of taken) this.#offers.delete(header.hash);
    return taken;
  }

  #drop(): Offer | undefined {
    const counts = new Map<PeerId | undefined, number>();
    for (const { from } of this.#offers.values()) counts.set(from, (counts.get(from) ?? 0) + 1);
    const most = Math.max(...counts.values());
    for (const offer of this.#offers.values())
      if (counts.get(offer.from) === most) {
        this.#offers.delete(offer.header.hash);
        return offer;
      }
    return undefined;
  }
}
