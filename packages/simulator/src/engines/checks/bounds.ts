// Bounds of what a process keeps in memory.
import { Violation } from "../../world/violation.ts";
import { WINDOW } from "../block-sync.ts";
import type { Queued } from "../process.ts";

/** Of a host: what waits for the engine or the disk while a process is slow or stands still: some times the most there was. */
const INPUTS_MAX = 10_000;
const EFFECTS_MAX = 1_000;

/** What may wait at a host: of blocks a window, as in a node. @param bodies how many */
export function hostMax(bodies: number): Queued {
  return { inputs: INPUTS_MAX, effects: EFFECTS_MAX, ahead: WINDOW, bodies };
}

/** @throws {Violation} more is kept of something than may be */
export function holdAgainst<Kept extends object>(place: number, kept: Kept, most: Kept): void {
  for (const [name, count] of Object.entries(kept)) {
    const bound = most[name as keyof Kept] as number;
    if (count > bound)
      throw new Violation("memory", `p${place} keeps ${count} of ${name}, the bound is ${bound}`);
  }
}
