// An acceptor of Fast Paxos: votes in an open round for the first value that it hears of, in a classic one for what its leader
// says; and may, where votes of a fast round collide, go on to the next by itself.
import type { DecreeAcceptor } from "../single-decree/acceptor.ts";
import type { DecreeInput, DecreeMessage, DecreeValue, DecreeVote } from "../single-decree/types.ts";
import type { Recovery } from "./fast-paxos.ts";
import { isFastRound, leaderOf } from "./rounds.ts";

/** One acceptor. */
export class FastAcceptor {
  readonly state: DecreeAcceptor;
  readonly #recovery: Recovery;
  /** By proposer, in the order in which they came: bounded by how many those are. */
  readonly #heardOf = new Map<number, DecreeValue>();

  constructor(state: DecreeAcceptor, recovery: Recovery) {
    this.state = state;
    this.#recovery = recovery;
  }

  take(input: DecreeInput): void {
    const { state } = this;
    if (input.kind === "tick" && state.tick()) state.ask(this.#listeners(state.vote?.round));
    if (input.kind === "message") this.#heard(input.from, input.message);
  }

  /** The leader of a fast round hears of votes in it, if it is to recover. */
  #listeners(round: number | undefined): readonly number[] {
    if (round === undefined || this.#recovery !== "coordinated" || !isFastRound(round)) return [];
    return [leaderOf(round, this.state.config.proposers)];
  }

  #vote(round: number, value: DecreeValue): void {
    this.state.voteFor(round, value, this.#listeners(round));
  }

  #heard(from: number, message: DecreeMessage): void {
    const { state } = this;
    if (state.heard(from, message)) {
      if (message.kind === "learn") this.#maybeRecover(message);
      if (message.kind === "ask" && message.vote) this.#maybeRecover(message.vote);
      return;
    }
    if (message.kind === "propose") {
      this.#proposed(from, message.value);
      return;
    }
    if (message.kind !== "prepare" && message.kind !== "accept" && message.kind !== "acceptAny") return;
    const { round } = message;
    if (from !== leaderOf(round, state.config.proposers)) return;
    if (!state.rules.mayVote(round, state.round)) {
      state.say({ kind: "refuse", round: state.round }, [from]);
      return;
    }
    if (state.hasVotedIn(round)) return;
    if (message.kind === "prepare") state.promise(round, from);
    else if (message.kind === "accept") this.#vote(round, message.value);
    else if (isFastRound(round)) this.#open(round);
  }

  #open(round: number): void {
    const { state } = this;
    const [first] = this.#heardOf.values();
    if (first !== undefined) this.#vote(round, first);
    else if (!(state.isOpen && state.round === round)) state.open(round);
  }

  #proposed(from: number, value: DecreeValue): void {
    const { state } = this;
    if (from >= state.config.proposers) return;
    this.#heardOf.set(from, value);
    if (state.isOpen) this.#vote(state.round, value);
  }

  /**
   * Uncoordinated recovery: where a quorum of votes of a fast round differ, votes in the next by the rule that its leader would
   * use. Others may see another quorum, and vote otherwise: then a leader's timer runs out.
   */
  #maybeRecover({ round }: DecreeVote): void {
    const { state } = this;
    if (this.#recovery !== "uncoordinated" || state.decided !== undefined || !isFastRound(round)) return;
    if (round + 1 < state.round || state.hasVotedIn(round + 1)) return;
    const votes = state.learns.of(round);
    if (votes.length < state.quorum || votes.every(({ value }) => value === votes[0]?.value)) return;
    const picked = state.rules.pick(votes, state.config.acceptors);
    if (picked !== undefined) this.#vote(round + 1, picked);
  }
}
