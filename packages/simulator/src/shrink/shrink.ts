// Makes a world in which something broke small: a smaller plan, and of its letters only those that matter, such that
// the same still breaks. Knows no protocol: moves say how a plan gets smaller, a function runs it. No chance in here, so
// that a world shrinks to the same on every machine.
import type { Violation } from "../world/violation.ts";
import { ddmin } from "./ddmin.ts";

/** A world to try. */
export interface Trial<P> {
  readonly plan: P;
  /** Names of the letters that arrive before the world turns kind; undefined: all. */
  readonly arriving: ReadonlySet<string> | undefined;
}

/** What a trial came to. */
export interface TrialOutcome {
  readonly violation: Violation | undefined;
  /** Names of the letters that arrived, in their order, of those sent before the world turned kind. */
  readonly letters: readonly string[];
  readonly size: WorldSize;
}

/** How large a world is. */
export interface WorldSize {
  readonly processes: number;
  readonly liars: number;
  /** Ways to misbehave, of all liars, twins among them. */
  readonly conducts: number;
  readonly faults: number;
  /** Transactions or operations of clients. */
  readonly requests: number;
  /** Letters that arrived at another process. */
  readonly letters: number;
  /** Inputs that processes took in, beside ticks. */
  readonly steps: number;
  readonly virtualUs: number;
}

/** Of that, what a plan says. */
export type PlanSize = Omit<WorldSize, "letters" | "steps" | "virtualUs">;

/** Makes a plan smaller in one respect, as far as it holds that the same breaks. `endUs`: when it broke in this plan. */
export type Move<P> = (plan: P, holds: (plan: P) => boolean, endUs: number) => P;

/** The same of a whole trial, letters and all. Holding trials are gone on from. */
export type TrialMove<P> = (trial: Trial<P>, holds: (trial: Trial<P>) => boolean) => void;

/** What is to be made small. */
export interface ShrinkJob<P> {
  /** Running it breaks something. */
  readonly plan: P;
  readonly run: (trial: Trial<P>) => TrialOutcome;
  /** Whether it is the violation that matters: of the same check, at least. */
  readonly isSame: (violation: Violation) => boolean;
  /** In the order in which they are tried. */
  readonly moves: readonly Move<P>[];
  /** Tried when the letters are few. */
  readonly trialMoves?: readonly TrialMove<P>[];
  /** Worlds that may be run. */
  readonly runsMax: number;
  readonly onProgress?: ((progress: ShrinkProgress) => void) | undefined;
}

/** How far shrinking has come. Told after each run. */
export interface ShrinkProgress {
  readonly runs: number;
  readonly runsMax: number;
  /** Of the smallest world so far. */
  readonly size: WorldSize;
}

/** A small world, in which the same breaks. */
export interface Shrunk<P> extends Trial<P> {
  readonly violation: Violation;
  readonly before: WorldSize;
  readonly after: WorldSize;
  readonly runs: number;
}

/** Shrinks. @throws {RangeError} nothing breaks in the world of the plan */
export function shrink<P>(job: ShrinkJob<P>): Shrunk<P> {
  return new Shrinking(job).go();
}

class Shrinking<P> {
  readonly #job: ShrinkJob<P>;
  readonly #before: WorldSize;
  #best: Trial<P>;
  #outcome: TrialOutcome & { readonly violation: Violation };
  #runs = 1;

  constructor(job: ShrinkJob<P>) {
    this.#job = job;
    this.#best = { plan: job.plan, arriving: undefined };
    const { violation, ...rest } = job.run(this.#best);
    if (violation === undefined || !job.isSame(violation))
      throw new RangeError("nothing to shrink: the world of this plan does not break");
    this.#outcome = { violation, ...rest };
    this.#before = rest.size;
  }

  go(): Shrunk<P> {
    // What one move leaves out may be what another could not do without.
    for (let before = ""; before !== this.#shown; ) {
      before = this.#shown;
      this.#shrinkPlan();
      this.#shrinkLetters();
    }
    const { violation, size, letters } = this.#outcome;
    // Names of letters that nobody sent any more are no part of what is left.
    const { plan, arriving } = this.#best;
    return {
      plan,
      arriving: arriving && new Set(letters),
      violation,
      before: this.#before,
      after: size,
      runs: this.#runs,
    };
  }

  get #shown(): string {
    return JSON.stringify([this.#best.plan, this.#outcome.letters]);
  }

  #shrinkPlan(): void {
    for (const move of this.#job.moves)
      move(
        this.#best.plan,
        (plan) => this.#tries({ plan, arriving: this.#best.arriving }),
        this.#outcome.size.virtualUs,
      );
  }

  #shrinkLetters(): void {
    const { plan } = this.#best;
    const { letters } = this.#outcome;
    if (this.#best.arriving === undefined && !this.#tries({ plan, arriving: new Set(letters) })) return;
    // Where only these arrive, most of what lost the others is needless: the plan first, since letters cost more runs.
    this.#shrinkPlan();
    for (const move of this.#job.trialMoves ?? []) move(this.#best, (trial) => this.#tries(trial));
    this.#shrinkNames();
  }

  #shrinkNames(): void {
    const { plan } = this.#best;
    const holds = (names: readonly string[]) => this.#tries({ plan, arriving: new Set(names) });
    // First whole kinds of letters and whole links, then one by one.
    for (const groupOf of [kindOf, linkOf]) {
      const names = this.#outcome.letters;
      const groups = [...new Set(names.map(groupOf))];
      ddmin(groups, (part) => holds(names.filter((name) => part.includes(groupOf(name)))));
    }
    ddmin(this.#outcome.letters, holds);
    holds(inFirstCopies(this.#outcome.letters));
  }

  /** Runs a world, and goes on from it if the same breaks there. */
  #tries(trial: Trial<P>): boolean {
    const { run, isSame, runsMax, onProgress } = this.#job;
    if (this.#runs >= runsMax) return false;
    this.#runs++;
    const { violation, ...rest } = run(trial);
    const isBroken = violation !== undefined && isSame(violation);
    if (isBroken) {
      this.#best = trial;
      this.#outcome = { violation, ...rest };
    }
    onProgress?.({ runs: this.#runs, runsMax, size: this.#outcome.size });
    return isBroken;
  }
}

/** The same letters, but of what was sent several times the first copies: with them the rest may be needless as well. */
function inFirstCopies(names: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  return names.map((name) => {
    const words = name.slice(0, name.lastIndexOf(" "));
    const count = (counts.get(words) ?? 0) + 1;
    counts.set(words, count);
    return `${words} ${count}`;
  });
}

function linkOf(name: string): string {
  return name.slice(0, name.indexOf(" "));
}

function kindOf(name: string): string {
  return name.split(" ")[1] ?? "";
}
