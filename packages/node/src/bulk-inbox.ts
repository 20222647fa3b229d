// What peers send on the channel `bulk`: bodies of proposals, decided blocks, and where their chains end. Reads it and hands
// it on; judges nothing.
import type { PeerId } from "@witan/primitives";
import type { ChainKeeper } from "./chain/chain-keeper.ts";
import { headerOf } from "./consensus/bodies.ts";
import type { BlockParts } from "./parts.ts";
import type { NodePorts } from "./settings.ts";
import { bulkMessageCodec } from "./wire.ts";

/** What it hands to. */
export interface BulkInboxOptions {
  readonly chain: ChainKeeper;
  readonly network: NodePorts["network"];
  readonly blocks: Pick<BlockParts, "host" | "sync" | "bodies" | "bodySource">;
  /** Who proposes the next block; undefined: nobody in particular. */
  readonly leader: () => PeerId | undefined;
  readonly onFailure: (error: unknown) => void;
}

/** The channel `bulk` of a node. */
export class BulkInbox {
  readonly #options: BulkInboxOptions;

  constructor(options: BulkInboxOptions) {
    this.#options = options;
  }

  /** Takes one message; the next of that peer waits for the promise. */
  take(from: PeerId, bytes: Uint8Array): void | Promise<void> {
    const { network, blocks, onFailure } = this.#options;
    const decoded = bulkMessageCodec.decode(bytes);
    if (!decoded.ok) return network.reportFault(from, "serious", "bulk-encoding");
    const message = decoded.value;
    if (blocks.host.offered !== undefined) {
      if (message.kind !== "proposal") return network.reportFault(from, "serious", "bulk-kind");
      return blocks.host.offered(from, message.block).catch(onFailure);
    }
    switch (message.kind) {
      case "decided":
        return blocks.sync.offer(from, message);
      case "tip":
        return blocks.sync.claim(message.height, [from]);
      case "proposal":
        return this.#keep(from, message.block);
    }
  }

  /** A proposer may be one height ahead of this node; what is further ahead comes by sync. */
  #keep(from: PeerId, bytes: Uint8Array): void {
    const { chain, network, blocks, leader, onFailure } = this.#options;
    const found = headerOf(bytes, (header) => chain.chain.blockHash(header));
    if (found === undefined) {
      network.reportFault(from, "serious", "proposal-encoding");
      return;
    }
    const { height } = found.header;
    const ahead = height - chain.tip.height;
    if (ahead !== 1 && ahead !== 2) return;
    const body = { from, hash: found.hash, height, bytes };
    blocks.bodies.keep(body);
    if (ahead === 1 && from === leader()) blocks.bodySource.foresee(body, from).catch(onFailure);
  }
}
