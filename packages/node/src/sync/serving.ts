// Answers what peers ask for: bodies by hash, final blocks by height, what registers hold. Bounded answers; what is not here is not answered.
import type { RegisterId } from "@witan/consensus";
import type { BlockHash, Certificate, Height } from "@witan/primitives";
import type { ChainKeeper } from "../chain/chain-keeper.ts";
import type { Proposals } from "../consensus/proposals.ts";
import {
  bodiesCodec,
  certificatesCodec,
  type DecidedBlock,
  RANGE_BLOCKS_MAX,
  RANGE_BYTES_MAX,
  rangeCodec,
  requestCodec,
} from "../wire.ts";

/** What serving needs. */
export interface ServingOptions {
  readonly chain: ChainKeeper;
  readonly proposals: Proposals;
  /** What this node shows a block final by. */
  readonly shown: (height: Height) => Certificate | undefined;
  /** What certifies these heights, as far as it is known here. */
  readonly certificates: (heights: readonly Height[]) => readonly Certificate[];
  /** What the registers behind one hold. */
  readonly registers: (after: RegisterId | undefined) => Promise<Uint8Array>;
}

/** `fault`: it is no request. No answer: it is not here. */
export type Served = { readonly fault: string } | { readonly answer: Uint8Array | undefined };

/** Serves peers from the chain and from what was proposed. */
export class Serving {
  readonly #options: ServingOptions;

  constructor(options: ServingOptions) {
    this.#options = options;
  }

  /** The answer to a request. */
  async answer(bytes: Uint8Array): Promise<Served> {
    const request = requestCodec.decode(bytes);
    if (!request.ok) return { fault: "request-encoding" };
    switch (request.value.kind) {
      case "body":
        return { answer: this.#body(request.value.hash) };
      case "blocks":
        return { answer: this.#range(request.value.from, request.value.count) };
      case "bodies":
        return { answer: this.#bodies(request.value.of.map(({ hash }) => hash)) };
      case "certificates": {
        const heights = request.value.of.map(({ height }) => height);
        return { answer: certificatesCodec.encode(this.#options.certificates(heights)) };
      }
      case "registers":
        return { answer: await this.#options.registers(request.value.after[0]) };
    }
  }

  #body(hash: BlockHash): Uint8Array | undefined {
    // Only what was judged here: whoever passes on what it has not looked at is blamed for what is in it.
    const { chain, proposals } = this.#options;
    const isJudged = chain.headers === undefined;
    const waiting = isJudged ? (proposals.valid(hash)?.block.bytes ?? chain.proposal(hash)) : undefined;
    if (waiting !== undefined) return waiting;
    const height = chain.heightOf(hash);
    return height === undefined ? undefined : chain.blockBytes(height);
  }

  #bodies(hashes: readonly BlockHash[]): Uint8Array {
    const bodies: Uint8Array[] = [];
    let bytes = 0;
    for (const hash of hashes) {
      const body = this.#body(hash);
      if (body === undefined) continue;
      bytes += body.length;
      if (bodies.length > 0 && bytes > RANGE_BYTES_MAX) break;
      bodies.push(body);
    }
    return bodiesCodec.encode(bodies);
  }

  #range(from: Height, count: number): Uint8Array {
    const { chain, shown } = this.#options;
    const blocks: DecidedBlock[] = [];
    let bytes = 0;
    for (
      let height = from;
      blocks.length < Math.min(count, RANGE_BLOCKS_MAX);
      height = (height + 1) as Height
    ) {
      if (height > chain.tip.height) break;
      const block = chain.blockBytes(height);
      const certificate = shown(height);
      if (block === undefined || certificate === undefined) break;
      bytes += block.length;
      if (blocks.length > 0 && bytes > RANGE_BYTES_MAX) break;
      blocks.push({ block, certificate });
    }
    return rangeCodec.encode(blocks);
  }
}
