// LEARNs for one height, counted by distinct acceptor, bounded by a window of rounds. Decides nothing by itself.
import type { BlockHash, MemberIndex, View } from "@witan/primitives";
import type { Authentic } from "../engine.ts";
import type { Learn } from "./messages.ts";

/** Rounds below the present one of which LEARNs are kept: they may still make a quorum. */
export const ROUND_WINDOW = 8;

/** The LEARNs of one height. */
export class LearnCount {
  readonly #byRound = new Map<View, Map<MemberIndex, Authentic<Learn>>>();

  /** Counts a LEARN. A repeated one changes nothing; if its sender has said otherwise, that first one is the answer. */
  add(learn: Authentic<Learn>): Authentic<Learn> | undefined {
    const { round, blockHash } = learn.message;
    const learns = this.#byRound.get(round) ?? new Map<MemberIndex, Authentic<Learn>>();
    this.#byRound.set(round, learns);
    const first = learns.get(learn.sender);
    if (first === undefined) learns.set(learn.sender, learn);
    return first !== undefined && first.message.blockHash !== blockHash ? first : undefined;
  }

  /** How many are kept. */
  get size(): number {
    let size = 0;
    for (const learns of this.#byRound.values()) size += learns.size;
    return size;
  }

  /** The rounds of which there are LEARNs. */
  get rounds(): readonly View[] {
    return [...this.#byRound.keys()];
  }

  /** Who says so in a round, of a block or of any: ascending. */
  voters(round: View, hash?: BlockHash): readonly MemberIndex[] {
    return [...(this.#byRound.get(round)?.values() ?? [])]
      .filter(({ message }) => hash === undefined || message.blockHash === hash)
      .map(({ sender }) => sender)
      .sort((a, b) => a - b);
  }

  /** Who has voted for a block, in whatever round: ascending, each once. */
  holders(hash: BlockHash): readonly MemberIndex[] {
    const all = this.rounds.flatMap((round) => this.voters(round, hash));
    return [...new Set(all)].sort((a, b) => a - b);
  }

  /** The block that so many distinct acceptors voted for in a round. */
  chosen(round: View, quorum: number): BlockHash | undefined {
    // Asked with every LEARN: it must not look at all of them for each of them.
    const votes = new Map<BlockHash, number>();
    for (const { message } of this.#byRound.get(round)?.values() ?? []) {
      const count = (votes.get(message.blockHash) ?? 0) + 1;
      if (count >= quorum) return message.blockHash;
      votes.set(message.blockHash, count);
    }
    return undefined;
  }

  /** The blocks that were voted for in a round: of a correct proposer there is one. */
  blocks(round: View): readonly BlockHash[] {
    return [
      ...new Set([...(this.#byRound.get(round)?.values() ?? [])].map(({ message }) => message.blockHash)),
    ];
  }

  /** A LEARN of the same round for another block: the proposer has proposed twice, or an acceptor lies. */
  against({ message }: Authentic<Learn>): Authentic<Learn> | undefined {
    const all = [...(this.#byRound.get(message.round)?.values() ?? [])];
    return all.find((other) => other.message.blockHash !== message.blockHash);
  }

  /** The LEARN of the highest round below one that an acceptor said. */
  latest(acceptor: MemberIndex, below: View): Authentic<Learn> | undefined {
    let latest: Authentic<Learn> | undefined;
    for (const [round, learns] of this.#byRound) {
      const learn = round < below ? learns.get(acceptor) : undefined;
      if (learn && (latest === undefined || round > latest.message.round)) latest = learn;
    }
    return latest;
  }

  /** Forgets the rounds below the window. */
  leaveBehind(round: View): void {
    for (const one of this.#byRound.keys()) if (one < round - ROUND_WINDOW) this.#byRound.delete(one);
  }
}
