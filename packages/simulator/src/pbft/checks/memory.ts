// What a process keeps in memory is bounded, whatever others send and however long an outage lasts.
import { keptMax, type PbftKept } from "@witan/consensus";
import { OF_SENDER_MAX } from "../../engines/bodies.ts";
import { holdAgainst, hostMax } from "../../engines/checks/bounds.ts";
import type { CheckMaker } from "../check.ts";
import type { Process } from "../process.ts";

/** An engine is asked at every so many of its steps. */
const EVERY_STEPS = 32;

/** Engines within the bound that `keptMax` states, all through; hosts within their own, by the most since the last look. */
export const memory: CheckMaker = (world) => {
  const steps: number[] = [];
  // Of blocks a window, of bodies two of each sender: as in a node.
  const queuedMax = hostMax(OF_SENDER_MAX * world.processes.length);
  const engineOf = (at: Process) => {
    const kept = at.engine.kept?.();
    if (kept !== undefined) holdAgainst(at.place, kept, mostOf(at, world.plan.bufferedMax));
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
        holdAgainst(at.place, at.takeQueued(), queuedMax);
      }
    },
  };
};

function mostOf({ disk }: Process, bufferedMax: number): PbftKept {
  let members = 0;
  for (const membership of disk.memberships) members = Math.max(members, membership.members.length);
  return keptMax(members, bufferedMax);
}
