// The blocks of a world of proof of work, and the truth about them: whether each holds on the branch that it is on. A block's
// hash is made up so that it meets its target: how long that took is the world's to say.
import type { ChainHeader, PowParameters } from "@witan/consensus";
import {
  type BlockHash,
  blockWork,
  type HeaderHistory,
  type Height,
  medianTimestamp,
  meetsTarget,
  nextTarget,
  present,
  sha256Hex,
  type Timestamp,
  targetOfCompact,
  ZERO_HASH,
} from "@witan/primitives";

/** The time of block 0, in milliseconds: later than any clock is slow. */
export const START_MS = 1_000_000_000;
/** What a block may pay to its miner, beside one for each payment that it holds. */
export const SUBSIDY = 50;

/** A block. */
export interface PowBlock {
  readonly header: ChainHeader;
  /** Payments, by their places in the plan. */
  readonly holds: readonly number[];
  /** What its miner takes. */
  readonly reward: number;
  /** Who found it; -1: block 0. */
  readonly by: number;
}

/** What a block is made with. */
export interface BlockDraft {
  readonly parent: BlockHash;
  readonly timestamp: number;
  readonly holds: readonly number[];
  readonly reward: number;
  readonly by: number;
  /** What is left out is as the rules have it. */
  readonly target?: number;
  readonly height?: number;
  /** False: its hash is above the target. */
  readonly works?: boolean;
}

/** All blocks of a world. */
export class PowBlocks {
  readonly genesis: PowBlock = {
    header: {
      hash: "0f".repeat(32) as BlockHash,
      height: 0 as Height,
      parent: ZERO_HASH as BlockHash,
      timestamp: START_MS as Timestamp,
      target: 0,
    },
    ...{ holds: [], reward: 0, by: -1 },
  };
  readonly #parameters: PowParameters;
  /** The coin of a payment. */
  readonly #coinOf: (payment: number) => number;
  readonly #seed: number;
  readonly #all = new Map<BlockHash, PowBlock>([[this.genesis.header.hash, this.genesis]]);
  readonly #works = new Map<BlockHash, bigint>([[this.genesis.header.hash, 0n]]);
  readonly #flaws = new Map<BlockHash, string | undefined>([[this.genesis.header.hash, undefined]]);

  /** By their ends: asked for again and again. */
  readonly #lines = new Map<BlockHash, readonly PowBlock[]>([[this.genesis.header.hash, [this.genesis]]]);
  readonly #faults = new Map<BlockHash, string | undefined>();
  readonly #spent = new Map<BlockHash, ReadonlySet<number>>();

  constructor(seed: number, parameters: PowParameters, coinOf: (payment: number) => number) {
    this.#seed = seed;
    this.#parameters = parameters;
    this.#coinOf = coinOf;
  }

  has(hash: BlockHash): boolean {
    return this.#all.has(hash);
  }

  get(hash: BlockHash): PowBlock {
    return present(this.#all.get(hash), "a block of the world");
  }

  /** Of all blocks up to this one. */
  workOf(hash: BlockHash): bigint {
    return present(this.#works.get(hash), "a block of the world");
  }

  /** From block 0 to this one. */
  line(hash: BlockHash): readonly PowBlock[] {
    const known = this.#lines.get(hash);
    if (known !== undefined) return known;
    const missing: PowBlock[] = [];
    let block = this.get(hash);
    for (; !this.#lines.has(block.header.hash); block = this.get(block.header.parent)) missing.push(block);
    const line = [...(this.#lines.get(block.header.hash) ?? []), ...missing.reverse()];
    this.#lines.set(hash, line);
    return line;
  }

  /** The headers up to a block, by height. */
  history(hash: BlockHash): HeaderHistory {
    const line = this.line(hash);
    return {
      height: (line.length - 1) as Height,
      header: (height) => present(line[height], "a header").header,
    };
  }

  make(draft: BlockDraft): PowBlock {
    const { parent, timestamp, holds, reward, by, works = true } = draft;
    const target = draft.target ?? nextTarget(this.#parameters, this.history(parent));
    const header: ChainHeader = {
      hash: this.#hash(parent, works ? target : undefined),
      height: (draft.height ?? this.get(parent).header.height + 1) as Height,
      ...{ parent, timestamp: timestamp as Timestamp, target },
    };
    const block = { header, holds, reward, by };
    this.#all.set(header.hash, block);
    this.#works.set(header.hash, this.workOf(parent) + blockWork(target));
    return block;
  }

  /** Why a block does not hold, or one that it is built on; undefined: all do. Its header is no part of this. */
  flawOf(hash: BlockHash): string | undefined {
    const missing: BlockHash[] = [];
    let known = hash;
    for (; !this.#flaws.has(known); known = this.get(known).header.parent) missing.push(known);
    let flaw = this.#flaws.get(known);
    for (const each of missing.reverse()) {
      flaw ??= this.#ownFlaw(this.get(each));
      this.#flaws.set(each, flaw);
    }
    return flaw;
  }

  /** What is wrong with a header by itself or after its parent; undefined: nothing. */
  faultOf(hash: BlockHash): string | undefined {
    if (!this.#faults.has(hash)) this.#faults.set(hash, this.#headerFault(hash));
    return this.#faults.get(hash);
  }

  #headerFault(hash: BlockHash): string | undefined {
    const { header } = this.get(hash);
    const history = this.history(header.parent);
    if (header.height !== history.height + 1) return "height";
    if (header.target !== nextTarget(this.#parameters, history)) return "target";
    if (!meetsTarget(hash, header.target)) return "work";
    return header.timestamp > medianTimestamp(history) ? undefined : "time";
  }

  /** Coins that a branch spends, up to a block. */
  spent(hash: BlockHash): ReadonlySet<number> {
    const known = this.#spent.get(hash);
    if (known !== undefined) return known;
    const spent = new Set(this.line(hash).flatMap(({ holds }) => holds.map(this.#coinOf)));
    this.#spent.set(hash, spent);
    return spent;
  }

  #ownFlaw({ header, holds, reward }: PowBlock): string | undefined {
    if (reward > SUBSIDY + holds.length) return `its miner takes ${reward}`;
    const spent = new Set(this.spent(header.parent));
    for (const payment of holds) {
      const coin = this.#coinOf(payment);
      if (spent.has(coin)) return `it spends coin ${coin} again`;
      spent.add(coin);
    }
    return undefined;
  }

  /** A hash that no other block has. @param target undefined: one that meets none */
  #hash(parent: BlockHash, target: number | undefined): BlockHash {
    const text = `${this.#seed} ${this.#all.size} ${parent}`;
    const digest = sha256Hex(new TextEncoder().encode(text));
    const limit = target === undefined ? undefined : targetOfCompact(target);
    if (limit === undefined) return `${digest.slice(0, 60)}ffff` as BlockHash;
    // Little-endian, as the rule reads it.
    const number = BigInt(`0x${digest}`) % (limit + 1n);
    return reversed(number.toString(16).padStart(64, "0")) as BlockHash;
  }
}

function reversed(hex: string): string {
  return (hex.match(/../g) ?? []).reverse().join("");
}
