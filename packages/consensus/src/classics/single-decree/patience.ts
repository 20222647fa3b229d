// How long proposers that compete wait for each other: what stands here for the leader election (the failure detector Omega)
// that Paxos leaves open.
import type { DecreePatience } from "./types.ts";

/**
 * Twice as long with each round, up to the most, and each proposer a little longer than the one before it: so that their
 * rounds fall apart, and in the end one has the time that it needs to itself.
 */
export function growingPatience({ index, attempts, roundTicks, roundTicksMax }: DecreePatience): number {
  return Math.min(roundTicks * 2 ** Math.min(attempts, 20), roundTicksMax) + index * roundTicks;
}
