// What acceptors have said in one world, across crashes: one block in a round and height, nothing below what was promised,
// and every vote told in the promises that follow it. Says what contradicts that; knows no disk.
import { type BpfpMessage, type RoundBallot, voteIn } from "@witan/consensus";

/** A message of one kind. */
export type Said<Kind extends BpfpMessage["kind"]> = Extract<BpfpMessage, { readonly kind: Kind }>;

/** Where an acceptor has shown itself to be: among which members, and in which round. */
interface Shown {
  readonly membership: number;
  readonly round: number;
}

/** The words of all acceptors, each by its number in the world. */
export class AcceptorWords {
  readonly #votes = new Map<string, string>();
  readonly #promises = new Map<string, string>();
  readonly #shown = new Map<number, Shown>();
  /** Of each acceptor: its last vote at a height. */
  readonly #latest = new Map<string, RoundBallot>();

  /** Takes a message. @returns what it contradicts, in words */
  take(acceptor: number, message: BpfpMessage): string | undefined {
    if (message.kind === "promise") return this.#promise(acceptor, message);
    const vote = voteIn(message);
    return vote && this.#vote(acceptor, vote);
  }

  #vote(acceptor: number, vote: RoundBallot): string | undefined {
    const { membership, round, height, blockHash } = vote;
    if (!isOnce(this.#votes, `${acceptor} ${membership} ${round} ${height}`, blockHash))
      return `votes for two blocks in round ${round} at height ${height}`;
    this.#latest.set(`${acceptor} ${height}`, vote);
    return this.#move(acceptor, vote, "votes");
  }

  #promise(acceptor: number, message: Said<"promise">): string | undefined {
    const { membership, round, decidedHeight, vote } = message;
    const content = JSON.stringify([message.decidedHash, vote]);
    // Its highest vote stays what it is, once the round is promised.
    if (!isOnce(this.#promises, `${acceptor} ${membership} ${round} ${decidedHeight}`, content))
      return `promises round ${round} with two different votes`;
    const voted = this.#latest.get(`${acceptor} ${decidedHeight + 1}`);
    if (voted === undefined || voted.membership !== membership || voted.round >= round)
      return this.#move(acceptor, message, "promises");
    // A later vote may be on its disk, and not have been said before a crash.
    const [told] = vote;
    const isTold =
      told !== undefined &&
      (told.round > voted.round || (told.round === voted.round && told.blockHash === voted.blockHash));
    if (!isTold)
      return `promises round ${round} without its vote of round ${voted.round} for ${voted.blockHash.slice(0, 8)}`;
    return this.#move(acceptor, message, "promises");
  }

  #move(acceptor: number, { membership, round }: Shown, what: string): string | undefined {
    const last = this.#shown.get(acceptor);
    const isBack =
      last !== undefined &&
      (membership < last.membership || (membership === last.membership && round < last.round));
    this.#shown.set(acceptor, { membership, round });
    return isBack ? `${what} in round ${round}, after round ${last.round}` : undefined;
  }
}

/** Whether a key has this value, and never had another. */
function isOnce(known: Map<string, string>, key: string, value: string): boolean {
  const before = known.get(key);
  if (before === undefined) known.set(key, value);
  return before === undefined || before === value;
}
