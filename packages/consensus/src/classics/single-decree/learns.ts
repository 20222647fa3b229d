// Counts the votes that acceptors tell of: of each its last, so that memory is bounded by how many they are.
import type { DecreeValue, DecreeVote } from "./types.ts";

/** Votes by acceptor. */
export class DecreeLearns {
  readonly #last = new Map<number, DecreeVote>();

  /** Takes one in, unless a later one of the same acceptor is known. */
  take(acceptor: number, vote: DecreeVote): void {
    const before = this.#last.get(acceptor);
    if (before === undefined || vote.round > before.round) this.#last.set(acceptor, vote);
  }

  /** All votes of a round that are known. */
  of(round: number): readonly DecreeVote[] {
    return [...this.#last.values()].filter((vote) => vote.round === round);
  }

  /** What so many acceptors voted for in this round; undefined: nothing. */
  chosen(round: number, quorum: number): DecreeValue | undefined {
    const votes = this.of(round);
    return votes.find(({ value }) => votes.filter((vote) => vote.value === value).length >= quorum)?.value;
  }
}
