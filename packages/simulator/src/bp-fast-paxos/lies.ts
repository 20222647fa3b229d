// Between a lying process and the world: its conducts (engines/lies.ts), and what a proposer that lies can do.
import {
  type Accept,
  type BpfpEffect,
  type BpfpMessage,
  castOf,
  type PromiseMessage,
  proposalDigest,
  proposerOf,
} from "@witan/consensus";
import { assert } from "@witan/primitives";
import { EngineLies } from "../engines/lies.ts";
import type { Random } from "../random.ts";
import { CHAIN } from "./cast.ts";
import type { Conduct, Liar, Outgoing } from "./conduct.ts";
import type { Conspiracy } from "./conspiracy.ts";
import type { Decided } from "./disk.ts";
import type { Process } from "./process.ts";
import { wordsOf } from "./words.ts";
import type { BpfpWorld } from "./world.ts";

/** The conducts of one process. */
export class Lies extends EngineLies<Liar, Outgoing, BpfpMessage, BpfpEffect, Conduct> implements Liar {
  readonly random: Random;
  readonly conspiracy: Conspiracy;
  readonly #world: BpfpWorld;
  readonly #self: Process;

  constructor(world: BpfpWorld, self: Process, conducts: readonly Conduct[], random: Random) {
    super(world, self, conducts);
    this.#world = world;
    this.#self = self;
    this.random = random;
    this.conspiracy = world.conspiracy;
  }

  protected get liar(): Liar {
    return this;
  }

  protected deliver(outgoing: Outgoing): void {
    this.#world.deliver(this.#self, outgoing);
  }

  protected wordsOf({ message }: Outgoing): string {
    return wordsOf(message);
  }

  protected overhears(message: BpfpMessage): void {
    this.conspiracy.hear(message);
  }

  // What conducts can do.

  get roundUs(): number {
    const { roundTicks, tickUs } = this.#world.plan;
    return roundTicks * tickUs;
  }

  get round(): number {
    return this.#self.engine.status().round;
  }

  get chain(): readonly Decided[] {
    return this.#self.disk.chain;
  }

  get acceptors(): readonly number[] {
    const { membership } = this.ground;
    return castOf(membership).acceptors.flatMap((member) => this.#world.placesOf(membership, member));
  }

  get me(): number | undefined {
    const me = this.#self.indexIn(this.ground.membership);
    return me < 0 ? undefined : me;
  }

  ownRounds(from: number, count: number): readonly number[] {
    const cast = castOf(this.ground.membership);
    const rounds: number[] = [];
    for (let round = from; rounds.length < count && round < from + count * cast.proposers.length; round++)
      if (proposerOf(round, cast) === this.me) rounds.push(round);
    return rounds;
  }

  signed(accept: Accept): Accept {
    const key = this.#self.membershipAt(accept.membership)?.members[this.me ?? -1]?.votingKey;
    if (!this.#world.plan.detectByzantineAcceptors || key === undefined) return accept;
    return { ...accept, signature: [this.#world.cast.sign(key, proposalDigest(CHAIN, accept))] };
  }

  resealed({ kind, seal: _, ...content }: PromiseMessage): PromiseMessage {
    assert(this.#self.role === "acceptor", "only acceptors have a key to seal with");
    return { kind, ...content, seal: this.#self.sealOf(content) };
  }

  post(outgoing: Outgoing): void {
    this.countAct();
    this.#world.deliver(this.#self, outgoing);
  }

  forget(): void {
    this.countAct();
    this.#self.crash();
    this.#self.disk.forget();
    this.#self.restart();
  }
}
