// Paxos for one value (Lamport, The part-time parliament; section III-A of the paper): proposers that crash and compete,
// 2 t_a + 1 acceptors of which t_a may crash. Four message delays: PREPARE, PROMISE, ACCEPT, LEARN.
import { majorityCrashMax } from "@witan/primitives";
import { DecreeAcceptor } from "../single-decree/acceptor.ts";
import { growingPatience } from "../single-decree/patience.ts";
import { pickHighest } from "../single-decree/pick.ts";
import { DecreeProposer } from "../single-decree/proposer.ts";
import type {
  DecreeConfig,
  DecreeEffect,
  DecreeEngine,
  DecreeInput,
  DecreeMessage,
  DecreeRecord,
  DecreeRules,
  DecreeStatus,
} from "../single-decree/types.ts";

/** The rules of Paxos. */
export const PAXOS_RULES: DecreeRules = Object.freeze({
  tolerated: majorityCrashMax,
  pick: pickHighest,
  // Never below a promise: who was promised a higher round has counted the votes in lower ones.
  mayVote: (round: number, promised: number) => round >= promised,
  patience: growingPatience,
  // Every one: who forgets a promise or a vote breaks it, who forgets a round begins it twice.
  keeps: () => true,
});

/** One process of Paxos: by its place a proposer or an acceptor. */
export class Paxos implements DecreeEngine {
  readonly #part: PaxosProposer | PaxosAcceptor;

  /** @param record what its disk holds; undefined: nothing yet */
  constructor(config: DecreeConfig, record?: DecreeRecord, rules: DecreeRules = PAXOS_RULES) {
    this.#part =
      config.me < config.proposers
        ? new PaxosProposer(new DecreeProposer(config, rules, record))
        : new PaxosAcceptor(new DecreeAcceptor(config, rules, record));
  }

  step(input: DecreeInput): readonly DecreeEffect[] {
    this.#part.take(input);
    return this.#part.state.takeEffects();
  }

  status(): DecreeStatus {
    return this.#part.state.status;
  }
}

/** A proposer: begins rounds of its own whenever it wishes. */
class PaxosProposer {
  readonly state: DecreeProposer;
  /** The highest round that it heard of. */
  #highest: number;
  #attempts = 0;
  /** Until it begins another round. A life begins with one: who answered in the last is forgotten. */
  #waitTicks = 0;
  /** Its round is of no use any more. */
  #isRefused = false;

  constructor(state: DecreeProposer) {
    this.state = state;
    this.#highest = state.round;
  }

  take(input: DecreeInput): void {
    switch (input.kind) {
      case "request":
        if (this.state.wants(input.request.value)) this.#begin();
        return;
      case "tick":
        this.#tick();
        return;
      case "message":
        this.#heard(input.message);
        return;
    }
  }

  /** Round i belongs to proposer i mod n_p. */
  #begin(): void {
    const { state } = this;
    const { me, proposers } = state.config;
    let round = this.#highest + 1;
    while (round % proposers !== me) round++;
    this.#highest = round;
    this.#isRefused = false;
    this.#waitTicks = state.rules.patience({ ...state.config, index: me, attempts: this.#attempts++ });
    state.enter(round);
    state.say({ kind: "prepare", round });
  }

  #tick(): void {
    const { state } = this;
    if (state.own === undefined || state.decided !== undefined) return;
    if (--this.#waitTicks <= 0) this.#begin();
    else if (state.tick() && !this.#isRefused) {
      if (state.proposed === undefined) state.say({ kind: "prepare", round: state.round });
      else state.sayProposal();
    }
  }

  #heard(message: DecreeMessage): void {
    const { state } = this;
    if (state.decided !== undefined) return;
    switch (message.kind) {
      case "promise": {
        const promises = state.gather(message);
        if (promises === undefined || state.own === undefined) return;
        state.propose(state.forcedBy(promises) ?? state.own);
        return;
      }
      case "refuse":
        this.#refused(message.round);
        return;
      case "decided":
        state.learnt(message.value);
        return;
      default:
        return;
    }
  }

  /** Another round is ahead. Whoever has it needs some time without us: the next begins when our timer runs out. */
  #refused(round: number): void {
    this.#highest = Math.max(this.#highest, round);
    if (round > this.state.round) this.#isRefused = true;
  }
}

/** An acceptor: follows the highest round that it hears of. */
class PaxosAcceptor {
  readonly state: DecreeAcceptor;

  constructor(state: DecreeAcceptor) {
    this.state = state;
  }

  take(input: DecreeInput): void {
    if (input.kind === "tick" && this.state.tick()) this.state.ask();
    if (input.kind === "message") this.#heard(input.from, input.message);
  }

  #heard(from: number, message: DecreeMessage): void {
    const { state } = this;
    if (state.heard(from, message)) return;
    if (message.kind !== "prepare" && message.kind !== "accept") return;
    const { round } = message;
    if (from !== round % state.config.proposers) return;
    if (message.kind === "prepare") {
      // Said again the promise may have been lost; behind a vote in its round nobody waits for it.
      if (round < state.round) state.say({ kind: "refuse", round: state.round }, [from]);
      else if (!state.hasVotedIn(round)) state.promise(round, from);
    } else if (!state.rules.mayVote(round, state.round)) {
      state.say({ kind: "refuse", round: state.round }, [from]);
    } else if (!state.hasVotedIn(round)) state.voteFor(round, message.value);
  }
}
