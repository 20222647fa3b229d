// Says so while the disk keeps a node waiting: it votes only for what is durable, so a slow disk looks like a slow network
// to everybody else. (etcd warns so of slow syncs.)
import type { Log } from "@witan/node";
import type { Clock } from "@witan/primitives";

/** A write that takes so long is told, in milliseconds: half of what others wait before they suspect, by default. */
export const SLOW_MS = 500;

/** Watches a write that must become durable; hands on nothing of what becomes of it. */
export type WatchWrite = (what: string, write: Promise<unknown>) => void;

/** Tells of slow writes, by this clock. */
export function slowDisk({
  clock,
  log,
}: {
  readonly clock: Pick<Clock, "after" | "monotonicMs">;
  readonly log: Log;
}): WatchWrite {
  return (what, write) => {
    const from = clock.monotonicMs();
    const waitedMs = (): number => Math.round(clock.monotonicMs() - from);
    let isSlow = false;
    const cancel = clock.after(SLOW_MS, () => {
      isSlow = true;
      log.warn(
        { waitedMs: waitedMs() },
        `the disk is slow: ${what} is not durable yet, and this node says nothing that rests on it until it is. Look what else uses the disk, and how much it can write`,
      );
    });
    const end = (): void => {
      cancel();
      if (isSlow) log.info({ tookMs: waitedMs() }, `the disk has written ${what}: this node goes on`);
    };
    // A write that fails stops the node, and whoever asked for it says so.
    write.then(end, cancel);
  };
}
