// A proposer of Trust Change Paxos: proposes in round 0 if that is its own, and in others when a quorum of acceptors asks it to,
// by their promises. Begins nothing by itself.
import type { DecreeProposer } from "../single-decree/proposer.ts";
import { acceptorPlaces, type DecreeInput, type DecreeMessage } from "../single-decree/types.ts";

/** One proposer. */
export class TrustProposer {
  readonly state: DecreeProposer;
  readonly #proofs: boolean;

  constructor(state: DecreeProposer, proofs: boolean) {
    this.state = state;
    this.#proofs = proofs;
  }

  take(input: DecreeInput): void {
    const { state } = this;
    switch (input.kind) {
      case "request":
        if (state.wants(input.request.value)) this.#maybePropose();
        return;
      case "tick":
        if (!state.tick()) return;
        if (state.proposed === undefined) this.#maybePropose();
        else state.sayProposal();
        return;
      case "message":
        this.#heard(input.from, input.message);
        return;
    }
  }

  #heard(from: number, message: DecreeMessage): void {
    const { state } = this;
    if (state.decided !== undefined || !acceptorPlaces(state.config).includes(from)) return;
    if (message.kind === "decided") state.learnt(message.value);
    if (message.kind !== "promise" || message.acceptor !== from) return;
    const { me, proposers } = state.config;
    if (message.round % proposers !== me || message.round < state.round) return;
    if (message.round > state.round) state.enter(message.round);
    state.gather(message);
    this.#maybePropose();
  }

  /** In round 0 at once: nobody can have voted before. In a later one by the promises of a quorum. */
  #maybePropose(): void {
    const { state } = this;
    if (state.proposed !== undefined) return;
    if (state.round < 0) {
      if (state.config.me !== 0 || state.own === undefined) return;
      state.enter(0);
      state.propose(state.own);
      return;
    }
    const promises = state.gathered;
    if (promises === undefined) {
      // It crashed between its round and its proposal.
      if (state.round === 0 && state.own !== undefined) state.propose(state.own);
      return;
    }
    const value = state.forcedBy(promises) ?? state.own;
    if (value !== undefined) state.propose(value, this.#proofs ? promises : []);
  }
}
