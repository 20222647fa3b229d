// Which blocks a reader of a chain of proof of work has told of, as far as they may be undone: what it must take back is
// what is here and not on the chain any more.
import { headerCodec } from "@witan/ledger";
import type { BlockHash, Height } from "@witan/primitives";
import type { ChainKeeper } from "../chain/chain-keeper.ts";
import { HEADER_BYTES } from "../chain/chain-records.ts";

/** Blocks that are remembered. Who was told of one farther back that is undone is told of so many anew, behind a gap. */
export const REMEMBERED = 256;
/** Of a hash in a cursor: enough that no two are alike. */
export const MARK_LENGTH = 32;

/** A block that was told of. */
export interface ToldBlock {
  readonly height: number;
  readonly hash: BlockHash;
}

/** The last blocks that were told of, ascending, each on the one before. */
export class ToldLine {
  readonly #chain: ChainKeeper;
  #blocks: ToldBlock[] = [];
  /** What was told of below all that is remembered is not on the chain any more. */
  #isTorn = false;
  /** Of a branch that was found in the store: the block below it. */
  #fork: BlockHash | undefined;

  /**
   * @param height of the last block that was told of
   * @param mark the beginning of its hash; left out: it is the one on the chain
   */
  constructor(chain: ChainKeeper, height: number, mark?: string) {
    this.#chain = chain;
    const onChain = chain.hashAt(height as Height);
    if (mark === undefined || onChain?.startsWith(mark)) this.beginAt(height);
    else {
      this.#blocks = this.#branchTo(mark);
      this.#isTorn = this.#blocks.length === 0;
    }
  }

  /** The last block that was told of and is not on the chain any more; undefined: all are. */
  get undone(): ToldBlock | undefined {
    const last = this.#blocks.at(-1);
    return last && this.#chain.hashAt(last.height as Height) !== last.hash ? last : undefined;
  }

  /** The beginning of the hash of the last block that was told of. */
  get mark(): string {
    return this.#blocks.at(-1)?.hash.slice(0, MARK_LENGTH) ?? "";
  }

  /** The height of the last block that was told of, and is remembered. */
  get height(): number | undefined {
    return this.#blocks.at(-1)?.height;
  }

  /** Whether something was told of and is undone that nobody remembers. */
  get isTorn(): boolean {
    return this.#isTorn;
  }

  /** All that was told of is on the chain, up to a height. */
  beginAt(height: number): void {
    this.#isTorn = false;
    this.#blocks = [];
    for (let at = Math.max(0, height - REMEMBERED + 1); at <= height; at++) {
      const hash = this.#chain.hashAt(at as Height);
      if (hash !== undefined) this.#blocks.push({ height: at, hash });
    }
  }

  /** It was told that the last one is undone. */
  drop(): void {
    const dropped = this.#blocks.pop();
    if (this.#blocks.length > 0 || dropped === undefined) return;
    const below = dropped.height - 1;
    if (this.#chain.hashAt(below as Height) === this.#fork) this.beginAt(below);
    else this.#isTorn = true;
  }

  /** A block was told of. */
  add(block: ToldBlock): void {
    this.#blocks.push(block);
    if (this.#blocks.length > 2 * REMEMBERED) this.#blocks = this.#blocks.slice(-REMEMBERED);
  }

  /** A branch that is off the chain, from the block after the fork on: as far as its bodies are kept. */
  #branchTo(mark: string): ToldBlock[] {
    const chain = this.#chain;
    const branch: ToldBlock[] = [];
    let at = chain.proposals.find((hash) => hash.startsWith(mark));
    while (at !== undefined) {
      const bytes = chain.proposal(at);
      const header = bytes && headerCodec.decode(bytes.subarray(0, HEADER_BYTES));
      if (!header?.ok) return [];
      branch.push({ height: header.value.height, hash: at });
      const { parent } = header.value;
      this.#fork = parent;
      if (chain.heightOf(parent) !== undefined) return branch.reverse();
      at = parent;
    }
    return [];
  }
}
