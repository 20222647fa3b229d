// Specimens that are worlds of engines: found by seeds, made small by moves, run again. Which engine they run, and what is
// left out of it, is the protocol's.
import type { EnginePlan } from "../engines/plan.ts";
import { fewerHeights } from "../shrink/engine-moves.ts";
import type { Move, PlanSize, ShrinkProgress, Trial } from "../shrink/shrink.ts";
import { shrinkWorld, type WorldRun } from "../shrink/shrink-world.ts";
import type { Recorder } from "../world/recorder.ts";
import type { Violation } from "../world/violation.ts";
import type { Found, Specimen, SpecimenActor, SpecimenOptions } from "./specimen.ts";

/** What makes a specimen of a protocol. */
export interface EngineSpecimenParts<P extends EnginePlan> {
  readonly says: string;
  readonly fails: string;
  readonly check: string;
  /** Words that the violation's message has, where its check alone does not tell it from other failures. */
  readonly inWords: string;
  readonly planOf: (seed: number) => P;
  /** How many worlds a seed stands for, where few of them show the failure. */
  readonly worlds: number;
  readonly moves: readonly Move<P>[];
  /** Worlds that may be run to make one small. */
  readonly runsMax: number;
  readonly run: (trial: Trial<P>, recorder?: Recorder) => WorldRun;
  /** What breaks in a world when nothing is left out. */
  readonly control: (plan: P) => Violation | undefined;
  readonly actorsOf: (plan: P) => readonly SpecimenActor[];
  readonly sizeOf: (plan: P) => PlanSize;
}

/** A specimen of engines. */
export class EngineSpecimen<P extends EnginePlan> implements Specimen {
  readonly says: string;
  readonly fails: string;
  readonly check: string;
  readonly #parts: EngineSpecimenParts<P>;

  constructor(parts: EngineSpecimenParts<P>) {
    this.says = parts.says;
    this.fails = parts.fails;
    this.check = parts.check;
    this.#parts = parts;
  }

  find({ seeds, from, onProgress }: SpecimenOptions): Found | undefined {
    for (let seed = from; seed < from + seeds; seed++) {
      const found = this.#search(seed);
      onProgress?.({ kind: "searching", seed, searched: seed - from + 1, seeds });
      if (found === undefined) continue;
      const broken = {
        ...{ ...this.#parts, ...found, trialMoves: [fewerHeights] },
        isSame: (other: Violation) => this.#isIt(other),
        onProgress: (progress: ShrinkProgress) => onProgress?.({ kind: "shrinking", seed, ...progress }),
      };
      return shrinkWorld<P>(broken, seed);
    }
    return undefined;
  }

  control(seed: number): Violation | undefined {
    for (const plan of this.#plansOf(seed)) {
      const violation = this.#parts.control(plan);
      if (violation) return violation;
    }
    return undefined;
  }

  #isIt({ check, message }: Violation): boolean {
    return check === this.check && message.includes(this.#parts.inWords);
  }

  *#plansOf(seed: number): Generator<P> {
    const { worlds, planOf } = this.#parts;
    for (let number = 0; number < worlds; number++) yield planOf(seed * worlds + number);
  }

  /** The first world of a seed that shows the failure. */
  #search(seed: number): { readonly plan: P; readonly violation: Violation } | undefined {
    for (const plan of this.#plansOf(seed)) {
      const { violation } = this.#parts.run({ plan, arriving: undefined });
      if (violation !== undefined && this.#isIt(violation)) return { plan, violation };
    }
    return undefined;
  }
}
