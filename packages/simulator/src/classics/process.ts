// One process of a world of a classic: an engine and its host. Effects are carried out in order, each a place where the world
// may stop it; nothing behind a write happens before it is durable. What its disk holds survives a crash, nothing else does.

import { Writer } from "../engines/writer.ts";
import { Random } from "../random.ts";
import type { ClassicLies, EffectOf, EngineOf, InputOf, Kinds } from "./design.ts";
import type { ClassicWorld } from "./world.ts";

/** One engine with its host. */
export class ClassicProcess<K extends Kinds> {
  /** Its place in the world. */
  readonly place: number;
  readonly isLiar: boolean;
  readonly writer: Writer;
  /** No classic reads a clock on the wall. */
  readonly clock = { jumpMs: 0 };
  up = true;
  /** It crashed, and never comes back. */
  isGone = false;
  paused = false;
  perInputUs = 0;
  readonly #world: ClassicWorld<K>;
  readonly #lies: readonly ClassicLies<K>[];
  readonly #outcomes: K["outcome"][] = [];
  #kept: K["kept"] | undefined;
  #engine: EngineOf<K>;
  #inputs: InputOf<K>[] = [];
  #effects: EffectOf<K>[] = [];
  #asked: K["request"][] = [];
  #afterPause: (() => void)[] = [];
  #isGoing = false;
  #isWriting = false;
  #isBusy = false;
  /** Counts lives: what was begun in an earlier one is nothing to the present. */
  #life = 0;

  constructor(world: ClassicWorld<K>, place: number) {
    const { plan, design } = world;
    this.#world = world;
    this.place = place;
    this.writer = new Writer(world, this);
    this.#engine = design.begin(plan, place, undefined);
    const conducts = plan.liars.find((one) => one.place === place)?.conducts;
    this.isLiar = conducts !== undefined;
    this.#lies = (conducts ?? []).flatMap((name) => {
      const conduct = design.conducts[name];
      return conduct ? [conduct.make(world, this, Random.of(plan.seed, `lies ${place} ${name}`))] : [];
    });
  }

  /** What has come out here so far, in its order. */
  get outcomes(): readonly K["outcome"][] {
    return this.#outcomes;
  }

  /** What its disk holds. */
  get kept(): K["kept"] | undefined {
    return this.#kept;
  }

  get engine(): EngineOf<K> {
    return this.#engine;
  }

  /** Asks something of it: now, or when it starts again. */
  ask(request: K["request"]): void {
    if (!this.up) {
      this.#asked.push(request);
      return;
    }
    this.#world.tellRequest(this, request);
    this.feed({ kind: "request", request });
  }

  feed(input: InputOf<K>): void {
    if (!this.up) return;
    this.#inputs.push(input);
    this.#go();
  }

  crash(): void {
    if (!this.up) return;
    this.up = false;
    this.writer.crash();
    this.#life++;
    this.#inputs = [];
    this.#effects = [];
    this.#afterPause = [];
    this.#isWriting = false;
    this.#isBusy = false;
    this.paused = false;
    this.#world.tell(this, "crash", this.isGone ? "crashes for ever" : "crashes");
  }

  restart(): void {
    if (this.up || this.isGone) return;
    this.up = true;
    this.#engine = this.#world.design.begin(this.#world.plan, this.place, this.#kept);
    this.#world.tell(this, "restart", "starts again");
    for (const request of this.#asked.splice(0)) this.ask(request);
  }

  pause(): void {
    this.paused = true;
    this.#world.tell(this, "pause", "stands still");
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.#world.tell(this, "restart", "goes on");
    for (const then of this.#afterPause.splice(0)) then();
    this.#go();
  }

  /** Goes on after some time, unless it crashed meanwhile. Whoever stands still goes on later. */
  later(afterUs: number, then: () => void): void {
    const life = this.#life;
    this.#world.queue.at(this.#world.queue.nowUs + afterUs, () => {
      if (life !== this.#life) return;
      if (this.paused) {
        this.#afterPause.push(then);
        return;
      }
      then();
      this.#go();
    });
  }

  #go(): void {
    if (this.#isGoing) return;
    this.#isGoing = true;
    try {
      while (this.up && !this.paused && (this.#carryOutNext() || this.#stepNext()));
    } finally {
      this.#isGoing = false;
    }
  }

  /** Inputs wait for the effects of those before them: with votes that are kept first, order is what protects. */
  #stepNext(): boolean {
    if (this.#isBusy || this.#isWriting) return false;
    const input = this.#inputs.shift();
    if (input === undefined) return false;
    const wanted = this.#engine.step(input);
    const effects = this.#lies.reduce((before, lies) => lies.effects(input, before), wanted);
    this.#effects.push(...effects);
    this.#world.stepped(this, input, effects);
    if (this.perInputUs > 0) {
      this.#isBusy = true;
      this.later(this.perInputUs, () => {
        this.#isBusy = false;
      });
    }
    return true;
  }

  #carryOutNext(): boolean {
    if (this.#isWriting) return false;
    const effect = this.#effects[0];
    if (effect === undefined || this.#world.stopsHere(this)) return false;
    this.#effects.shift();
    switch (effect.kind) {
      case "persist":
        this.#write(effect.kept);
        return false;
      case "send":
        this.#world.post(this, effect.to, effect.message);
        return true;
      case "tell":
        this.#outcomes.push(effect.outcome);
        this.#world.told(this, effect.outcome);
        return true;
    }
  }

  #write(kept: K["kept"]): void {
    this.#isWriting = true;
    this.writer.write(() => {
      this.#isWriting = false;
      this.#kept = kept;
      this.#world.wrote(this, kept);
    });
  }
}
