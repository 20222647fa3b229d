// Blocks of a world of engines: to an engine a block is a hash, a height and a parent. Here they also say which
// transactions they hold, who the members are afterwards, and what a liar made wrong.
import {
  asciiBytes,
  type BlockHash,
  type Height,
  type Member,
  type Membership,
  sha256Hex,
  ZERO_HASH,
} from "@witan/primitives";
import { Violation } from "../world/violation.ts";

/** What liars make wrong in a block: each is found by whoever judges it. */
export const FLAWS = ["signature", "double-spend", "root", "parent", "size"] as const;
/** One of them. */
export type Flaw = (typeof FLAWS)[number];

/** A block. */
export interface ModelBlock {
  readonly hash: BlockHash;
  readonly height: number;
  readonly parent: BlockHash;
  /** Numbers of the transactions in it. */
  readonly holds: readonly number[];
  /** Who decides from the next height on; undefined: those who do now. */
  readonly members: readonly Member[] | undefined;
  readonly mode: Membership["mode"];
  readonly flaw: Flaw | undefined;
  /** By the clock of who built it, in milliseconds. */
  readonly atMs: number;
}

/** What a block is built on. */
export interface Ground {
  readonly height: number;
  readonly head: BlockHash;
  readonly membership: Membership;
}

/** A validator votes for a block whose time is so far from its own clock at most, unless a quorum stands behind it. */
export const DRIFT_MS = 2_000;

/** The hash of what is before the first block. */
export const GENESIS = ZERO_HASH as BlockHash;

/** Who decides behind a block, by its hash and who decides it; undefined: the same. */
export type MembersAfter = (hash: BlockHash, membership: Membership) => readonly Member[] | undefined;

/** Every block that anybody has built. */
export class Blocks {
  readonly #byHash = new Map<BlockHash, ModelBlock>();
  readonly #membersAfter: MembersAfter;
  readonly #nowMs: () => number;
  /** How many were built on each head. */
  readonly #built = new Map<BlockHash, number>();

  constructor(membersAfter: MembersAfter, nowMs: () => number = () => 0) {
    this.#membersAfter = membersAfter;
    this.#nowMs = nowMs;
  }

  /** @throws {Violation} nobody built it */
  get(hash: BlockHash): ModelBlock {
    const found = this.#byHash.get(hash);
    if (found === undefined)
      throw new Violation("validity", `a block that nobody built: ${hash.slice(0, 8)}`);
    return found;
  }

  /** Undefined: nobody built it. */
  find(hash: BlockHash): ModelBlock | undefined {
    return this.#byHash.get(hash);
  }

  /** Builds a block on what its builder holds to be the head. @param atMs by its clock; by the true time, unless said */
  build(on: Ground, holds: readonly number[], flaw?: Flaw, atMs: number = this.#nowMs()): ModelBlock {
    // By parent and number, so that a block keeps its name and its chance when others, elsewhere, are not built.
    const number = (this.#built.get(on.head) ?? 0) + 1;
    this.#built.set(on.head, number);
    const earliest = (this.#byHash.get(on.head)?.atMs ?? 0) + 1;
    const hash = sha256Hex(asciiBytes(`block ${number} on ${on.head} at ${on.height + 1}`)) as BlockHash;
    const members = this.#membersAfter(hash, on.membership);
    const block = {
      hash,
      height: on.height + 1,
      parent: on.head,
      holds,
      members,
      mode: on.membership.mode,
      flaw,
      atMs: Math.max(atMs, earliest),
    };
    this.#byHash.set(hash, block);
    return block;
  }

  /** Whether a block is valid for somebody whose chain is this. */
  isValid(hash: BlockHash, on: Pick<Ground, "height" | "head">): boolean {
    const { height, parent, flaw } = this.get(hash);
    return flaw === undefined && height === on.height + 1 && parent === on.head;
  }

  /** The membership after a block; undefined: it changes none. */
  membershipAfter({ height, members, mode }: ModelBlock): Membership | undefined {
    return members && { mode, from: (height + 1) as Height, members };
  }
}
