// Between a lying process and the world: its conducts (engines/lies.ts), and what a validator that lies can do.
import type { PbftEffect, PbftMessage, SignedMessage } from "@witan/consensus";
import { EngineLies } from "../engines/lies.ts";
import type { Random } from "../random.ts";
import type { Conduct, Liar, Outgoing } from "./conduct.ts";
import type { Conspiracy } from "./conspiracy.ts";
import type { Decided } from "./disk.ts";
import type { Process } from "./process.ts";
import type { PbftWorld } from "./world.ts";

/** The conducts of one process. */
export class Lies extends EngineLies<Liar, Outgoing, SignedMessage, PbftEffect, Conduct> implements Liar {
  readonly random: Random;
  readonly conspiracy: Conspiracy;
  readonly #world: PbftWorld;
  readonly #self: Process;

  constructor(world: PbftWorld, self: Process, conducts: readonly Conduct[], random: Random) {
    super(world, self, conducts);
    this.#world = world;
    this.#self = self;
    this.random = random;
    this.conspiracy = world.conspiracy;
    this.conspiracy.join(self.keys, (height) => self.membershipAt(height));
  }

  protected get liar(): Liar {
    return this;
  }

  protected deliver(outgoing: Outgoing): void {
    this.#world.deliver(this.#self, outgoing);
  }

  protected wordsOf({ signed }: Outgoing): string {
    return this.#world.words(signed);
  }

  protected overhears(signed: SignedMessage): void {
    this.conspiracy.hear(signed);
  }

  answersSync(blocks: readonly Decided[], to: number): readonly Decided[] {
    let answer = blocks;
    for (const conduct of this.conducts) {
      const before = answer;
      answer = this.as(conduct, () => conduct.answersSync?.(before, to, this)) ?? before;
      if (answer !== before) this.#world.count(conduct.name);
    }
    return answer;
  }

  // What conducts can do.

  get node(): number {
    return this.#self.node;
  }

  get viewUs(): number {
    const { viewTicks, tickUs } = this.#world.plan;
    return viewTicks * tickUs;
  }

  get view(): number {
    return this.#self.engine.status().view;
  }

  get chain(): readonly Decided[] {
    return this.#self.disk.chain;
  }

  nodeAt(place: number): number {
    return this.#world.processes[place]?.node ?? 0;
  }

  isOwn({ message, sender }: SignedMessage): boolean {
    const key = this.#self.membershipAt(message.membership)?.members[sender]?.votingKey;
    return key !== undefined && this.#self.keys.includes(key);
  }

  sign(message: PbftMessage): SignedMessage | undefined {
    const { members } = this.#self.membershipAt(message.membership) ?? { members: [] };
    const sender = members.findIndex(({ votingKey }) => this.#self.keys.includes(votingKey));
    const key = members[sender]?.votingKey;
    return key && this.#world.cast.sign(key, sender, message);
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
