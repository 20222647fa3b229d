// One process of a world of engines, whatever their protocol: what its host does with inputs and effects. Effects are
// carried out in order, each a place where the world may stop it; steps go on while a write is under way. Its disk survives
// a crash, everything else is lost. What effects mean is the protocol's.
import type { BlockHash, Membership } from "@witan/primitives";
import { BlockHost } from "./block-host.ts";
import type { BlockSync } from "./block-sync.ts";
import { GENESIS, type Ground } from "./blocks.ts";
import { Bodies } from "./bodies.ts";
import { WallClock } from "./wall-clock.ts";
import type { EngineWorld } from "./world.ts";
import { Writer } from "./writer.ts";

/** What of the disk is asked for. */
export interface ChainDisk {
  readonly chain: readonly { readonly hash: BlockHash }[];
  /** Ascending. */
  readonly memberships: readonly Membership[];
  /** Bodies of votes for heights that are not decided. */
  readonly bodies: Set<BlockHash>;
  /** Transactions in the chain. */
  readonly held: ReadonlySet<number>;
  hasBody(hash: BlockHash): boolean;
}

/** Of a liar: what it answers to who asks for a body. Undefined: the body. */
export interface BodyLies {
  answersBody(hash: BlockHash, to: number): "nothing" | "something else" | undefined;
}

/** An effect, and the members that it counts in. */
interface Due<Effect> {
  readonly effect: Effect;
  readonly members: Membership;
}

/** The most that waited at a host since it was last asked: for the engine, for the disk; blocks for their turn, bodies. */
export interface Queued {
  readonly inputs: number;
  readonly effects: number;
  readonly ahead: number;
  readonly bodies: number;
}

/** One engine with its host. */
export abstract class EngineProcess<
  Input = unknown,
  Effect extends { readonly kind: string } = { readonly kind: string },
