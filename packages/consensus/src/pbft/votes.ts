// Votes for one height, counted by distinct sender, bounded by a window of views; and what shows that somebody voted
// twice. Nothing here decides what to do.
import type { BlockHash, MemberIndex, MemberSignature, View } from "@witan/primitives";
import type { Verified } from "../engine.ts";
import { type Commit, type PrePrepare, type Prepare, sameBallot } from "./messages.ts";

/** A message that votes. */
export type VoteMessage = PrePrepare | Prepare | Commit;

/** Two votes of one validator that contradict each other, each signed by it. */
export interface Equivocation {
  readonly first: Verified<VoteMessage>;
  readonly second: Verified<VoteMessage>;
}

/** Views above the present one for which votes are kept: a view number far ahead takes no memory. */
export const VIEW_WINDOW = 8;

/** The votes of one type for one height. */
export class VoteCount<Message extends VoteMessage> {
  readonly #byView = new Map<View, Map<MemberIndex, Verified<Message>>>();

  /** Counts a vote. A repeated one changes nothing; one that contradicts the sender's first is answered as evidence. */
  add(vote: Verified<Message>): Equivocation | undefined {
    const { view } = vote.message;
    const votes = this.#byView.get(view) ?? new Map<MemberIndex, Verified<Message>>();
    this.#byView.set(view, votes);
    const first = votes.get(vote.sender);
    if (first === undefined) votes.set(vote.sender, vote);
    else if (!sameBallot(first.message, vote.message)) return { first, second: vote };
    return undefined;
  }

  /** Forgets the votes of views below. */
  forgetBelow(view: number): void {
    for (const one of this.#byView.keys()) if (one < view) this.#byView.delete(one);
  }

  /** How many votes are kept. */
  get size(): number {
    let size = 0;
    for (const votes of this.#byView.values()) size += votes.size;
    return size;
  }

  /** The vote of one sender in a view. */
  of(view: View, sender: MemberIndex): Verified<Message> | undefined {
    return this.#byView.get(view)?.get(sender);
  }

  /** Who voted for a hash in a view, ascending by sender. */
  for(view: View, hash: BlockHash): readonly MemberSignature[] {
    return [...(this.#byView.get(view)?.values() ?? [])]
      .filter((vote) => vote.message.blockHash === hash)
      .map(({ sender, signature }) => ({ member: sender, signature }))
      .sort((a, b) => a.member - b.member);
  }

  /** Who voted, in whatever view; one who did in several is named for each. */
  get senders(): readonly MemberIndex[] {
    return [...this.#byView.values()].flatMap((votes) => [...votes.keys()]);
  }
}
