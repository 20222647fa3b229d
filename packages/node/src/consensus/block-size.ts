// How large this node makes its blocks: as large as the network decides well within a view. A block that takes longer
// than the view timer costs a view, and one that is made again as large costs the next one too; so the size follows what
// was measured, and falls at once when a view was lost.
import { assert, type Clock, type Height, LIMITS, type View } from "@witan/primitives";

/** A thousand ordinary transfers: decided in a fraction of a second on any machine that can be a validator. */
const START_BYTES = 256 * 1024;
/** The largest transaction must fit beside a reward. */
const LEAST_BYTES = 128 * 1024;

/** What a size is made with. */
export interface BlockSizeOptions {
  readonly clock: Clock;
  /** How long a block may take, from being made to being applied here. */
  readonly targetMs: number;
}

/** The size of blocks that this node makes. */
export class BlockSize {
  readonly #options: BlockSizeOptions;
  #bytes = START_BYTES;
  /** The last block that was made here. */
  #made: { readonly height: Height; readonly view: View; readonly atMs: number } | undefined;

  constructor(options: BlockSizeOptions) {
    assert(options.targetMs > 0, `blocks in ${options.targetMs} ms`);
    this.#options = options;
  }

  /** Bytes that the next block may have, if the chain allows as much. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A block is being made. In a later view of the same height: the one before was not decided. */
  making(height: Height, view: View): void {
    if (this.#made?.height === height && view > this.#made.view) this.#scale(0.5);
    this.#made = { height, view, atMs: this.#options.clock.monotonicMs() };
  }

  /** A block was applied. */
  applied(height: Height, bytes: number): void {
    if (this.#made?.height !== height) return;
    const tookMs = Math.max(1, this.#options.clock.monotonicMs() - this.#made.atMs);
    const factor = Math.min(2, Math.max(0.5, this.#options.targetMs / tookMs));
    // A small block says nothing of what a large one would take.
    if (factor < 1 || 2 * bytes >= this.#bytes) this.#scale(factor);
  }

  #scale(factor: number): void {
    this.#bytes = Math.max(LEAST_BYTES, Math.min(LIMITS.blockBytes, Math.floor(this.#bytes * factor)));
  }
}
