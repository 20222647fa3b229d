// Blocks that are about to be undone, while the change of branch is being written: the disk has the other branch a moment
// before the chain in memory does, and until then everybody is told of these. Reads only what the branch holds.
import type { Block } from "@witan/ledger";
import type { BlockHash, Height, TransactionId } from "@witan/primitives";
import type { TransactionPlace } from "@witan/storage";
import type { Branch } from "./branch.ts";

/** The blocks on top of a chain that go. */
export class LeavingBlocks {
  readonly #blocks = new Map<Height, Block>();
  readonly #heights = new Map<BlockHash, Height>();
  readonly #places = new Map<TransactionId, TransactionPlace>();

  constructor({ undone }: Pick<Branch, "undone">) {
    for (const { block } of undone) {
      const { height } = block.header;
      this.#blocks.set(height, block);
      this.#heights.set(block.hash, height);
      for (const [position, { id }] of block.transactions.entries())
        this.#places.set(id, { height, position });
    }
  }

  /** The block at a height; undefined: the one there stays. */
  at(height: Height): Block | undefined {
    return this.#blocks.get(height);
  }

  /** The height of one of them; else what the disk says, unless it is a height of theirs: it is of the other branch. */
  heightOf(hash: BlockHash, onDisk: Height | undefined): Height | undefined {
    return this.#heights.get(hash) ?? (onDisk !== undefined && this.#blocks.has(onDisk) ? undefined : onDisk);
  }

  /** Where a transaction of theirs is; else what the disk says, unless it is in one of the other branch. */
  place(id: TransactionId, onDisk: TransactionPlace | undefined, tip: Height): TransactionPlace | undefined {
    const isOther = onDisk !== undefined && (onDisk.height > tip || this.#blocks.has(onDisk.height));
    return this.#places.get(id) ?? (isOther ? undefined : onDisk);
  }
}
