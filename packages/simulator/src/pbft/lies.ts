// Between a lying process and the world: asks its conducts, one after another, about everything that goes through.
import type { PbftEffect, PbftMessage, SignedMessage } from "@witan/consensus";
import type { BlockHash } from "@witan/primitives";
import type { Random } from "../random.ts";
import type { Ground, ModelBlock } from "./blocks.ts";
import type { Conduct, Liar, Outgoing } from "./conduct.ts";
import type { Conspiracy } from "./conspiracy.ts";
import type { Decided } from "./disk.ts";
import type { Process } from "./process.ts";
import type { PbftWorld } from "./world.ts";

/** The conducts of one process. */
export class Lies implements Liar {
  readonly random: Random;
  readonly conspiracy: Conspiracy;
  readonly #world: PbftWorld;
  readonly #self: Process;
  readonly #conducts: readonly Conduct[];
  /** Whose acts are counted now. */
  #acting: Conduct | undefined;

  constructor(world: PbftWorld, self: Process, conducts: readonly Conduct[], random: Random) {
    this.#world = world;
    this.#self = self;
    this.#conducts = conducts;
    this.random = random;
    this.conspiracy = world.conspiracy;
    this.conspiracy.join(self.keys, (height) => self.membershipAt(height));
  }

  // What the process asks.

  mail(outgoing: Outgoing): void {
    let leaving: readonly Outgoing[] = [outgoing];
    for (const conduct of this.#conducts)
      if (conduct.sends !== undefined) leaving = leaving.flatMap((one) => this.#sends(conduct, one));
    for (const one of leaving) this.#world.deliver(this.#self, one);
  }

  #sends(conduct: Conduct, one: Outgoing): readonly Outgoing[] {
    const leaving = this.#as(conduct, () => conduct.sends?.(one, this)) ?? [one];
    if (leaving.length !== 1 || leaving[0] !== one) {
      this.#world.count(conduct.name);
      this.#tell(conduct, one, leaving);
    }
    return leaving;
  }

  /** For traces: what it would have sent, and to whom. */
  #tell({ name }: Conduct, { to, signed }: Outgoing, leaving: readonly Outgoing[]): void {
    if (this.#world.options.recorder === undefined) return;
    const does = leaving.length === 0 ? "keeps back" : leaving.length > 1 ? "says more than" : "changes";
    this.#world.tell(this.#self, "lie", `${name}: ${does} ${this.#world.words(signed)} for p${to}`);
  }

  ignores(signed: SignedMessage, from: number): boolean {
    this.conspiracy.hear(signed);
    return this.#denies((conduct) => conduct.hears?.(signed, from, this));
  }

  skips(effect: PbftEffect): boolean {
    return this.#denies((conduct) => conduct.carriesOut?.(effect, this));
  }

  builds(on: Ground, pending: readonly number[]): ModelBlock | undefined {
    return this.#first((conduct) => conduct.builds?.(on, pending, this));
  }

  answersBody(hash: BlockHash, to: number): "nothing" | "something else" | undefined {
    return this.#first((conduct) => conduct.answersBody?.(hash, to, this));
  }

  answersSync(blocks: readonly Decided[], to: number): readonly Decided[] {
    let answer = blocks;
    for (const conduct of this.#conducts) {
      const before = answer;
      answer = this.#as(conduct, () => conduct.answersSync?.(before, to, this)) ?? before;
      if (answer !== before) this.#world.count(conduct.name);
    }
    return answer;
  }

  tick(): void {
    for (const conduct of this.#conducts) if (conduct.ticks) this.#as(conduct, () => conduct.ticks?.(this));
  }

  /** What a conduct does meanwhile is its own. */
  #as<T>(conduct: Conduct, act: () => T): T {
    this.#acting = conduct;
    try {
      return act();
    } finally {
      this.#acting = undefined;
    }
  }

  /** Whether any conduct says no; each is asked, for each may speak at this moment. */
  #denies(ask: (conduct: Conduct) => boolean | undefined): boolean {
    let denied = false;
    for (const conduct of this.#conducts) {
      if (this.#as(conduct, () => ask(conduct)) !== false) continue;
      this.#world.count(conduct.name);
      denied = true;
    }
    return denied;
  }

  #first<T>(ask: (conduct: Conduct) => T | undefined): T | undefined {
    for (const conduct of this.#conducts) {
      const answer = this.#as(conduct, () => ask(conduct));
      if (answer === undefined) continue;
      this.#world.count(conduct.name);
      return answer;
    }
    return undefined;
  }

  // What conducts can do.

  get place(): number {
    return this.#self.place;
  }

  get node(): number {
    return this.#self.node;
  }

  get nowUs(): number {
    return this.#world.queue.nowUs;
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

  get ground(): Ground {
    return this.#self.ground;
  }

  get others(): readonly number[] {
    return this.#world.processes.map(({ place }) => place).filter((place) => place !== this.place);
  }

  nodeAt(place: number): number {
    return this.#world.processes[place]?.node ?? 0;
  }

  clientOf(transaction: number): number {
    return this.#world.pools.clientOf(transaction);
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
    if (this.#acting) this.#world.count(this.#acting.name);
    this.#world.deliver(this.#self, outgoing);
  }

  keepBody(hash: BlockHash): void {
    this.#self.bodies.keep(hash);
  }

  forget(): void {
    if (this.#acting) this.#world.count(this.#acting.name);
    this.#self.crash();
    this.#self.disk.forget();
    this.#self.restart();
  }
}
