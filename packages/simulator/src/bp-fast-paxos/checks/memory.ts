// What a process keeps in memory is bounded, whatever others send and however long an outage lasts.
import { bpfpKeptMax } from "@witan/consensus";
import { OF_SENDER_MAX } from "../../engines/bodies.ts";
import { holdAgainst, hostMax } from "../../engines/checks/bounds.ts";
import type { CheckMaker } from "../check.ts";
import type { Process } from "../process.ts";

/** An engine is asked at every so many of its steps. */
const EVERY_STEPS = 32;

/** Engines within the bound that `bpfpKeptMax` states, all through; hosts within their own, by the most since the last look. */
export const memory: CheckMaker = (world) => {
  const steps: number[] = [];
  const queuedMax = hostMax(OF_SENDER_MAX * world.processes.length);
  const engineOf = (at: Process): void => {
    const members = Math.max(...at.disk.memberships.map((one) => one.members.length));
    holdAgainst(at.place, at.engine.kept(), bpfpKeptMax(members, world.plan.bufferedMax));
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
