// The state after a height is the same everywhere, and soon known to be.
import { Violation } from "../../world/violation.ts";
import type { CheckMaker } from "../check.ts";
import type { Process } from "../process.ts";

/** A state that all correct acceptors have had for so long is a stable checkpoint at each of them. */
const SETTLED_US = 5_000_000;

/** One digest of each height; and stable checkpoints form. */
export const checkpoints: CheckMaker = (world) => {
  const digests = new Map<number, string>();
  const reached = new Map<Process, Map<number, number>>();
  const stable = new Map<Process, number>();
  const one = (at: Process, height: number, digest: string): void => {
    const before = digests.get(height) ?? digest;
    digests.set(height, before);
    if (before !== digest)
      throw new Violation(
        "checkpoints",
        `after height ${height} the state of p${at.place} is ${digest.slice(0, 8)}, another's is ${before.slice(0, 8)}`,
      );
  };
  return {
    name: "checkpoints",
    said: (at, message) => {
      if (message.kind === "checkpoint" && !at.lies) one(at, message.height, message.digest);
    },
    checkpointed: (at, height, digest) => {
      if (at.lies) return;
      one(at, height, digest);
      stable.set(at, Math.max(height, stable.get(at) ?? 0));
    },
    applied: (at, { height }) => {
      if (at.lies || height % world.plan.checkpointInterval !== 0) return;
      if (world.queue.nowUs < world.plan.kindAtUs) return;
      const times = reached.get(at) ?? new Map<number, number>();
      reached.set(at, times);
      times.set(height, world.queue.nowUs);
    },
    sampled: () => {
      const acceptors = world.learners.filter(({ role }) => role === "acceptor");
      const from = acceptors[0]?.ground.membership.from ?? 1;
      // Among new members the others may not be here yet; what is said to one membership means nothing to the next.
      if (acceptors.some(({ ground }) => ground.membership.from !== from)) return;
      const isDue = (at: Process, height: number): boolean => {
        const sinceUs = reached.get(at)?.get(height);
        return sinceUs !== undefined && world.queue.nowUs - sinceUs > SETTLED_US;
      };
      const heights = [...(reached.get(acceptors[0] as Process)?.keys() ?? [])];
      const due = heights.findLast(
        (height) => height >= from - 1 && acceptors.every((at) => isDue(at, height)),
      );
      const late = acceptors.find((at) => due !== undefined && (stable.get(at) ?? 0) < due);
      if (late !== undefined)
        throw new Violation(
          "checkpoints",
          `all correct acceptors have had the state after height ${due} for long, and p${late.place} knows of no quorum`,
        );
    },
  };
};
