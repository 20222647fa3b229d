// What acceptors do alike in all three protocols: promise, vote, tell, learn, and find it all again after a crash. When to do
// which is the protocol's. A promise or vote is durable before it is said.
import { DecreeLearns } from "./learns.ts";
import {
  acceptorPlaces,
  type DecreeConfig,
  type DecreeEffect,
  type DecreeMessage,
  type DecreeRecord,
  type DecreeRules,
  type DecreeStatus,
  type DecreeValue,
  type DecreeVote,
  decreeQuorum,
} from "./types.ts";

/** The state of one acceptor, and the effects of the step under way. */
export class DecreeAcceptor {
  /** The highest round that it takes part in (`rnd`). */
  round: number;
  vote: DecreeVote | undefined;
  /** Whether it may vote in its round for what any proposer says. */
  isOpen: boolean;
  decided: DecreeValue | undefined;
  readonly config: DecreeConfig;
  readonly rules: DecreeRules;
  readonly learns = new DecreeLearns();
  #quietTicks = 0;
  #effects: DecreeEffect[] = [];

  /** @param found what it finds on its disk */
  constructor(config: DecreeConfig, rules: DecreeRules, found: DecreeRecord | undefined) {
    const record = found?.kind === "acceptor" ? found : undefined;
    this.config = config;
    this.rules = rules;
    this.round = record?.round ?? 0;
    this.vote = record?.vote;
    this.isOpen = record?.isOpen ?? false;
    this.decided = record?.decided;
  }

  get quorum(): number {
    return decreeQuorum(this.config, this.rules);
  }

  get status(): DecreeStatus {
    return { round: this.round, decided: this.decided };
  }

  /** Hands over the effects of the step. */
  takeEffects(): readonly DecreeEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  say(message: DecreeMessage, to: readonly number[]): void {
    for (const place of to) this.#effects.push({ kind: "send", to: place, message });
  }

  sayToAcceptors(message: DecreeMessage): void {
    this.say(message, acceptorPlaces(this.config));
  }

  persist(): void {
    const { round, vote, isOpen, decided, rules } = this;
    const record: DecreeRecord = { kind: "acceptor", round, vote, isOpen, decided };
    if (rules.keeps(record)) this.#effects.push({ kind: "persist", kept: record });
  }

  /** Takes part in no lower round any more, and says so to whom it concerns. */
  promise(round: number, to: number): void {
    if (round > this.round) this.#enter(round);
    const { vote, config } = this;
    this.say({ kind: "promise", acceptor: config.me, round, vote }, [to]);
  }

  /** A round is open for the value of any proposer. */
  open(round: number): void {
    if (round > this.round) this.#enter(round);
    this.isOpen = true;
    this.persist();
  }

  #enter(round: number): void {
    this.round = round;
    this.isOpen = false;
    this.persist();
  }

  /** Votes. @param listeners who hears of it beside the acceptors */
  voteFor(round: number, value: DecreeValue, listeners: readonly number[] = []): void {
    this.round = Math.max(round, this.round);
    this.vote = { round, value };
    this.isOpen = false;
    this.persist();
    this.say({ kind: "learn", round, value }, [...acceptorPlaces(this.config), ...listeners]);
  }

  /** Whether it has voted in this round. */
  hasVotedIn(round: number): boolean {
    return this.vote?.round === round;
  }

  /** An acceptor tells of its vote. */
  learn(from: number, vote: DecreeVote): void {
    if (!acceptorPlaces(this.config).includes(from) || this.decided !== undefined) return;
    this.learns.take(from, vote);
    const value = this.learns.chosen(vote.round, this.quorum);
    if (value !== undefined) this.decide(value);
  }

  decide(value: DecreeValue): void {
    if (this.decided !== undefined) return;
    this.decided = value;
    this.persist();
    this.#effects.push({ kind: "tell", outcome: { value } });
  }

  /** What is alike of every protocol's messages. @returns whether it was one of these */
  heard(from: number, message: DecreeMessage): boolean {
    switch (message.kind) {
      case "learn":
        this.learn(from, { round: message.round, value: message.value });
        return true;
      case "ask":
        if (message.vote) this.learn(from, message.vote);
        this.#tellDecision(from);
        return true;
      case "decided":
        if (acceptorPlaces(this.config).includes(from)) this.decide(message.value);
        return true;
      default:
        // Who still asks for a vote or a promise has not heard how it ended.
        return this.#tellDecision(from);
    }
  }

  #tellDecision(to: number): boolean {
    if (this.decided === undefined) return false;
    if (to !== this.config.me) this.say({ kind: "decided", value: this.decided }, [to]);
    return true;
  }

  /** Time passes. @returns whether it is time to say again what nobody answered */
  tick(): boolean {
    if (this.decided !== undefined || ++this.#quietTicks < this.config.resendTicks) return false;
    this.#quietTicks = 0;
    return true;
  }

  /** Says its last vote again, and asks how it ended. @param listeners who hears of it beside the acceptors */
  ask(listeners: readonly number[] = []): void {
    const { vote, config } = this;
    const others = acceptorPlaces(config).filter((place) => place !== config.me);
    this.say({ kind: "ask", vote }, [...others, ...listeners]);
  }
}
