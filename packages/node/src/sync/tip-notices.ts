// An observer tells its peers how far its chain goes. Whoever votes shows it by its votes; an observer whose peers are all
// observers would never hear of a block otherwise. A notice is worth a question, and nothing else: blocks come with their
// certificates.
import type { Network, PeerId } from "@witan/primitives";
import type { ChainKeeper } from "../chain/chain-keeper.ts";
import { bulkMessageCodec } from "../wire.ts";

/** What notices are made with. */
export interface TipNoticesOptions {
  readonly chain: ChainKeeper;
  readonly network: Network;
  readonly connected: () => readonly PeerId[];
  readonly isObserver: () => boolean;
}

/** The notices of one node. */
export class TipNotices {
  readonly #options: TipNoticesOptions;
  #told: number;

  constructor(options: TipNoticesOptions) {
    this.#options = options;
    this.#told = options.chain.tip.height;
  }

  /** Tells of new blocks; to be called some times a second, so that catching up does not flood anybody. */
  update(): void {
    if (this.#options.chain.tip.height > this.#told) this.repeat();
  }

  /** Tells again: a notice may be lost, or have come while its receiver could not get the blocks. */
  repeat(): void {
    const { chain, network, connected, isObserver } = this.#options;
    const { height } = chain.tip;
    this.#told = height;
    if (height === 0 || !isObserver()) return;
    const message = bulkMessageCodec.encode({ kind: "tip", height });
    for (const peer of connected()) network.send(peer, "bulk", message);
  }
}
