// A proposer of Fast Paxos: tells the acceptors what its client wants; and as the leader of its rounds opens them, gets
// collisions out of the way, and begins new ones when nothing comes of them.

import { DecreeLearns } from "../single-decree/learns.ts";
import type { DecreeProposer } from "../single-decree/proposer.ts";
import {
  acceptorPlaces,
  type DecreeInput,
  type DecreeMessage,
  type DecreePromise,
} from "../single-decree/types.ts";
import type { Recovery } from "./fast-paxos.ts";
import { isFastRound, leaderOf, nextRound } from "./rounds.ts";

/** One proposer. */
export class FastProposer {
  readonly state: DecreeProposer;
  readonly #recovery: Recovery;
  readonly #learns = new DecreeLearns();
  #highest: number;
  #attempts = 0;
  #waitTicks: number;
  #isRefused = false;
  /** Whether it has opened its round for any value. */
  #hasOpened = false;

  constructor(state: DecreeProposer, recovery: Recovery) {
    this.state = state;
    this.#recovery = recovery;
    this.#highest = state.round;
    this.#waitTicks = this.#patience(0);
  }

  take(input: DecreeInput): void {
    const { state } = this;
    switch (input.kind) {
      case "request":
        if (state.wants(input.request.value)) state.say({ kind: "propose", value: input.request.value });
        return;
      case "tick":
        this.#tick();
        return;
      case "message":
        this.#heard(input.from, input.message);
        return;
    }
  }

  #patience(attempts: number): number {
    const { config, rules } = this.state;
    return rules.patience({ ...config, index: config.me, attempts });
  }

  #tick(): void {
    const { state } = this;
    if (state.decided !== undefined) return;
    // Round 0 needs no promises: nobody can have voted below it. It is opened ahead of any value.
    if (state.round < 0 && leaderOf(0, state.config.proposers) === state.config.me) {
      state.enter(0);
      this.#open();
      return;
    }
    if (state.own !== undefined && --this.#waitTicks <= 0) this.#begin();
    else if (state.tick()) this.#sayAgain();
  }

  /** A fast round first, and classic ones when that one came to nothing: there values cannot collide. */
  #begin(): void {
    const { state } = this;
    const { me, proposers } = state.config;
    const wanted = this.#attempts === 0 ? "fast" : "classic";
    const round = nextRound(me, Math.max(this.#highest, state.round), proposers, wanted);
    this.#highest = round;
    this.#isRefused = false;
    this.#waitTicks = this.#patience(++this.#attempts);
    this.#hasOpened = false;
    state.enter(round);
    state.say({ kind: "prepare", round });
  }

  #open(): void {
    this.#hasOpened = true;
    this.state.say({ kind: "acceptAny", round: this.state.round });
  }

  #sayAgain(): void {
    const { state } = this;
    if (state.own !== undefined) state.say({ kind: "propose", value: state.own });
    if (state.round < 0 || this.#isRefused) return;
    if (state.proposed !== undefined) state.sayProposal();
    else if (this.#hasOpened || state.round === 0) this.#open();
    else state.say({ kind: "prepare", round: state.round });
  }

  #heard(from: number, message: DecreeMessage): void {
    const { state } = this;
    if (state.decided !== undefined) return;
    switch (message.kind) {
      case "promise":
        this.#promised(state.gather(message));
        return;
      case "learn":
        this.#learn(from, message.round, message.value);
        return;
      case "ask":
        if (message.vote) this.#learn(from, message.vote.round, message.vote.value);
        return;
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

  /** Phase 2: what is forced, or any value at all in a fast round, or its own in a classic one. */
  #promised(promises: readonly DecreePromise[] | undefined): void {
    const { state } = this;
    if (promises === undefined || this.#hasOpened) return;
    const forced = state.forcedBy(promises);
    if (forced !== undefined) state.propose(forced);
    else if (isFastRound(state.round)) this.#open();
    else if (state.own !== undefined) state.propose(state.own);
  }

  /**
   * Coordinated recovery: votes of its fast round are promises for the round behind it, since who has voted in one votes in no
   * lower round, nor twice in it. Where a quorum of them differ, it goes on there at once.
   */
  #learn(from: number, round: number, value: string): void {
    const { state } = this;
    if (this.#recovery !== "coordinated" || !acceptorPlaces(state.config).includes(from)) return;
    this.#learns.take(from, { round, value });
    if (round !== state.round || !isFastRound(round) || state.proposed !== undefined) return;
    const votes = this.#learns.of(round);
    if (votes.length < state.quorum || votes.every((vote) => vote.value === votes[0]?.value)) return;
    const picked = state.rules.pick(votes, state.config.acceptors);
    if (picked === undefined) return;
    this.#highest = Math.max(this.#highest, round + 1);
    this.#hasOpened = false;
    state.enter(round + 1);
    state.propose(picked);
  }

  #refused(round: number): void {
    this.#highest = Math.max(this.#highest, round);
    if (round > this.state.round) this.#isRefused = true;
  }
}
