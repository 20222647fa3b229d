// Whether a mutation is found, and by whom: the worlds of its seeds are run until one breaks, which must be felt by a check
// that the mutation names. Prints where, when WITAN_TABLE is set.
import assert from "node:assert/strict";
import type { WorldResult } from "@witan/simulator";

/** What a mutation says of itself. */
interface Sought {
  readonly from: number;
  readonly seeds: number;
  readonly checks: readonly string[];
}

/** Fails if none of its worlds breaks, or the first that does by another check. @returns the seed of that world */
export async function mustBeFound(
  name: string,
  { from, seeds, checks }: Sought,
  worldOf: (seed: number) => WorldResult | Promise<WorldResult>,
): Promise<number> {
  for (let seed = from; seed < from + seeds; seed++) {
    const { violation } = await worldOf(seed);
    if (violation === undefined) continue;
    const said = `seed ${seed}: ${violation.check}: ${violation.message}`;
    assert.ok(checks.includes(violation.check), `found, but by another check: ${said}`);
    if (process.env["WITAN_TABLE"] !== undefined)
      process.stdout.write(`      ${name.padEnd(34)} ${said.slice(0, 160)}\n`);
    return seed;
  }
  assert.fail(`not found in the worlds of the seeds ${from} to ${from + seeds - 1}`);
}
