// A change of branch in proof of work, worked out before anything of it happens: blocks are undone and others judged on a
// view over the chain's coins. Nothing is changed here, neither in memory nor on the disk: `ChainKeeper.switchTo` does that,
// all at one step.
import {
  type Block,
  type ChainState,
  type Coin,
  CoinView,
  judgeBlock,
  type OutpointKey,
  type SignatureVerdict,
  undoBlock,
  type ValidBlock,
} from "@witan/ledger";
import { assert, type Height, present, type Timestamp } from "@witan/primitives";
import type { SpentBlock } from "../indexes/index-rewrite.ts";
import type { ChainKeeper } from "./chain-keeper.ts";
import { type ListedHeader, listedHeader } from "./header-list.ts";

/** A block that is undone, and the end of the chain below it. */
export interface UndoneBlock extends SpentBlock {
  /** The next block's timestamp is later than this: the median of times below. */
  readonly laterThan: Timestamp;
}

/** Blocks that go, and those that come in their place. */
export interface Branch {
  /** The tip first. */
  readonly undone: readonly UndoneBlock[];
  /** Each on the one before. */
  readonly applied: readonly ValidBlock[];
  /** What becomes of outputs by all this, against the chain as it is. */
  readonly outputs: ReadonlyMap<OutpointKey, Coin | null>;
}

/** A branch in the making. */
export class BranchView {
  readonly #chain: ChainKeeper;
  readonly #coins: CoinView;
  readonly #undone: UndoneBlock[] = [];
  readonly #applied: ValidBlock[] = [];
  readonly #above: ListedHeader[] = [];
  /** The last block of the chain that stays. */
  #fork: Height;

  constructor(chain: ChainKeeper) {
    this.#chain = chain;
    this.#coins = new CoinView(chain.coins);
    this.#fork = chain.tip.height;
  }

  /** The block on top of this branch goes. @throws {ChainError} `damaged`, if what it needs is not in the store */
  undo(): Block {
    assert(this.#applied.length === 0, "blocks are undone before others are applied");
    const spent = this.#chain.spentBlock(this.#fork);
    undoBlock(this.#coins, spent.block.transactions, spent.undo);
    this.#fork = (this.#fork - 1) as Height;
    this.#undone.push({ ...spent, laterThan: this.#next().laterThan });
    return spent.block;
  }

  /** What the next block is judged against. */
  state(): ChainState {
    const { chain, governance } = this.#chain;
    const { height, hash } = this.#above.at(-1) ?? this.#headers.at(this.#fork);
    return { chain, parent: { height, hash }, ...this.#next(), governance };
  }

  /** Judges a block on top of this branch, and puts it there if it holds. */
  add(block: Block, signaturesHold: SignatureVerdict): ReturnType<typeof judgeBlock> {
    const judged = judgeBlock(this.state(), block, this.#coins, signaturesHold);
    if (!judged.ok) return judged;
    const { coins } = judged.value;
    // One view for all blocks: views upon views would make each look-up as deep as the branch is long.
    const changed = [...coins.changed];
    for (const [key, coin] of changed) {
      if (coin === null) this.#coins.spend(key);
      else this.#coins.add(key, coin);
    }
    this.#applied.push(judged.value);
    this.#above.push(listedHeader(block.header, block.hash));
    return judged;
  }

  /** All of it. */
  branch(): Branch {
    return { undone: this.#undone, applied: this.#applied, outputs: this.#coins.changed };
  }

  get #headers() {
    return present(this.#chain.headers, "the headers of a chain of proof of work");
  }

  #next() {
    const parameters = present(this.#chain.chain.proofOfWork, "a chain of proof of work");
    return this.#headers.next(parameters, this.#fork, this.#above);
  }
}
