// Runs scenarios and statements until enough cases were judged, in batches that each have a seed of their own: a
// failure names the seed of its batch, so that a rerun comes to it at once.
import * as fc from "fast-check";
import { judgeScenario, scenarios } from "./scenario.ts";
import { judgeStatement, statements } from "./statements.ts";
import { Tally } from "./tally.ts";

const BATCH = 10;

/** What a run is told. */
export interface RunOptions {
  readonly seed: number;
  /** How many verdicts about transactions and blocks there are to be, at least. */
  readonly cases: number;
  /** The seed of each batch is that much above the last one's: threads take turns. */
  readonly stride?: number;
}

/** The seed and the number of cases: from WITAN_SEED and WITAN_CASES, or those given. */
export function optionsFromEnvironment(seed: number, cases: number): RunOptions {
  const number = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise);
  return { seed: number("WITAN_SEED", seed), cases: number("WITAN_CASES", cases) };
}

function batch(seed: number, tally: Tally): void {
  const options = { seed, numRuns: BATCH, endOnFailure: false };
  // Shrinking judges again; what it judges does not count.
  let failed = false;
  const count = () => (failed ? new Tally() : tally);
  const judge =
    <T>(by: (one: T, tally: Tally) => void) =>
    (one: T) => {
      try {
        by(one, count());
      } catch (error) {
        failed = true;
        throw error;
      }
    };
  try {
    fc.assert(fc.property(statements, judge(judgeStatement)), options);
    fc.assert(fc.property(scenarios, judge(judgeScenario)), options);
  } catch (error) {
    const how = `WITAN_SEED=${seed} WITAN_CASES=1 npx mocha test/differential/differential.test.ts`;
    const { message, cause } = error as Error;
    const why = cause instanceof Error ? cause.message : "";
    throw new Error(`failed; run this again with\n  ${how}\n${why}\n${message}`, { cause });
  }
}

/** Judges at least so many cases, and counts them. @throws where the validators disagree, with how to see it again */
export function run({ seed, cases, stride = 1 }: RunOptions): Tally {
  const tally = new Tally();
  for (let at = seed; tally.cases < cases; at += stride) batch(at, tally);
  return tally;
}
