// The state after a height is the same everywhere, and soon known to be.
import type { Height } from "@witan/primitives";
import { Violation } from "../../world/violation.ts";
import type { CheckMaker } from "../check.ts";
import type { Process } from "../process.ts";
import type { PbftWorld } from "../world.ts";

/** A state that all correct members have had for so long is a stable checkpoint at each of them. */
const SETTLED_US = 5_000_000;

/** One digest of each height; and stable checkpoints form while a quorum is up. */
export const checkpoints: CheckMaker = (world) => {
  const digests = new Map<number, string>();
  /** When a process had a height's state, while all was well. */
  const reached = new Map<Process, Map<number, number>>();
  const stable = new Map<Process, number>();
  const calmFromUs = calmFrom(world);

  const one = (at: Process, height: number, digest: string) => {
    const before = digests.get(height);
    if (before === undefined) digests.set(height, digest);
    else if (before !== digest)
      throw new Violation(
        "checkpoints",
        `after height ${height} the state of p${at.place} is ${digest.slice(0, 8)}, another's is ${before.slice(0, 8)}`,
      );
  };

  return {
    name: "checkpoints",
    signed: (at, { message }) => {
      if (message.kind === "checkpoint" && !at.lies) one(at, message.height, message.digest);
    },
    checkpointed: (at, height, digest) => {
      if (at.lies) return;
      one(at, height, digest);
      stable.set(at, Math.max(height, stable.get(at) ?? 0));
    },
    applied: (at, { height }) => {
      if (at.lies || height % world.plan.checkpointInterval !== 0) return;
      if (world.queue.nowUs < calmFromUs) return;
      const times = reached.get(at) ?? new Map<number, number>();
      reached.set(at, times);
      times.set(height, world.queue.nowUs);
    },
    sampled: () => {
      const members = world.correctMembers;
      const from = members[0]?.ground.membership.from ?? 1;
      if (members.some(({ ground }) => ground.membership.from !== from)) return;
      const due = newestOf(members, (at, height) => {
        // What is said to one membership means nothing to the next: the state after its last block is said to the new one.
        if (height < from - 1) return false;
        const sinceUs = reached.get(at)?.get(height);
        return sinceUs !== undefined && world.queue.nowUs - sinceUs > SETTLED_US;
      });
      const late = members.find((at) => (stable.get(at) ?? 0) < due);
      if (late !== undefined)
        throw new Violation(
          "checkpoints",
          `all correct members have had the state after height ${due} for long, and p${late.place} knows of no quorum`,
        );
    },
  };

  function newestOf(members: readonly Process[], has: (at: Process, height: Height) => boolean): number {
    const heights = [...(reached.get(members[0] as Process)?.keys() ?? [])] as Height[];
    return heights.findLast((height) => members.every((at) => has(at, height))) ?? 0;
  }
};

/** From when on nothing is lost and nobody stops. */
function calmFrom({ plan }: PbftWorld): number {
  const isCalm = plan.faults.length === 0 && plan.network.lossPermille === 0 && plan.liars.length === 0;
  return isCalm ? 0 : plan.kindAtUs;
}
