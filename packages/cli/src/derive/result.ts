// A derivation as JSON.
import type { Json } from "@witan/ledger";
import { type Costs, type Derivation, type MissingProtection, named } from "@witan/simulator";
import type { DeriveTask } from "./run.ts";

/** What there is to tell. */
export interface ToldDerivation {
  readonly derivation: Derivation;
  readonly task: DeriveTask;
  /** By the name of the specimen. */
  readonly diagrams: ReadonlyMap<string, string>;
  readonly seconds: number;
}

/** The line that programs read. */
export function derivationResult({ derivation, task, diagrams, seconds }: ToldDerivation): Json {
  const { seeds, from, tolerated } = task;
  return {
    ...{ crashed: tolerated, seeds, from, seconds },
    steps: derivation.steps.map(({ step, acceptors, calm, firstProposerGone, survivals }) => ({
      ...{ name: step.name, section: step.section, adds: step.adds, needs: step.needs, acceptors },
      ...{ allGoesWell: costs(calm), firstProposerCrashed: costs(firstProposerGone) },
      survivals: survivals.map(({ circumstances, worlds, broken, first, chain }) => ({
        ...{ circumstances, worlds, broken, mustSurvive: step.bears.includes(circumstances) },
        first: first === undefined ? null : { ...first },
        ...(chain === undefined ? {} : { messagesInARow: { ...chain } }),
      })),
      without: without(derivation.missing.get(step.lacks.specimen), step.lacks.next, diagrams),
    })),
  };
}

function costs({ chain: _, ...counted }: Costs): Json {
  return { ...counted };
}

function without(
  missing: MissingProtection | undefined,
  next: string,
  diagrams: ReadonlyMap<string, string>,
): Json {
  if (missing === undefined) return null;
  const { protocol, specimen, says, fails, found } = missing;
  return {
    ...{ next, protocol, specimen, says, fails, diagram: diagrams.get(specimen) ?? null },
    found:
      found === undefined
        ? null
        : {
            ...{ seed: found.seed, check: found.shrunk.violation.check },
            message: named(found.shrunk.violation.message, found.actors),
            messages: found.shrunk.after.letters,
            again: commandAgain(missing, found.seed),
          },
  };
}

/** The command that shows it again from its seed. */
export function commandAgain({ protocol, specimen }: MissingProtection, seed: number): string {
  const command = `npx witan simulate --consensus ${protocol} --specimen ${specimen}`;
  return seed === 1 ? command : `${command} --from ${seed}`;
}
