// Checks of what correct nodes do: no vote against an earlier one, no guard that had to refuse, no blame for who keeps the
// rules, no node that stops without a reason, no queue that grows.
import { LIMITS } from "@witan/primitives";
import type { NodeCheckMaker } from "../check.ts";
import { codeOf, type NodeProcess } from "../node-process.ts";
import type { NodesWorld } from "../world.ts";

/** Timers of a node itself, and those that calls and requests wait on. */
const TIMERS_MOST = 400;
/** Blocks and bodies that a node asks one peer for at a time. */
const ASKED_MOST = 16;
/** What sync holds at most, as it promises; then one more block, and what was asked for before it was full. */
const SYNC_BYTES_MOST = 64 * 1024 * 1024 + LIMITS.blockBytes;
/** Bytes that one answer holds: from each peer one may be on its way. */
const ANSWER_BYTES_MOST = 4 * 1024 * 1024;

/** No correct node says two things for one slot, across its lives. */
export const votes: NodeCheckMaker = (world) => {
  const contents = new Map<string, string>();
  return {
    name: "votes",
    said: (at, { slot, content }) => {
      if (slot === undefined || world.isLiar(at)) return;
      const first = contents.get(slot) ?? content;
      contents.set(slot, content);
      if (first !== content) world.violate("votes", `two votes of p${at.place}: ${slot}`);
    },
  };
};

/** The signer guard is a second line: a correct node never needs it, whatever happened to its data. */
export const guard: NodeCheckMaker = (world) => ({
  name: "guard",
  refused: (at, why) => {
    if (!world.isLiar(at)) world.violate("guard", `the guard of p${at.place} had to refuse: ${why}`);
  },
});

/** Who keeps the rules is never cut off for breaking them. */
export const blame: NodeCheckMaker = (world) => ({
  name: "blame",
  faulted: (by, of, code) => {
    if (world.isLiar(by) || of.some((one) => world.isLiar(one))) return;
    world.violate("blame", `p${by.place} blames ${of.map(({ place }) => `p${place}`).join(", ")}: ${code}`);
  },
});

/** A correct node stops by itself for its disk only, and names damage where a record is spoilt. */
export const failures: NodeCheckMaker = (world) => ({
  name: "failures",
  failed: (at, error) => {
    if (world.isLiar(at) || at.excuses.size > 0) return;
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    world.violate("failures", `p${at.place} stops without a reason (${codeOf(error) ?? "no code"}): ${text}`);
  },
});

/** What waits in a node, and what it keeps of others, stays within its bounds. */
export const bounds: NodeCheckMaker = (world) => ({
  name: "bounds",
  sampled: async () => {
    const { signal } = new AbortController();
    for (const process of world.correct) {
      if (process.running === undefined) continue;
      if (process.timers > TIMERS_MOST)
        world.violate("bounds", `p${process.place} has ${process.timers} timers`);
      const asked = process.network?.asked ?? 0;
      if (asked > ASKED_MOST * world.nodes)
        world.violate("bounds", `p${process.place} waits for ${asked} answers`);
      keptBroken(world, process);
      // A node that dies meanwhile never answers: nobody waits for it.
      process.call("mempool_status", {}, signal).then(
        ({ transactions, bytes, limits }) => {
          // Beside transfers there may be one governance transaction, which no limit counts.
          if (transactions > limits.transactions + 1 || bytes > limits.bytes)
            world.violate("bounds", `p${process.place} holds ${transactions} transactions, ${bytes} bytes`);
        },
        () => {},
      );
    }
  },
});

function keptBroken(world: NodesWorld, { running, place }: NodeProcess): void {
  if (running === undefined) return;
  const { kept, syncBytes } = running.readings();
  const most = world.protocol.keptMax(world.nodes);
  for (const [name, count] of Object.entries(kept)) {
    const bound = most[name] ?? 0;
    if (count > bound)
      world.violate("bounds", `the engine of p${place} keeps ${count} of ${name}, the bound is ${bound}`);
  }
  const bytes = SYNC_BYTES_MOST + world.nodes * ANSWER_BYTES_MOST;
  if (syncBytes > bytes)
    world.violate("bounds", `p${place} holds ${syncBytes} bytes of blocks to be applied`);
}
