// What running a world is about, whatever protocol and level: what may be asked for, and what comes out. Plain data: it
// goes between threads.
import type { ShrinkProgress } from "../shrink/shrink.ts";
import type { Found } from "../specimens/specimen.ts";
import type { NetworkProfile } from "../world/plan.ts";
import type { Recorder } from "../world/recorder.ts";

/** Engines alone, or whole nodes. */
export type LevelName = "engines" | "nodes";

/** What is not left to the seed. */
export interface WorldWishes {
  /** How many members there are at the beginning. */
  readonly members?: number;
  /** How many of them lie; where there are roles, how many proposers. */
  readonly byzantine?: number;
  /** Where there are roles: how many of each there are at the beginning, and how many acceptors crash for ever. */
  readonly proposers?: number;
  readonly acceptors?: number;
  readonly crashed?: number;
  /** Names of the ways in which they may, of those of the level. */
  readonly adversaries?: readonly string[];
  readonly network?: NetworkProfile;
  /** The name of a variant of the protocol; undefined: its first. */
  readonly variant?: string;
  /** The name of a scenario of the protocol; the seed then says when, and whom it meets, and nothing else is wished. */
  readonly scenario?: string;
}

/** What a world broke. */
export interface Broken {
  /** The check that found it. */
  readonly check: string;
  readonly message: string;
}

/** What a world came to. */
export interface WorldOutcome {
  readonly seed: number;
  readonly level: LevelName;
  /** Microseconds of the world. */
  readonly virtualUs: number;
  /** Inputs that engines took in. */
  readonly events: number;
  /** Heights decided. */
  readonly decisions: number;
  /** How often each kind of fault was inflicted, and each lie told. */
  readonly faults: Readonly<Record<string, number>>;
  /** What else was counted, and is no fault. */
  readonly also: Readonly<Record<string, number>>;
  /** The worst that was found of what is bounded, by name; not every protocol has any. */
  readonly worst?: Readonly<Record<string, number>>;
  readonly broken: Broken | undefined;
}

/** Who stands at a place of a world. */
export interface Actor {
  readonly name: string;
  /** What it is, beside a process that keeps the rules: empty for those. */
  readonly role: string;
  readonly isLiar: boolean;
}

/** A thing that can be asked for by name, and what it is. */
export interface Named {
  readonly name: string;
  readonly says: string;
}

/** A world that is about to be run. */
export interface ReadyWorld {
  /** Who is at which place. */
  readonly actors: readonly Actor[];
  /** What is to befall it, a line each. */
  readonly circumstances: readonly string[];
  run(recorder?: Recorder): WorldOutcome | Promise<WorldOutcome>;
}

/** How worlds of one protocol run at one level. */
export interface Level {
  readonly says: string;
  /** Ways to lie. */
  readonly adversaries: readonly Named[];
  /** What is looked at in every world of this level. */
  readonly checks: readonly Named[];
  /** Makes the world of a seed. The same seed and wishes make the same world. */
  make(seed: number, wishes: WorldWishes): ReadyWorld;
  /** Makes the world of a seed small, if it breaks something: in what is left the same check finds it. Not every level can. */
  readonly shrink?: (
    seed: number,
    wishes: WorldWishes,
    onProgress?: (progress: ShrinkProgress) => void,
  ) => Found | undefined;
}

/** Who may be wrong in worlds of a protocol. */
export type Crowd =
  /** All members are alike. `byzantineMax`: liars among so many that the protocol withstands. */
  | { readonly kind: "members"; readonly byzantineMax: (members: number) => number }
  /** Any proposer may lie. `crashMax`: how many of so many acceptors may crash for ever. */
  | { readonly kind: "roles"; readonly crashMax: (acceptors: number) => number }
  | OwnCrowd;

/** A protocol that says itself whom its worlds may have. */
export interface OwnCrowd {
  readonly kind: "own";
  /** The options that it knows; the others are refused. */
  readonly takes: readonly CrowdNumber[];
  /** Why the others make no sense there, as the end of a sentence: `members are generals there: say --members`. */
  readonly why: string;
  /** Whether there are such worlds. */
  judge(wishes: WorldWishes): CrowdVerdict;
}

/** How many of whom may be asked for. */
export type CrowdNumber = "members" | "proposers" | "acceptors" | "crashed" | "byzantine";

/** `fault`: there are none, why, and what to ask for instead. `notes`: what to say before they run. */
export type CrowdVerdict = { readonly fault: string } | { readonly notes: readonly string[] };

/** A protocol that worlds can run. */
export interface Protocol {
  readonly says: string;
  readonly levels: Readonly<Partial<Record<LevelName, Level>>>;
  /** Accidents of other implementations, as worlds of engines. */
  readonly scenarios: readonly Named[];
  /** Variants of it, the usual one first; undefined: it has none. */
  readonly variants?: readonly Named[];
  readonly crowd: Crowd;
}
