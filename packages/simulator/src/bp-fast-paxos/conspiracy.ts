// What liars share: all that any of them has heard, their promises above all, and rival blocks. Bounded: the newest of each
// kind. Gives nobody the seal of a process that keeps the rules.
import type { BpfpMessage, SealedPromise } from "@witan/consensus";
import type { BlockHash, Height } from "@witan/primitives";
import type { Blocks, Ground, ModelBlock } from "../engines/blocks.ts";
import { Rivals } from "../engines/rivals.ts";

/** Messages of one kind that are remembered. */
const REMEMBERED = 128;

/** The liars of a world. */
export class Conspiracy {
  readonly blocks: Blocks;
  readonly #rivals: Rivals;
  readonly #heard = new Map<BpfpMessage["kind"], BpfpMessage[]>();

  constructor(blocks: Blocks) {
    this.blocks = blocks;
    this.#rivals = new Rivals(blocks);
  }

  hear(message: BpfpMessage): void {
    const kept = this.#heard.get(message.kind) ?? [];
    this.#heard.set(message.kind, kept);
    kept.push(message);
    if (kept.length > REMEMBERED) kept.shift();
  }

  /** What was heard of a kind, oldest first. */
  heard<Kind extends BpfpMessage["kind"]>(
    kind: Kind,
  ): readonly Extract<BpfpMessage, { readonly kind: Kind }>[] {
    return (this.#heard.get(kind) ?? []) as Extract<BpfpMessage, { readonly kind: Kind }>[];
  }

  /** The promises that any of them was given by these members, oldest first. */
  promises(membership: Height): readonly SealedPromise[] {
    return this.heard("promise")
      .filter((promise) => promise.membership === membership)
      .map(({ kind: _, ...promise }) => promise);
  }

  /** The block that liars set against another: valid too, and the same for all. @param on what both stand on */
  rivalOf(hash: BlockHash, on: Ground): ModelBlock {
    return this.#rivals.of(hash, on);
  }
}
