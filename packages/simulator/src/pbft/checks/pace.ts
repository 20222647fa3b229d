// On a day on which nothing is wrong, a transaction does not wait for timers: it is final as soon as messages and disks
// allow. And where a plan states a pace, it is held in whatever befalls the world.
import { Violation } from "../../world/violation.ts";
import type { CheckMaker } from "../check.ts";
import { type HostPlan, KIND_HOST, type PbftPlan, QUICK_HOST } from "../plan.ts";
import type { PbftWorld } from "../world.ts";

/** From a client's sending to the chain of a correct member, beside writes: its way, and twice three messages. */
const PACE_US = 200_000;
/** Twice three writes of voters, and that of who is slowest. */
const WRITES = 8;
/** In a wide network its client's way is the same, and each of six messages, and the gossip before, may go around the world. */
const WIDE_US = 7 * 185_000;
/** Where hosts take longer for a proposal, views end before they are done. */
const HOST_US_MAX = 200_000;

/** What is sent once all is well, and nothing waits, is soon final. */
export const pace: CheckMaker = (world) => {
  /** Transactions from this one on are timed. */
  let from: number | undefined;
  /** Transactions that are in the chain of a correct process. */
  const final = new Set<number>();
  const { plan, queue } = world;
  const mostUs = mostUsOf(plan);
  return {
    name: "pace",
    sampled: () => {
      if (from === undefined && isCalm(world)) from = world.pools.sent;
    },
    applied: (at, { height, holds, members }) => {
      // Others decide from here on: first they must all be here.
      if (members !== undefined) from = undefined;
      if (from === undefined && plan.pace === undefined) return;
      // Who is no member finds out when it asks.
      const isOwed = from !== undefined && world.correctMembers.includes(at);
      for (const id of holds) {
        const sentUs = plan.transactions[id]?.atUs ?? 0;
        if (isOwed && id >= (from ?? 0) && queue.nowUs - sentUs > mostUs)
          throw new Violation(
            "pace",
            `on a calm day a transaction took ${queue.nowUs - sentUs} us to be final at p${at.place}, in block ${height}`,
          );
        if (plan.pace === undefined || at.lies || final.has(id)) continue;
        final.add(id);
        const { fromUs, withinUs } = plan.pace;
        if (sentUs >= fromUs && queue.nowUs - sentUs > withinUs)
          throw new Violation(
            "pace",
            `transaction ${id} was final after ${queue.nowUs - sentUs} us, and nowhere before: more than ${withinUs}`,
          );
      }
    },
  };
};

function mostUsOf({ network, writeUs, host = QUICK_HOST }: PbftPlan): number {
  const hostUs = Math.max(hostUsOf(host), hostUsOf(KIND_HOST));
  return PACE_US + WRITES * writeUs[1] + 2 * hostUs + (network.profile === "wan" ? WIDE_US : 0);
}

/** What a proposal takes at hosts at most: of who builds it, and of who judges it. */
function hostUsOf({ buildUs, judgeUs }: HostPlan): number {
  return buildUs[1] + judgeUs[1];
}

/** Nobody lies, everything that was to go wrong is over, and all members stand at one place with nothing to do. */
function isCalm(world: PbftWorld): boolean {
  const { plan, queue, correctMembers } = world;
  if (plan.liars.length > 0) return false;
  if (isCalmFromTheBeginning(plan)) return true;
  if (queue.nowUs < plan.kindAtUs || !world.isSettled) return false;
  const [first, ...others] = correctMembers.map(({ engine }) => engine.status());
  return others.every(
    ({ height, view, phase }) => height === first?.height && view === first.view && phase === "idle",
  );
}

function isCalmFromTheBeginning({ faults, network, host = QUICK_HOST, changesPermille }: PbftPlan): boolean {
  const { profile, lossPermille, bytesPerMs } = network;
  const isQuick = hostUsOf(host) <= HOST_US_MAX && host.unansweredPermille === 0;
  const isGood = lossPermille === 0 && bytesPerMs === 0 && (profile === "lan" || profile === "wan");
  return faults.length === 0 && isGood && isQuick && changesPermille === 0;
}
