// Answers what peers ask for: bodies by hash, final blocks by height. Bounded answers; what is not here is not answered.
import type { BlockHash, Height } from "@witan/primitives";
import type { ChainKeeper } from "../chain/chain-keeper.ts";
import type { Proposals } from "../consensus/proposals.ts";
import { type DecidedBlock, RANGE_BLOCKS_MAX, RANGE_BYTES_MAX, rangeCodec, requestCodec } from "../wire.ts";

/** Serves peers from the chain and from what was proposed. */
export class Serving {
  readonly #chain: ChainKeeper;
  readonly #proposals: Proposals;

  constructor(chain: ChainKeeper, proposals: Proposals) {
    this.#chain = chain;
    this.#proposals = proposals;
  }

  /** The answer to a request; `fault` if it is none. Undefined: not here. */
  answer(bytes: Uint8Array): { readonly fault: string } | { readonly answer: Uint8Array | undefined } {
    const request = requestCodec.decode(bytes);
    if (!request.ok) return { fault: "request-encoding" };
    if (request.value.kind === "body") return { answer: this.#body(request.value.hash) };
    return { answer: this.#range(request.value.from, request.value.count) };
  }

  #body(hash: BlockHash): Uint8Array | undefined {
    // Only what was judged here: whoever passes on what it has not looked at is blamed for what is in it.
    const waiting = this.#proposals.valid(hash)?.block.bytes ?? this.#chain.proposal(hash);
    if (waiting !== undefined) return waiting;
    const height = this.#chain.heightOf(hash);
    return height === undefined ? undefined : this.#chain.blockBytes(height);
  }

  #range(from: Height, count: number): Uint8Array {
    const blocks: DecidedBlock[] = [];
    let bytes = 0;
    for (
      let height = from;
      blocks.length < Math.min(count, RANGE_BLOCKS_MAX);
      height = (height + 1) as Height
    ) {
      if (height > this.#chain.tip.height) break;
      const block = this.#chain.blockBytes(height);
      const certificate = this.#chain.certificate(height);
      if (block === undefined || certificate === undefined) break;
      bytes += block.length;
      if (blocks.length > 0 && bytes > RANGE_BYTES_MAX) break;
      blocks.push({ block, certificate });
    }
    return rangeCodec.encode(blocks);
  }
}
