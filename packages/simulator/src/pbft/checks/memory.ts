// What a process keeps in memory is bounded, whatever others send and however long an outage lasts.
import { keptMax, type PbftKept } from "@witan/consensus";
import { Violation } from "../../world/violation.ts";
import type { CheckMaker } from "../check.ts";
import type { Process } from "../process.ts";

/**
 * Of the model of a host: what waits for the engine or the disk while a process is slow, and bodies at hand. Ten times
 * and more what worlds come to.
 */
const QUEUED_MAX = Object.freeze({ inputs: 10_000, effects: 2_000, ahead: 200, bodies: 500 });

/** Once a second: engines within the bound that `keptMax` states, hosts within those of the model. */
export const memory: CheckMaker = (world) => ({
  name: "memory",
  sampled: () => {
    for (const at of world.correct) {
      if (!at.up) continue;
      const kept = at.engine.kept?.();
      if (kept !== undefined) holdAgainst(at, kept, mostOf(at, world.plan.bufferedMax));
      holdAgainst(at, at.queued, QUEUED_MAX);
    }
  },
});

function mostOf({ disk }: Process, bufferedMax: number): PbftKept {
  let members = 0;
  for (const membership of disk.memberships) members = Math.max(members, membership.members.length);
  return keptMax(members, bufferedMax);
}

function holdAgainst<Kept extends object>(at: Process, kept: Kept, most: Kept): void {
  for (const [name, count] of Object.entries(kept)) {
    const bound = most[name as keyof Kept] as number;
    if (count > bound)
      throw new Violation("memory", `p${at.place} keeps ${count} of ${name}, the bound is ${bound}`);
  }
}
