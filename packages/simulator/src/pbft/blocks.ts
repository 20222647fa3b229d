// Blocks of a world of engines: to an engine a block is a hash, a height and a parent. Here they also say which
// transactions they hold, who the members are afterwards, and what a liar made wrong.
import type { SignedMessage } from "@witan/consensus";
import {
  asciiBytes,
  type BlockHash,
  byzantineMax,
  type Height,
  type Member,
  type Membership,
  sha256Hex,
  ZERO_HASH,
} from "@witan/primitives";
import { Random } from "../random.ts";
import { Violation } from "../world/violation.ts";
import type { Cast } from "./cast.ts";
import type { PbftPlan } from "./plan.ts";

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

/** Several changes in one block are no more than these. */
const SEVERAL = 5;

/** The hash of what is before the first block. */
export const GENESIS = ZERO_HASH as BlockHash;

/** Every block that anybody has built. */
export class Blocks {
  readonly #byHash = new Map<BlockHash, ModelBlock>();
  readonly #cast: Cast;
  readonly #plan: Pick<PbftPlan, "seed" | "changesPermille" | "changes">;
  readonly #nowMs: () => number;
  /** How many were built on each head. */
  readonly #built = new Map<BlockHash, number>();

  constructor(
    cast: Cast,
    plan: Pick<PbftPlan, "seed" | "changesPermille" | "changes">,
    nowMs: () => number = () => 0,
  ) {
    this.#cast = cast;
    this.#nowMs = nowMs;
    this.#plan = plan;
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
  membershipAfter({ height, members }: ModelBlock): Membership | undefined {
    return members && { mode: "pbft", from: (height + 1) as Height, members };
  }

  #membersAfter(hash: BlockHash, { members }: Membership): readonly Member[] | undefined {
    const { seed, changesPermille, changes } = this.#plan;
    if (changesPermille === 0) return undefined;
    const random = Random.of(seed, `block ${hash}`);
    if (!random.chance(changesPermille)) return undefined;
    if (changes === "all") return this.#handedOver(members);
    let next = members;
    for (let left = changes === "one" ? 1 : random.between(2, SEVERAL); left > 0; left--)
      next = this.#changed(random, next) ?? next;
    return next === members ? undefined : next;
  }

  /** All that are outside take over, by their first keys. */
  #handedOver(members: readonly Member[]): readonly Member[] | undefined {
    const cast = this.#cast;
    const next = cast.names
      .filter((name) => !members.some((one) => one.name === name))
      .map((name) => cast.member(name, 0));
    const liars = next.filter(({ name }) => cast.isLiar(name)).length;
    return next.length > 0 && liars <= byzantineMax(next.length) ? next : undefined;
  }

  /** One is added, removed, or has its key replaced; never are there more liars than f, or 2f where f is passed. */
  #changed(random: Random, members: readonly Member[]): readonly Member[] | undefined {
    const cast = this.#cast;
    const outside = cast.names.filter((name) => !members.some((one) => one.name === name));
    const at = random.below(members.length);
    const leaving = members[at] as Member;
    let next: readonly Member[];
    switch (random.below(3)) {
      case 0: {
        if (outside.length === 0) return undefined;
        next = [...members, cast.member(random.pick(outside), 0)];
        break;
      }
      case 1:
        next = members.toSpliced(at, 1);
        break;
      default: {
        const [first] = cast.keysOf(leaving.name);
        next = members.with(at, cast.member(leaving.name, leaving.votingKey === first ? 1 : 0));
      }
    }
    if (next.length === 0) return undefined;
    const liars = next.filter(({ name }) => cast.isLiar(name)).length;
    const before = members.filter(({ name }) => cast.isLiar(name)).length;
    // Where there are more than f already, there are never more than 2f: beyond that nothing is promised at all.
    const most = byzantineMax(next.length);
    const allowed = before > byzantineMax(members.length) ? 2 * most : most;
    return liars <= allowed ? next : undefined;
  }
}

/** The highest height whose members must be known to check a message. */
export function restsOn({ message }: SignedMessage): number {
  if (message.kind === "viewChange") return Math.max(message.membership, message.decidedHeight);
  if (message.kind !== "newView") return message.membership;
  return Math.max(message.membership, ...message.viewChanges.map(({ content }) => content.decidedHeight));
}
