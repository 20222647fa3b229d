// What checks on chains are told, whatever the protocol that decides them.
import type { BlockHash } from "@witan/primitives";
import type { Blocks, ModelBlock } from "../blocks.ts";
import type { EngineCheck } from "../world.ts";

/** A process with a chain. */
export interface ChainProcess {
  readonly place: number;
  /** Undefined: it keeps the rules. */
  readonly lies: object | undefined;
  readonly height: number;
  readonly head: BlockHash;
  readonly disk: {
    readonly chain: readonly { readonly hash: BlockHash }[];
    readonly held: ReadonlySet<number>;
  };
}

/** A check of chains: a part of what the checks of a protocol are told. */
export interface ChainCheck extends EngineCheck {
  /** Called before the block becomes part of the chain. */
  decided?(at: ChainProcess, decision: unknown, block: ModelBlock): void;
  /** The block is part of the chain. */
  applied?(at: ChainProcess, block: ModelBlock): void;
}

/** Makes a check of chains for one world. */
export type ChainCheckMaker = (world: {
  readonly correct: readonly ChainProcess[];
  readonly blocks: Blocks;
}) => ChainCheck;
