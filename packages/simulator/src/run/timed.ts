// Runs a world, and takes its time. The time changes nothing in the world.
import { runSeed, type WorldKind } from "./run-seed.ts";
import type { ThreadReply } from "./thread.ts";

/** Runs the world of a seed, and tells what it took of this core. */
export async function timed(kind: WorldKind, seed: number): Promise<ThreadReply> {
  const before = busyMs();
  const outcome = await runSeed(kind, seed);
  return { outcome, busyMs: busyMs() - before };
}

/** What this thread has taken of a core so far; where Node can't tell, the time that passed. */
function busyMs(): number {
  if (typeof process.threadCpuUsage !== "function") return performance.now();
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
