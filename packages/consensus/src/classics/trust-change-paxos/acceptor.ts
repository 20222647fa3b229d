// An acceptor of Trust Change Paxos: votes for what the proposer of its round says, suspects that proposer when its timer runs
// out, and goes on to the next with whoever of the acceptors does. The suspicion of one is enough, as the paper has it.
import type { DecreeAcceptor } from "../single-decree/acceptor.ts";
import { lastVotes } from "../single-decree/pick.ts";
import {
  acceptorPlaces,
  type DecreeInput,
  type DecreeMessage,
  type DecreePromise,
  type DecreeValue,
} from "../single-decree/types.ts";

type Accept = Extract<DecreeMessage, { readonly kind: "accept" }>;

/** One acceptor. */
export class TrustAcceptor {
  readonly state: DecreeAcceptor;
  readonly #proofs: boolean;
  /** Rounds that it has left; each makes it wait longer. */
  #failures = 0;
  #leftTicks: number;

  constructor(state: DecreeAcceptor, proofs: boolean) {
    this.state = state;
    this.#proofs = proofs;
    this.#leftTicks = this.#patience;
  }

  take(input: DecreeInput): void {
    if (input.kind === "tick") this.#tick();
    if (input.kind === "message") this.#heard(input.from, input.message);
  }

  /** All acceptors wait as long: their rounds need no falling apart. */
  get #patience(): number {
    const { config, rules } = this.state;
    return rules.patience({ ...config, index: 0, attempts: this.#failures });
  }

  #trustedIn(round: number): number {
    return round % this.state.config.proposers;
  }

  /** Until it has learnt a value it waits for one. */
  #tick(): void {
    const { state } = this;
    if (state.decided !== undefined) return;
    if (--this.#leftTicks <= 0) {
      this.#leftTicks = this.#patience;
      state.sayToAcceptors({ kind: "trustChange", round: state.round + 1 });
    }
    if (!state.tick()) return;
    if (state.round > 0 && !state.hasVotedIn(state.round)) {
      state.sayToAcceptors({ kind: "trustChange", round: state.round });
      state.promise(state.round, this.#trustedIn(state.round));
    }
    state.ask();
  }

  #heard(from: number, message: DecreeMessage): void {
    const { state } = this;
    if (state.heard(from, message)) return;
    if (message.kind === "trustChange") {
      if (acceptorPlaces(state.config).includes(from)) this.#follow(message.round);
    } else if (message.kind === "accept" && from === this.#trustedIn(message.round)) this.#accept(message);
  }

  #follow(round: number): void {
    const { state } = this;
    if (round <= state.round) return;
    this.#left(round);
    state.promise(round, this.#trustedIn(round));
  }

  #left(round: number): void {
    this.#failures += round - this.state.round;
    this.#leftTicks = this.#patience;
  }

  #accept({ round, value, proof }: Accept): void {
    const { state } = this;
    if (!state.rules.mayVote(round, state.round) || state.hasVotedIn(round)) return;
    if (this.#proofs && round > 0 && !this.#supports(proof, round, value)) {
      // Of the proposer that is trusted now only: by its rounds ahead a liar could make rounds run away.
      if (round === state.round) state.sayToAcceptors({ kind: "trustChange", round: round + 1 });
      return;
    }
    if (round > state.round) this.#left(round);
    state.voteFor(round, value);
  }

  /** Whether promises of a quorum for this round leave room for the value. That they are real, the host has looked. */
  #supports(proof: readonly DecreePromise[], round: number, value: DecreeValue): boolean {
    const promises = proof.filter((promise) => promise.round === round);
    if (new Set(promises.map(({ acceptor }) => acceptor)).size < this.state.quorum) return false;
    const last = lastVotes(promises.flatMap(({ vote }) => (vote ? [vote] : [])));
    return last.length === 0 || last.some((vote) => vote.value === value);
  }
}
