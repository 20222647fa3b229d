// Between a lying process and the world: asks its conducts, one after another, about everything that goes through. What a
// conduct may know and do is its protocol's.
import type { BlockHash } from "@witan/primitives";
import type { Ground, ModelBlock } from "./blocks.ts";
import type { EngineProcess } from "./process.ts";
import type { EngineWorld } from "./world.ts";

/** A way to misbehave. Every part is asked only if it is there; several conducts of one liar apply in their order. */
export interface EngineConduct<Liar, Sent, Heard, Effect> {
  readonly name: string;
  /** What leaves in place of a message: none, one or several. */
  sends?(outgoing: Sent, liar: Liar): readonly Sent[];
  /** False: the engine does not hear of it. */
  hears?(heard: Heard, from: number, liar: Liar): boolean;
  /** False: it is not carried out. */
  carriesOut?(effect: Effect, liar: Liar): boolean;
  /** The block in place of the one that a correct process would build. */
  builds?(on: Ground, pending: readonly number[], liar: Liar): ModelBlock | undefined;
  /** In place of a body that somebody asks for: nothing, or something else; undefined: the body. */
  answersBody?(hash: BlockHash, to: number, liar: Liar): "nothing" | "something else" | undefined;
  /** Once a tick. */
  ticks?(liar: Liar): void;
}

/** The conducts of one process. */
export abstract class EngineLies<
  Liar,
  Sent extends { readonly to: number },
  Heard,
  Effect,
  Conduct extends EngineConduct<Liar, Sent, Heard, Effect>,
> {
  protected readonly conducts: readonly Conduct[];
  readonly #world: EngineWorld;
  readonly #self: EngineProcess;
  /** Whose acts are counted now. */
  #acting: Conduct | undefined;

  constructor(world: EngineWorld, self: EngineProcess, conducts: readonly Conduct[]) {
    this.#world = world;
    this.#self = self;
    this.conducts = conducts;
  }

  /** As conducts see it. */
  protected abstract readonly liar: Liar;
  /** Past every conduct. */
  protected abstract deliver(outgoing: Sent): void;
  protected abstract wordsOf(outgoing: Sent): string;
  protected abstract overhears(heard: Heard, from: number): void;

  // What the process asks.

  mail(outgoing: Sent): void {
    let leaving: readonly Sent[] = [outgoing];
    for (const conduct of this.conducts)
      if (conduct.sends !== undefined) leaving = leaving.flatMap((one) => this.#sends(conduct, one));
    for (const one of leaving) this.deliver(one);
  }

  #sends(conduct: Conduct, one: Sent): readonly Sent[] {
    const leaving = this.as(conduct, () => conduct.sends?.(one, this.liar)) ?? [one];
    if (leaving.length !== 1 || leaving[0] !== one) {
      this.#world.count(conduct.name);
      this.#tell(conduct, one, leaving);
    }
    return leaving;
  }

  /** For traces: what it would have sent, and to whom. */
  #tell({ name }: Conduct, one: Sent, leaving: readonly Sent[]): void {
    if (this.#world.options.recorder === undefined) return;
    const does = leaving.length === 0 ? "keeps back" : leaving.length > 1 ? "says more than" : "changes";
    this.#world.tell(this.#self, "lie", `${name}: ${does} ${this.wordsOf(one)} for p${one.to}`);
  }

  ignores(heard: Heard, from: number): boolean {
    this.overhears(heard, from);
    return this.#denies((conduct) => conduct.hears?.(heard, from, this.liar));
  }

  skips(effect: Effect): boolean {
    return this.#denies((conduct) => conduct.carriesOut?.(effect, this.liar));
  }

  builds(on: Ground, pending: readonly number[]): ModelBlock | undefined {
    return this.#first((conduct) => conduct.builds?.(on, pending, this.liar));
  }

  answersBody(hash: BlockHash, to: number): "nothing" | "something else" | undefined {
    return this.#first((conduct) => conduct.answersBody?.(hash, to, this.liar));
  }

  tick(): void {
    for (const conduct of this.conducts)
      if (conduct.ticks) this.as(conduct, () => conduct.ticks?.(this.liar));
  }

  /** What a conduct does meanwhile is its own. */
  protected as<T>(conduct: Conduct, act: () => T): T {
    this.#acting = conduct;
    try {
      return act();
    } finally {
      this.#acting = undefined;
    }
  }

  /** Something is done by whoever acts now. */
  protected countAct(): void {
    if (this.#acting) this.#world.count(this.#acting.name);
  }

  /** Whether any conduct says no; each is asked, for each may speak at this moment. */
  #denies(ask: (conduct: Conduct) => boolean | undefined): boolean {
    let denied = false;
    for (const conduct of this.conducts) {
      if (this.as(conduct, () => ask(conduct)) !== false) continue;
      this.#world.count(conduct.name);
      denied = true;
    }
    return denied;
  }

  #first<T>(ask: (conduct: Conduct) => T | undefined): T | undefined {
    for (const conduct of this.conducts) {
      const answer = this.as(conduct, () => ask(conduct));
      if (answer === undefined) continue;
      this.#world.count(conduct.name);
      return answer;
    }
    return undefined;
  }

  // What every conduct can do.

  get place(): number {
    return this.#self.place;
  }

  get nowUs(): number {
    return this.#world.queue.nowUs;
  }

  get ground(): Ground {
    return this.#self.ground;
  }

  get others(): readonly number[] {
    return this.#world.processes.map(({ place }) => place).filter((place) => place !== this.place);
  }

  clientOf(transaction: number): number {
    return this.#world.pools.clientOf(transaction);
  }

  keepBody(hash: BlockHash): void {
    this.#self.bodies.keep(hash);
  }
}
