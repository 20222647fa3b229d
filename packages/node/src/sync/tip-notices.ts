// Who does not vote tells its peers how far it has blocks that it can show final. Whoever votes shows it by its votes; an
// observer whose peers are all observers would never hear of a block otherwise. A notice is worth a question, and nothing else: blocks come with their
// certificates.
import type { Height, Network, PeerId } from "@witan/primitives";
import type { ChainKeeper } from "../chain/chain-keeper.ts";
import { bulkMessageCodec } from "../wire.ts";

/** What notices are made with. */
export interface TipNoticesOptions {
  readonly chain: ChainKeeper;
  readonly network: Network;
  readonly connected: () => readonly PeerId[];
  /** Whether a peer hears from voters how far the chain is. */
  readonly isMember: (peer: PeerId) => boolean;
  /** Whether this node shows by its votes how far it is. */
  readonly votes: () => boolean;
  /** Whether a block can be shown final to others. */
  readonly isShown: (height: Height) => boolean;
}

/** The notices of one node. */
export class TipNotices {
  readonly #options: TipNoticesOptions;
  #told: number;

  constructor(options: TipNoticesOptions) {
    this.#options = options;
    this.#told = options.chain.tip.height;
  }

  /**
   * Tells of new blocks; to be called some times a second, so that catching up does not flood anybody. Members know before
   * this says so: they are told only when it is said again.
   */
  update(): void {
    const { chain, connected, isMember } = this.#options;
    if (chain.tip.height <= this.#told || this.#height() <= this.#told) return;
    this.#tell(connected().filter((peer) => !isMember(peer)));
  }

  /** Tells again: a notice may be lost, or have come while its receiver could not get the blocks. */
  repeat(): void {
    this.#tell(this.#options.connected());
  }

  #tell(peers: readonly PeerId[]): void {
    const { network, votes } = this.#options;
    const height = this.#height();
    this.#told = height;
    if (height === 0 || votes()) return;
    const message = bulkMessageCodec.encode({ kind: "tip", height });
    for (const peer of peers) network.send(peer, "bulk", message);
  }

  /** The last block that can be shown: its certificate may take a moment. */
  #height(): Height {
    const { chain, isShown } = this.#options;
    let height: number = chain.tip.height;
    while (height > this.#told && !isShown(height as Height)) height--;
    return height as Height;
  }
}
