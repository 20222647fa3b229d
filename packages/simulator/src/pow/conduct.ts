// How a node behaves that does not keep the rules. It runs the real engine, so that it hears and follows; its conducts say
// what it mines on and publishes, and what it says besides. It can find no blocks faster than its hash power allows, but for
// headers that nobody may take.
import type { ChainHeader } from "@witan/consensus";
import type { BlockHash } from "@witan/primitives";
import type { Random } from "../random.ts";
import type { BlockDraft, PowBlock, PowBlocks } from "./blocks.ts";
import type { PowLetter } from "./letters.ts";

/** What a conduct can do. Each of its acts is counted under the conduct's name. */
export interface PowLiar {
  readonly place: number;
  readonly random: Random;
  readonly blocks: PowBlocks;
  /** The end of the chain that its engine follows: of what is public. */
  readonly tip: PowBlock;
  readonly nowMs: number;
  /** Places of all others. */
  readonly others: readonly number[];
  /** Says that it lies now. */
  lies(what: () => string): void;
  /** Sends blocks to all, and takes them for its own chain. */
  publish(blocks: readonly PowBlock[]): void;
  /** Takes a block for its own chain, and says nothing: its engine then announces the header. */
  adopt(block: PowBlock): void;
  send(to: number, letter: PowLetter): void;
  /** Begins to mine anew, where `parent` says. */
  mineAgain(): void;
}

/** A way to misbehave: each part left out is as the rules have it. */
export interface PowConduct {
  /** What it mines on; undefined: its chain. */
  parent?(): BlockHash | undefined;
  /** What the block looks like that it is about to find. */
  shape?(draft: BlockDraft): BlockDraft;
  /** It has found a block. @returns true: the engine and the others are not told */
  found?(block: PowBlock): boolean;
  /** The chain that it follows has changed. */
  moved?(): void;
  /** Every second or so. */
  sometimes?(): void;
  /** Whether it does not answer who asks for this block. */
  keepsBack?(hash: BlockHash, to: number): boolean;
  /** What it answers to who asks for headers, of what its engine would. */
  answers?(headers: readonly ChainHeader[]): readonly ChainHeader[];
}

/** A conduct by its name. */
export interface PowConductMaker {
  readonly says: string;
  make(liar: PowLiar): PowConduct;
}
