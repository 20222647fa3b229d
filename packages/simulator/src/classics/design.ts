// What the world of a classic must know of its protocol: how its engines begin, what they are asked, how messages read, what
// liars do, and what is checked. Whoever adds a classic writes one of these.
import type { ClassicEffect, ClassicEngine, ClassicInput } from "@witan/consensus";
import type { Random } from "../random.ts";
import type { Mark } from "../world/recorder.ts";
import type { ClassicPlan } from "./plan.ts";
import type { ClassicProcess } from "./process.ts";
import type { ClassicWorld } from "./world.ts";

/** The types of a protocol. */
export interface Kinds {
  readonly plan: ClassicPlan;
  readonly message: unknown;
  readonly request: unknown;
  readonly kept: unknown;
  readonly outcome: unknown;
}

/** The engine of a protocol. */
export type EngineOf<K extends Kinds> = ClassicEngine<K["message"], K["request"], K["kept"], K["outcome"]>;
/** What it takes in. */
export type InputOf<K extends Kinds> = ClassicInput<K["message"], K["request"]>;
/** What it wants done. */
export type EffectOf<K extends Kinds> = ClassicEffect<K["message"], K["kept"], K["outcome"]>;

/** Something that a process is asked from outside. If it is down then, it is asked when it starts again. */
export interface ClassicRequest<K extends Kinds> {
  readonly place: number;
  readonly atUs: number;
  readonly request: K["request"];
}

/** How something that a process does is told and drawn. */
export interface Told {
  readonly mark: Mark;
  readonly what: string;
}

/** One check of one world. It throws a Violation where a rule is broken. Liars are told of as well. */
export interface ClassicCheck<K extends Kinds> {
  stepped?(at: ClassicProcess<K>, input: InputOf<K>, effects: readonly EffectOf<K>[]): void;
  /** A message leaves. */
  sent?(at: ClassicProcess<K>, to: number, message: K["message"]): void;
  /** What must survive has become durable. */
  kept?(at: ClassicProcess<K>, kept: K["kept"]): void;
  /** Something has come out. */
  told?(at: ClassicProcess<K>, outcome: K["outcome"]): void;
  /** All that is owed is there, and the world is over. */
  ended?(): void;
}

/** A check by what it looks at. */
export interface ClassicCheckMaker<K extends Kinds> {
  readonly says: string;
  make(world: ClassicWorld<K>): ClassicCheck<K>;
}

/** How one liar lies: what it does in place of what its engine, which keeps the rules, wants done. */
export interface ClassicLies<K extends Kinds> {
  effects(input: InputOf<K>, effects: readonly EffectOf<K>[]): readonly EffectOf<K>[];
}

/** A way to lie. */
export interface ClassicConduct<K extends Kinds> {
  readonly says: string;
  make(world: ClassicWorld<K>, at: ClassicProcess<K>, random: Random): ClassicLies<K>;
}

/** A protocol, as worlds need it. */
export interface ClassicDesign<K extends Kinds> {
  /** Makes the engine of a place, as it begins, or begins again with what its disk has. */
  begin(plan: K["plan"], place: number, kept: K["kept"] | undefined): EngineOf<K>;
  requestsOf(plan: K["plan"]): readonly ClassicRequest<K>[];
  /** A message in a line; its first word says its kind. */
  wordsOf(message: K["message"]): string;
  /** Undefined: not worth a word. */
  requestWords(request: K["request"]): Told | undefined;
  outcomeWords(outcome: K["outcome"]): Told;
  /** How what is kept is told; without it writes are not told of. */
  keptWords?(kept: K["kept"]): string;
  /** What a host does to a message of its engine before it leaves: signs it. */
  seals?(world: ClassicWorld<K>, place: number, message: K["message"]): K["message"];
  /** What a host finds wrong with a message before its engine sees it: then it is dropped. Undefined: nothing. */
  faultOf?(world: ClassicWorld<K>, message: K["message"], from: number, to: number): string | undefined;
  readonly conducts: Readonly<Record<string, ClassicConduct<K>>>;
  readonly checks: Readonly<Record<string, ClassicCheckMaker<K>>>;
  /**
   * What is still owed, once the world is kind; undefined: nothing, and the world may end. Asked after every event. A check of
   * its own, where it is not to be called `liveness`.
   */
  owed(world: ClassicWorld<K>): string | { readonly check: string; readonly says: string } | undefined;
}
