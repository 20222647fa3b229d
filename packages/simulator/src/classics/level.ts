// How `witan simulate` runs worlds of a classic: engines alone, there are no whole nodes of it.
import { circumstancesOf } from "../run/circumstances.ts";
import type { Actor, Level, Named, WorldOutcome, WorldWishes } from "../run/outcome.ts";
import { namedIn } from "../run/own-checks.ts";
import type { ClassicDesign, Kinds } from "./design.ts";
import { ClassicWorld } from "./world.ts";

/** What of a design its level is made from. */
export interface ClassicLevelParts<K extends Kinds> {
  readonly says: string;
  readonly design: ClassicDesign<K>;
  readonly planOf: (seed: number, wishes: WorldWishes) => K["plan"];
  readonly actorsOf: (plan: K["plan"]) => readonly Actor[];
  /** When all that is owed must be there, as the check of it says: `liveness`, or checks of its own. */
  readonly owes: string | readonly Named[];
}

/** The level. */
export function classicLevel<K extends Kinds>(parts: ClassicLevelParts<K>): Level {
  const { says, design, planOf, actorsOf, owes } = parts;
  const own: readonly Named[] = [
    ...(typeof owes === "string" ? [{ name: "liveness", says: owes }] : owes),
    { name: "engine", says: "an engine takes in anything, and never throws" },
    { name: "endless", says: "time goes on, and what waits does not grow for ever" },
  ];
  return {
    says,
    adversaries: namedIn(design.conducts),
    checks: [...namedIn(design.checks), ...own],
    make(seed, wishes) {
      const plan = planOf(seed, wishes);
      return {
        actors: actorsOf(plan),
        circumstances: circumstancesOf(plan),
        run: (recorder) => outcomeOf(seed, new ClassicWorld(design, plan, { recorder })),
      };
    },
  };
}

function outcomeOf<K extends Kinds>(seed: number, world: ClassicWorld<K>): WorldOutcome {
  const { violation, virtualUs, events, decisions, faults, also } = world.run();
  return {
    ...{ seed, level: "engines", virtualUs, events, decisions },
    ...{ faults: Object.fromEntries(faults), also: Object.fromEntries(also) },
    broken: violation && { check: violation.check, message: violation.message },
  };
}
