// What proposers do alike in all three protocols: remember their round and their client's value, gather promises, propose once
// in a round, and say it again until they hear how it ended. When a round begins is the protocol's.
import {
  acceptorPlaces,
  type DecreeConfig,
  type DecreeEffect,
  type DecreeMessage,
  type DecreePromise,
  type DecreeRecord,
  type DecreeRules,
  type DecreeStatus,
  type DecreeValue,
  decreeQuorum,
} from "./types.ts";

/** The state of one proposer, and the effects of the step under way. */
export class DecreeProposer {
  /** Its highest round (`crnd`); -1: none. */
  round: number;
  own: DecreeValue | undefined;
  /** What it proposed in its round (`cval`); undefined: nothing yet. */
  proposed: DecreeValue | undefined;
  proof: readonly DecreePromise[];
  decided: DecreeValue | undefined;
  readonly config: DecreeConfig;
  readonly rules: DecreeRules;
  /** Of its round, by acceptor. */
  readonly #promises = new Map<number, DecreePromise>();
  #quietTicks = 0;
  #effects: DecreeEffect[] = [];

  /** @param found what it finds on its disk */
  constructor(config: DecreeConfig, rules: DecreeRules, found: DecreeRecord | undefined) {
    const record = found?.kind === "proposer" ? found : undefined;
    this.config = config;
    this.rules = rules;
    this.round = record?.round ?? -1;
    this.own = record?.own;
    this.proposed = record?.proposed;
    this.proof = record?.proof ?? [];
  }

  get status(): DecreeStatus {
    return { round: this.round, decided: this.decided };
  }

  get quorum(): number {
    return decreeQuorum(this.config, this.rules);
  }

  /** Hands over the effects of the step. */
  takeEffects(): readonly DecreeEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  say(message: DecreeMessage): void {
    for (const to of acceptorPlaces(this.config)) this.#effects.push({ kind: "send", to, message });
  }

  persist(): void {
    const { round, own, proposed, proof, rules } = this;
    const record: DecreeRecord = { kind: "proposer", round, own, proposed, proof };
    if (rules.keeps(record)) this.#effects.push({ kind: "persist", kept: record });
  }

  /** Its client wants a value; the first counts. @returns whether it is the first */
  wants(value: DecreeValue): boolean {
    if (this.own !== undefined) return false;
    this.own = value;
    this.persist();
    return true;
  }

  /** A round of its own begins: durable, so that it never begins again. */
  enter(round: number): void {
    this.round = round;
    this.proposed = undefined;
    this.proof = [];
    this.#promises.clear();
    this.persist();
  }

  /** Takes a promise of its round in. @returns the promises, once they are a quorum and nothing is proposed yet */
  gather(promise: DecreePromise): readonly DecreePromise[] | undefined {
    if (promise.round !== this.round || this.proposed !== undefined) return undefined;
    this.#promises.set(promise.acceptor, promise);
    return this.gathered;
  }

  /** The promises of its round, once they are a quorum. */
  get gathered(): readonly DecreePromise[] | undefined {
    const all = [...this.#promises.values()].sort((a, b) => a.acceptor - b.acceptor);
    return all.length >= this.quorum ? all : undefined;
  }

  /** What these promises force; undefined: it is free. */
  forcedBy(promises: readonly DecreePromise[]): DecreeValue | undefined {
    const votes = promises.flatMap(({ vote }) => (vote ? [vote] : []));
    return this.rules.pick(votes, this.config.acceptors);
  }

  /** Asks for votes, once in a round. @param proof shown with it; none where nobody looks */
  propose(value: DecreeValue, proof: readonly DecreePromise[] = []): void {
    this.proposed = value;
    this.proof = proof;
    this.persist();
    this.sayProposal();
  }

  sayProposal(): void {
    const { round, proposed: value, proof } = this;
    if (value !== undefined) this.say({ kind: "accept", round, value, proof });
  }

  /** How it ended. */
  learnt(value: DecreeValue): void {
    this.decided = value;
  }

  /** Time passes. @returns whether it is time to say again what nobody answered */
  tick(): boolean {
    if (this.decided !== undefined || ++this.#quietTicks < this.config.resendTicks) return false;
    this.#quietTicks = 0;
    return true;
  }
}
