// On a day on which nothing is wrong, a transaction does not wait for timers: it is final as soon as messages and disks
// allow.
import { Violation } from "../../world/violation.ts";
import type { CheckMaker } from "../check.ts";
import type { PbftPlan } from "../plan.ts";
import type { PbftWorld } from "../world.ts";

/** From a client's sending to the chain of a correct member, beside writes: its way, and twice three messages. */
const PACE_US = 200_000;
/** Twice three writes of voters, and that of who is slowest. */
const WRITES = 8;

/** What is sent once all is well, and nothing waits, is soon final. */
export const pace: CheckMaker = (world) => {
  /** Transactions from this one on are timed. */
  let from: number | undefined;
  const mostUs = PACE_US + WRITES * world.plan.writeUs[1];
  return {
    name: "pace",
    sampled: () => {
      if (from === undefined && isCalm(world)) from = world.pools.sent;
    },
    applied: (at, { height, holds }) => {
      if (from === undefined) return;
      for (const id of holds) {
        const sentUs = world.plan.transactions[id]?.atUs ?? 0;
        if (id >= from && world.queue.nowUs - sentUs > mostUs)
          throw new Violation(
            "pace",
            `on a calm day a transaction took ${world.queue.nowUs - sentUs} us to be final at p${at.place}, in block ${height}`,
          );
      }
    },
  };
};

/** Nobody lies, everything that was to go wrong is over, and all members stand at one place with nothing to do. */
function isCalm(world: PbftWorld): boolean {
  const { plan, queue, correctMembers } = world;
  if (plan.liars.length > 0 || plan.network.profile === "wan" || plan.changesPermille > 0) return false;
  if (isCalmFromTheBeginning(plan)) return true;
  if (queue.nowUs < plan.kindAtUs || !world.isSettled) return false;
  const [first, ...others] = correctMembers.map(({ engine }) => engine.status());
  return others.every(
    ({ height, view, phase }) => height === first?.height && view === first.view && phase === "idle",
  );
}

function isCalmFromTheBeginning({ faults, network }: PbftPlan): boolean {
  const { profile, lossPermille, bytesPerMs } = network;
  return faults.length === 0 && lossPermille === 0 && bytesPerMs === 0 && profile === "lan";
}
