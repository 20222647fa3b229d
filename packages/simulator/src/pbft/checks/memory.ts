// What a process keeps in memory is bounded, whatever others send and however long an outage lasts.
import { keptMax, type PbftKept } from "@witan/consensus";
import { Violation } from "../../world/violation.ts";
import { WINDOW } from "../block-sync.ts";
import { OF_SENDER_MAX } from "../bodies.ts";
import type { CheckMaker } from "../check.ts";
import type { Process } from "../process.ts";

/** Of a host: what waits for the engine or the disk while a process is slow or stands still: some times the most there was. */
const INPUTS_MAX = 10_000;
const EFFECTS_MAX = 1_000;

/** An engine is asked at every so many of its steps. */
const EVERY_STEPS = 32;

/** Engines within the bound that `keptMax` states, all through; hosts within their own, by the most since the last look. */
export const memory: CheckMaker = (world) => {
  const steps: number[] = [];
  // Of blocks a window, of bodies two of each sender: as in a node.
  const bodies = OF_SENDER_MAX * world.processes.length;
  const queuedMax = { inputs: INPUTS_MAX, effects: EFFECTS_MAX, ahead: WINDOW, bodies };
  const engineOf = (at: Process) => {
    const kept = at.engine.kept?.();
    if (kept !== undefined) holdAgainst(at, kept, mostOf(at, world.plan.bufferedMax));
  };
  return {
    name: "memory",
    stepped: (at) => {
      if (at.lies) return;
      const count = (steps[at.place] ?? 0) + 1;
      steps[at.place] = count;
      if (count % EVERY_STEPS === 0) engineOf(at);
    },
    sampled: () => {
      for (const at of world.correct) {
        if (!at.up) continue;
        engineOf(at);
        holdAgainst(at, at.takeQueued(), queuedMax);
      }
    },
  };
};

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
