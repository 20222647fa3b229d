// Lines between liars and their twins that come and go: each of a pair has its own side, which hears nothing of the other.
// With more than f liars both sides decide.
import type { Random } from "../random.ts";
import type { Fault } from "../world/plan.ts";
import type { LiarPlan } from "./plan.ts";

/** Who is torn apart. */
export interface TornRoom {
  readonly nodes: number;
  /** Their twins have the places behind all nodes, in this order. */
  readonly liars: readonly LiarPlan[];
  readonly kindAtUs: number;
}

/** Divisions one after another, until the world turns kind; none where nobody has a twin. */
export function tornFaults(random: Random, { nodes, liars, kindAtUs }: TornRoom): readonly Fault[] {
  const twinned = liars.filter(({ twin }) => twin);
  if (twinned.length === 0) return [];
  const all = [...Array(nodes + twinned.length).keys()];
  const faults: Fault[] = [];
  for (let atUs = random.below(1_000_000); atUs < kindAtUs - 1; ) {
    const untilUs = Math.min(atUs + random.between(1, 6) * 1_000_000, kindAtUs);
    const side = all.map(() => random.below(2));
    for (const [at, { node }] of twinned.entries()) side[nodes + at] = 1 - (side[node] ?? 0);
    const cut = all.flatMap((a) => all.filter((b) => side[a] !== side[b]).map((b) => [a, b] as const));
    if (cut.length > 0) faults.push({ kind: "partition", cut, atUs, untilUs });
    atUs = untilUs + random.below(1_000_000);
  }
  return faults;
}
