// Draws the network of a world.
import type { Random } from "../random.ts";
import { REGIONS } from "./network.ts";
import type { NetworkPlan, NetworkProfile } from "./plan.ts";

/** How bad a network may be. */
export interface NetworkRoom {
  readonly processes: number;
  /** Undefined: any. */
  readonly profile: NetworkProfile | undefined;
  /** Of a thousand messages so many are lost, or come twice: one of these. */
  readonly losses: readonly number[];
  readonly duplicates: readonly number[];
}

/** A network as it is on an ordinary day. */
export function drawNetwork(
  random: Random,
  { processes, profile, losses, duplicates }: NetworkRoom,
): NetworkPlan {
  return {
    profile: profile ?? random.pick(["lan", "lan", "wan", "heavy-tail"]),
    regions: Array.from({ length: processes }, () => random.below(REGIONS.length)),
    lossPermille: random.pick(losses),
    duplicatePermille: random.pick(duplicates),
    bytesPerMs: random.pick([0, 0, 0, 12_500, 1_250]),
  };
}
