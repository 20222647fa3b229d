// Specimens that are worlds of a classic: found by seeds, made small by moves, run again.
import type { Actor } from "../run/outcome.ts";
import { type Move, shrink, type Trial, type TrialOutcome } from "../shrink/shrink.ts";
import { type Found, SHRINK_RUNS, type Specimen, type SpecimenOptions } from "../specimens/specimen.ts";
import { Arrivals } from "../world/arrivals.ts";
import type { Violation } from "../world/violation.ts";
import type { ClassicDesign, Kinds } from "./design.ts";
import { ClassicWorld, type ClassicWorldOptions } from "./world.ts";

/** What makes a specimen of a classic. */
export interface ClassicSpecimenParts<K extends Kinds> {
  readonly says: string;
  readonly fails: string;
  readonly check: string;
  /** Words that the violation's message has, where its check alone does not tell it from other failures. */
  readonly inWords?: string;
  /** The design that fails. */
  readonly design: ClassicDesign<K>;
  /** The world of a seed in which it may. */
  readonly planOf: (seed: number) => K["plan"];
  /** The whole design, or circumstances that it bears: there nothing fails. */
  readonly control: (plan: K["plan"]) => { readonly design: ClassicDesign<K>; readonly plan: K["plan"] };
  readonly moves: readonly Move<K["plan"]>[];
  readonly actorsOf: (plan: K["plan"]) => readonly Actor[];
  /** Every message arrives, as the protocol takes for granted: none may be left out to make the world small. */
  readonly keepsLetters?: true;
  /** What clients or generals want in such a world: 1 unless said. */
  readonly requestsOf?: (plan: K["plan"]) => number;
}

/** Makes it. */
export function classicSpecimen<K extends Kinds>(parts: ClassicSpecimenParts<K>): Specimen {
  const { says, fails, check, inWords = "", design, planOf, moves, actorsOf } = parts;
  const isIt = (violation: Violation) => violation.check === check && violation.message.includes(inWords);
  const run = ({ plan, arriving }: Trial<K["plan"]>, recorder?: ClassicWorldOptions["recorder"]) =>
    new ClassicWorld(design, plan, { arriving: parts.keepsLetters ? undefined : arriving, recorder }).run();

  function attempt(trial: Trial<K["plan"]>): TrialOutcome {
    const { plan } = trial;
    const arrivals = new Arrivals(plan.kindAtUs);
    const { violation, virtualUs, events } = run(trial, arrivals);
    const size = {
      ...{
        processes: plan.processes,
        liars: plan.liars.length,
        faults: plan.faults.length + plan.gone.length,
      },
      conducts: plan.liars.reduce((sum, { conducts }) => sum + conducts.length, 0),
      requests: parts.requestsOf?.(plan) ?? 1,
      ...{ letters: arrivals.count, steps: events, virtualUs },
    };
    return { violation, letters: arrivals.names, size };
  }

  function find({ seeds, from, onProgress }: SpecimenOptions): Found | undefined {
    for (let seed = from; seed < from + seeds; seed++) {
      const plan = planOf(seed);
      const { violation } = run({ plan, arriving: undefined });
      onProgress?.({ kind: "searching", seed, searched: seed - from + 1, seeds });
      if (violation === undefined || !isIt(violation)) continue;
      const shrunk = shrink<K["plan"]>({
        ...{ plan, run: attempt, isSame: isIt, moves, runsMax: SHRINK_RUNS },
        onProgress: (progress) => onProgress?.({ kind: "shrinking", seed, ...progress }),
      });
      const actors = actorsOf(shrunk.plan);
      return { seed, plan, violation, shrunk, actors, replay: (recorder) => run(shrunk, recorder).violation };
    }
    return undefined;
  }

  return {
    ...{ says, fails, check, find },
    control(seed) {
      const whole = parts.control(planOf(seed));
      return new ClassicWorld(whole.design, whole.plan).run().violation;
    },
  };
}
