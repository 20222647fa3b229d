// The blocks that liars set against others: valid too, and the same for all of them.
import type { BlockHash } from "@witan/primitives";
import type { Blocks, Ground, ModelBlock } from "./blocks.ts";

/** The rivals of one world. */
export class Rivals {
  readonly #blocks: Blocks;
  readonly #of = new Map<BlockHash, ModelBlock>();

  constructor(blocks: Blocks) {
    this.#blocks = blocks;
  }

  /** The block that is set against another, and the other way around. @param on what both stand on */
  of(hash: BlockHash, on: Ground): ModelBlock {
    const known = this.#of.get(hash);
    if (known !== undefined) return known;
    const made = this.#blocks.build(on, this.#blocks.find(hash)?.holds.slice(1) ?? []);
    this.#of.set(hash, made);
    this.#of.set(made.hash, made);
    return made;
  }
}