> {
  /** Its place in the world. */
  readonly place: number;
  readonly bodies: Bodies;
  readonly blockHost: BlockHost;
  readonly writer: Writer;
  readonly clock: WallClock;
  abstract readonly disk: ChainDisk;
  /** Undefined: it keeps the rules. */
  abstract readonly lies: BodyLies | undefined;
  up = true;
  paused = false;
  /** Takes so long for each input. */
  perInputUs = 0;
  readonly #world: EngineWorld;
  #inputs: Input[] = [];
  #effects: Due<Effect>[] = [];
  #going = false;
  #peakInputs = 0;
  #peakEffects = 0;
  /** Records that are being written: nothing behind them happens before they are durable. */
  #inWrite = 0;
  /** What would have gone on while it stood still. */
  #afterPause: (() => void)[] = [];
  #busy = false;
  /** Counts lives: what was begun in an earlier one is nothing to the present. */
  #life = 0;
  #work = { pending: false, overdue: false };

  constructor(world: EngineWorld, place: number) {
    this.#world = world;
    this.place = place;
    this.bodies = new Bodies(world, this);
    this.blockHost = new BlockHost(world, this);
    this.writer = new Writer(world, this);
    this.clock = new WallClock(world.queue, world.plan.clocks[place]);
  }

  // What a protocol says.

  /** Lets the engine take in one input. */
  protected abstract step(input: Input): readonly Effect[];
  /** Who the members are that the effects of the last step name. */
  protected abstract readonly members: Membership;
  /** Carries out an effect that is no `persist`. */
  protected abstract carryOut(effect: Effect, members: Membership): void;
  /** Effects that a liar does not carry out. */
  protected abstract skips(effect: Effect): boolean;
  /** What is written must be here. @throws {Violation} it is not */
  protected abstract beforeWrite(persist: Effect): void;
  /** A record has become durable. */
  protected abstract persisted(persist: Effect): void;
  /** A crash: all that was only in memory is gone. */
  protected abstract forget(): void;
  /** The engine begins, on what the disk holds. */
  protected abstract begin(): void;
  protected abstract workChanged(pending: boolean, overdue: boolean): void;
  /** A connection to another was made: it says how far it is. */
  abstract connected(place: number, height: number): void;
  /** Time has passed by its own clock. */
  abstract tick(): void;
  abstract readonly sync: BlockSync;

  get height(): number {
    return this.disk.chain.length;
  }

  get head(): BlockHash {
    return this.disk.chain.at(-1)?.hash ?? GENESIS;
  }

  /** What its next block is built on. */
  get ground(): Ground {
    return {
      height: this.height,
      head: this.head,
      membership: this.membershipAt(this.height + 1) as Membership,
    };
  }

  /** Who decides a height; undefined: not known here yet. */
  membershipAt(height: number): Membership | undefined {
    if (height > this.height + 1) return undefined;
    return this.disk.memberships.findLast(({ from }) => from <= Math.max(height, 1));
  }

  /** How much waited in memory since the last call, beside what the engine keeps. */
  takeQueued(): Queued {
    const [inputs, effects] = [this.#peakInputs, this.#peakEffects];
    this.#peakInputs = this.#inputs.length;
    this.#peakEffects = this.#effects.length;
    return { inputs, effects, ahead: this.sync.size, bodies: this.bodies.size };
  }

  // Its life.

  /** Stops. Of a write under way all became durable or nothing. */
  crash(): void {
    this.up = false;
    this.writer.crash();
    this.#life++;
    this.#inputs = [];
    this.#effects = [];
    this.sync.clear();
    this.forget();
    this.bodies.clear();
    this.blockHost.clear();
    this.#inWrite = 0;
    this.#afterPause = [];
    this.#busy = false;
    this.paused = false;
    this.#work = { pending: false, overdue: false };
    this.#world.tell(this, "crash", "crashes");
  }

  restart(): void {
    if (this.up) return;
    this.up = true;
    this.begin();
    this.#world.tell(this, "restart", `starts again at height ${this.height}`);
    this.#world.came(this);
  }

  pause(): void {
    this.paused = true;
    this.#world.tell(this, "pause", "stands still");
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.#world.tell(this, "restart", "goes on");
    for (const then of this.#afterPause.splice(0)) if (!this.paused) then();
    this.#go();
  }

  /** What there is to do, as its pool has it. */
  work(pending: boolean, overdue: boolean): void {
    if (pending === this.#work.pending && overdue === this.#work.overdue) return;
    this.#work = { pending, overdue };
    this.workChanged(pending, overdue);
  }

  // Steps and effects.

  feed(input: Input): void {
    if (!this.up) return;
    const waiting = this.#inputs.push(input);
    if (waiting > this.#peakInputs) this.#peakInputs = waiting;
    this.#go();
  }

  #go(): void {
    if (this.#going) return;
    this.#going = true;
    try {
      while (this.up && !this.paused && (this.#carryOutNext() || this.#stepNext()));
    } finally {
      this.#going = false;
    }
  }

  #stepNext(): boolean {
    if (this.#busy) return false;
    const input = this.#inputs.shift();
    if (input === undefined) return false;
    const effects = this.step(input);
    const { members } = this;
    for (const effect of effects) this.#effects.push({ effect, members });
    if (this.#effects.length > this.#peakEffects) this.#peakEffects = this.#effects.length;
    if (this.perInputUs > 0) {
      this.#busy = true;
      this.later(this.perInputUs, () => {
        this.#busy = false;
      });
    }
    return true;
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

  #carryOutNext(): boolean {
    if (this.#inWrite > 0) return false;
    const due = this.#effects[0];
    if (due === undefined) return false;
    if (this.#world.stopsHere(this)) return false;
    if (this.skips(due.effect)) {
      this.#effects.shift();
      return true;
    }
    if (due.effect.kind === "persist") {
      this.#persist();
      return false;
    }
    this.#effects.shift();
    this.carryOut(due.effect, due.members);
    return true;
  }

  /** Persists in a row become durable together, each vote with the body that it is for. */
  #persist(): void {
    const end = this.#effects.findIndex(({ effect }) => effect.kind !== "persist");
    this.#inWrite = end < 0 ? this.#effects.length : end;
    for (const { effect } of this.#effects.slice(0, this.#inWrite)) this.beforeWrite(effect);
    this.writer.write(() => this.#persisted());
  }

  #persisted(): void {
    const written = this.#effects.splice(0, this.#inWrite);
    this.#inWrite = 0;
    for (const { effect } of written) this.persisted(effect);
  }
}
